"""Providers' words on what was sent: kept as events of the message, shown on it; they open and close no clock.

A receipt counts where it comes to the mailbox that sent. Its raw item stays, as all do, and can be downloaded.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors import base
from inbox import outcomes, threads
from inbox.db import write_out
from inbox.events import SYSTEM, record
from inbox.models import Event, Intake, Message, now
from inbox.readings import MAX_ID_CHARS
from inbox.taking import NotYet, Taken

WAIT_FOR_ORIGINAL = timedelta(minutes=2)
ACTIONS = {"accepted": "answer_accepted", "taken_over": "answer_taken_over", "delivered": "answer_delivered"}


def take(session: Session, intake: Intake, read: base.Status) -> Taken:
    """A provider's word on something that was sent, from here or from another program of the mailbox."""
    delivery = threads.by_delivery(session, read.external_id[:MAX_ID_CHARS])
    if delivery is not None and delivery.channel_id != intake.channel_id:
        return Taken("status", reason="it was sent by another mailbox")
    message = threads.sent(session, read.external_id[:MAX_ID_CHARS], intake.channel_id)
    if delivery is None and message is None:
        if not intake.quiet and now() - intake.fetched_at < WAIT_FOR_ORIGINAL:
            raise NotYet("the copy in the Sent folder may still come")
        return Taken("status", reason=f"{read.state}: of something that is in no conversation")
    if delivery is not None and read.state == "failed":
        outcomes.settle_bounced(session, delivery, read.recipient, read.reason, hard=True, at=intake.received_at)
    elif delivery is not None:
        outcomes.settle_by_evidence(session, delivery, read.state)
    if message is None:
        return Taken("status", reason=f"{read.state}: of a notification")
    return Taken("status", message.id) if _told(session, intake, read, message) else Taken("repeat", message.id)


def _told(session: Session, intake: Intake, read: base.Status, message: Message) -> bool:
    """Keep a receipt with its message; False where the same is there already."""
    if read.alias and not message.alias:
        message.alias = read.alias[:MAX_ID_CHARS]
    action = ACTIONS.get(read.state)
    if action is None:
        return True
    # What this batch has written down so far counts too.
    write_out(session)
    same = (Event.conversation_id == message.conversation_id, Event.message_id == message.id, Event.action == action)
    earlier = session.scalars(select(Event.data).where(*same))
    if any(one.get("recipient") == read.recipient for one in earlier):
        return False
    at = min(read.at or intake.received_at, intake.received_at)
    record(
        session, action, SYSTEM, conversation_id=message.conversation_id, message_id=message.id, at=at,
        recipient=read.recipient, intake_id=intake.id,
    )  # fmt: skip
    return True
