"""Providers' words on what was sent: kept as events of the message, shown on it; they open and close no clock.

A receipt counts where it comes to the mailbox that sent. Its raw item stays, as all do, and can be downloaded.
"""

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors import base
from inbox import outcomes, threads
from inbox.db import write_out
from inbox.events import SYSTEM, record
from inbox.models import Channel, Delivery, Event, Intake, Message, now
from inbox.models.delivery import SENT
from inbox.models.message import OUTBOUND
from inbox.readings import MAX_ID_CHARS
from inbox.taking import NotYet, Taken

# The platform's clock and ours differ a little.
CLOCKS_APART = timedelta(seconds=2)
MOST_AT_ONCE = 50
WAIT_FOR_ORIGINAL = timedelta(minutes=2)
ACTIONS = {"accepted": "answer_accepted", "taken_over": "answer_taken_over", "delivered": "answer_delivered",
           "seen": "answer_seen"}  # fmt: skip


def take(session: Session, intake: Intake, read: base.Status) -> Taken:
    """A provider's word on something that was sent, from here or from another program of the mailbox."""
    if read.until is not None and not read.external_id:
        return _up_to(session, intake, read, read.until)
    delivery = threads.by_delivery(session, read.external_id[:MAX_ID_CHARS], intake.channel_id)
    if delivery is not None and delivery.channel_id != intake.channel_id:
        return Taken("status", reason="it was sent by another mailbox")
    message = threads.sent(session, read.external_id[:MAX_ID_CHARS], intake.channel_id)
    if message is None and delivery is not None:
        message = delivery.message
    if delivery is None and message is None:
        if not intake.quiet and now() - intake.fetched_at < WAIT_FOR_ORIGINAL:
            raise NotYet("the copy in the Sent folder may still come")
        return Taken("status", reason=f"{read.state}: of something that is in no conversation")
    if read.state == "failed" and message is not None and _arrived(session, read, message):
        return Taken("status", message.id, "failed: but it has arrived")
    if delivery is not None and read.state == "failed":
        outcomes.settle_bounced(session, delivery, read.recipient, read.reason, hard=True, at=intake.received_at)
    elif delivery is not None:
        outcomes.settle_by_evidence(session, delivery, read.state)
    elif read.state == "failed" and message is not None:
        outcomes.failed_elsewhere(session, message, read.reason, intake.received_at)
    if message is None:
        return Taken("status", reason=f"{read.state}: of a notification")
    return Taken("status", message.id) if _told(session, intake, read, message) else Taken("repeat", message.id)


def _up_to(session: Session, intake: Intake, read: base.Status, until: datetime) -> Taken:
    """A word on all that was sent to somebody up to a moment."""
    talks = threads.by_thread_key(session, read.recipient, intake.channel_id)
    sent = select(Message).join(Delivery, Delivery.message_id == Message.id).where(
        Message.conversation_id.in_([one.id for one in talks]), Message.direction == OUTBOUND,
        Delivery.state == SENT, Delivery.sent_at <= until + CLOCKS_APART,
    )  # fmt: skip
    found = session.scalars(sent.order_by(Message.id.desc()).limit(MOST_AT_ONCE)).unique().all()
    if not found:
        return Taken("status", reason=f"{read.state}: of something that is in no conversation")
    fresh = [one for one in found if _told(session, intake, dataclasses.replace(read, alias=one.alias), one)]
    return Taken("status" if fresh else "repeat", found[0].id)


def _told(session: Session, intake: Intake, read: base.Status, message: Message) -> bool:
    """Keep a receipt with its message; False where the same is there already."""
    if read.alias and not message.alias:
        message.alias = read.alias[:MAX_ID_CHARS]
    action = ACTIONS.get(read.state)
    is_mail = session.get_one(Channel, intake.channel_id).kind == "mail"
    if action is None or (read.state == "accepted" and not is_mail):
        return True
    part = {} if is_mail else {"part": read.alias}
    if any({"recipient": read.recipient, **part}.items() <= one.items() for one in _earlier(session, message, action)):
        return False
    at = min(read.at or intake.received_at, intake.received_at)
    record(
        session, action, SYSTEM, conversation_id=message.conversation_id, message_id=message.id, at=at,
        recipient=read.recipient, intake_id=intake.id, **part,
    )  # fmt: skip
    return True


def _arrived(session: Session, read: base.Status, message: Message) -> bool:
    """Whether a provider has said that this very part of it came to the recipient; it does not go back."""
    earlier = _earlier(session, message, ACTIONS["delivered"], ACTIONS["seen"])
    return any(read.alias and one.get("part") == read.alias for one in earlier)


def _earlier(session: Session, message: Message, *actions: str) -> Sequence[dict[str, Any]]:
    """What was told of a message before, in this batch too."""
    write_out(session)
    same = (Event.conversation_id == message.conversation_id, Event.message_id == message.id)
    return session.scalars(select(Event.data).where(*same, Event.action.in_(actions))).all()
