"""Telling another program what was decided: facts about the decision, never the customer's words."""

import base64
import json
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import replies
from inbox.events import RULE, record
from inbox.models import Channel, Conversation, Delivery
from inbox.models.delivery import WEBHOOK
from inbox.secrets import new_token

KIND = "webhook"


def new_secret() -> str:
    """A secret to sign with (256 random bits), as the standard writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def names(session: Session) -> dict[str, Channel]:
    """The webhooks that are switched on, by name."""
    query = select(Channel).where(Channel.kind == KIND, Channel.enabled)
    return {one.name: one for one in session.scalars(query)}


def announce(
    session: Session,
    conversation: Conversation | None,
    channel: Channel,
    payload: dict[str, Any],
    at: datetime | None = None,
) -> None:
    """Have a program told, of a conversation or (None) of something else; its deliveries keep their order and are tried
    again like any other."""
    number = conversation.id if conversation is not None else None
    delivery = Delivery(
        purpose=WEBHOOK, channel_id=channel.id, recipient=channel.address, conversation_id=number,
        # Fixed now: a repeat carries the same.
        external_id=f"msg_{new_token()}",
        envelope={"to": [{"address": channel.address}], "text": json.dumps(payload, ensure_ascii=False)},
    )  # fmt: skip
    replies.queue_delivery(session, delivery)
    record(session, "announced", RULE, conversation_id=number, at=at, name=channel.name)
