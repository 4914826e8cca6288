"""What is known of a delivery, whoever learnt it: the server's word, a report, a copy, a person's decision.

They may come in any order. All take the conversation's row first, then the delivery's.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import queue, snoozing
from inbox.clocks import exchanges, history
from inbox.db import write_out
from inbox.events import SYSTEM, record
from inbox.models import Conversation, Delivery, Event, Message, now
from inbox.models.delivery import ANSWER, FAILED, QUEUED, RETRY, SENDING, SENT, UNCERTAIN

# It may have gone out: later evidence counts.
OPEN_TO_EVIDENCE = (SENDING, UNCERTAIN)
# It waits for a person's decision.
OPEN_TO_DECISION = (FAILED, UNCERTAIN)


def hold(session: Session, number: int) -> Delivery:
    """The delivery as it is now, for nobody else to change until the transaction ends (its conversation likewise)."""
    session.flush()
    conversation = session.scalar(select(Delivery.conversation_id).where(Delivery.id == number))
    if conversation is not None:
        session.get_one(Conversation, conversation, with_for_update=True, populate_existing=True)
    return session.get_one(Delivery, number, with_for_update=True, populate_existing=True)


def settle_by_evidence(session: Session, delivery: Delivery, evidence: str) -> None:
    """Something shows that it has gone out: a copy in the Sent folder, the provider's receipt."""
    if hold(session, delivery.id).state in OPEN_TO_EVIDENCE:
        settle_sent(session, delivery, evidence)


def settle_bounced(
    session: Session, delivery: Delivery, recipient: str, reason: str, *, hard: bool, at: datetime
) -> None:
    """A report, received `at`, says for good that it did not arrive at a recipient.

    Of several reports the first counts; one from before it was sent once more is about the earlier time. Of somebody
    who was to have a copy it is told, but the answer is not failed for it.
    """
    if hold(session, delivery.id).state not in (SENDING, SENT, UNCERTAIN):
        return
    if recipient.lower() in {one["address"].lower() for one in delivery.envelope.get("cc", ())}:
        unreached(session, delivery, recipient, reason, at)
        return
    again = _sent_again(session, delivery)
    if again is None or again.at <= at:
        settle_failed(session, delivery, reason, hard=hard, at=at)


def unreached(session: Session, delivery: Delivery, recipient: str, reason: str, at: datetime | None = None) -> None:
    """Tell, once, that somebody did not get their copy."""
    told = _events(session, delivery, "unreached")
    if recipient.lower() not in {one.data.get("recipient", "").lower() for one in told}:
        _record(session, delivery, "unreached", at, recipient=recipient, reason=reason[:500])


def confirm(session: Session, delivery: Delivery) -> bool:
    """A person says that a failed or uncertain delivery did arrive; False where there is nothing to decide."""
    if hold(session, delivery.id).state not in OPEN_TO_DECISION:
        return False
    settle_sent(session, delivery, evidence="person")
    return True


def settle_sent(session: Session, delivery: Delivery, evidence: str = "", at: datetime | None = None) -> None:
    """The delivery has gone out (told by the provider, by evidence, or by a person): an answer closes its exchange."""
    if delivery.state == SENT:
        return
    delivery.state, delivery.error, delivery.sent_at = SENT, "", at or now()
    _record(session, delivery, "sent", delivery.sent_at, evidence=evidence)
    _close_exchange(session, delivery, flagged=False)


def settle_failed(
    session: Session, delivery: Delivery, reason: str, *, hard: bool = True, at: datetime | None = None
) -> None:
    """The delivery did not reach anybody: visible on the conversation, whose exchange runs again."""
    if delivery.state == FAILED:
        return
    delivery.state, delivery.error = FAILED, reason[:500]
    _record(session, delivery, "failed", at, reason=reason[:500], hard=hard)
    if delivery.purpose == ANSWER and delivery.message_id and delivery.conversation_id:
        conversation = session.get_one(Conversation, delivery.conversation_id)
        exchanges.reopen(session, conversation, delivery.message_id)
        snoozing.wake(session, conversation, SYSTEM, at)


def failed_elsewhere(session: Session, message: Message, reason: str, at: datetime) -> None:
    """An answer that was written in another program did not arrive: told once; its exchange runs again."""
    write_out(session)
    told = select(Event.id).where(Event.conversation_id == message.conversation_id, Event.message_id == message.id)
    if session.scalar(told.where(Event.action == "answer_failed").limit(1)) is None:
        record(
            session, "answer_failed", SYSTEM, conversation_id=message.conversation_id, message_id=message.id, at=at,
            reason=reason[:500],
        )  # fmt: skip
    exchanges.reopen(session, session.get_one(Conversation, message.conversation_id), message.id)


def withdraw(session: Session, number: int, reason: str) -> None:
    """It was not sent yet and is not to be: the colleague was told otherwise, or need not be told."""
    delivery = hold(session, number)
    if delivery.state in (QUEUED, RETRY):
        delivery.state, delivery.error = FAILED, reason[:500]


def settle_uncertain(session: Session, delivery: Delivery, reason: str, at: datetime | None = None) -> None:
    """Nobody knows whether it went out: it counts as answered, flagged, until evidence or a person decides."""
    if delivery.state == UNCERTAIN:
        return
    delivery.state, delivery.error = UNCERTAIN, reason[:500]
    _record(session, delivery, "uncertain", at, reason=reason[:500])
    _close_exchange(session, delivery, flagged=True)


def delay(session: Session, delivery: Delivery, reason: str) -> None:
    """It will be tried again; told the first time."""
    is_first = not delivery.error
    delivery.state, delivery.error = RETRY, reason[:500]
    if is_first:
        _record(session, delivery, "delayed", reason=reason[:500])


def send_again(session: Session, delivery: Delivery) -> bool:
    """A person decided that an uncertain or failed delivery is to be sent (once more); False for any other."""
    before = hold(session, delivery.id).state
    if before not in OPEN_TO_DECISION:
        return False
    delivery.state, delivery.error, delivery.token = QUEUED, "", ""
    _record(session, delivery, "requeued", after=before)
    enqueue(session, delivery)
    return True


def enqueue(session: Session, delivery: Delivery, after_seconds: float = 0) -> None:
    """Have it sent, after those of the same recipient that wait."""
    lane = f"deliver:{delivery.channel_id}:{delivery.recipient.lower()}"
    queue.enqueue(session, "deliver", delivery.id, lane, run_at=now() + timedelta(seconds=after_seconds))


def _sent_again(session: Session, delivery: Delivery) -> Event | None:
    """The last time that a person had it sent once more."""
    return next(iter(_events(session, delivery, "requeued")), None)


def _events(session: Session, delivery: Delivery, what: str) -> list[Event]:
    """What was written down of the delivery, the newest first."""
    write_out(session)
    events = select(Event).where(
        Event.conversation_id == delivery.conversation_id,
        Event.message_id == delivery.message_id,
        Event.action == f"{delivery.purpose}_{what}",
    )
    found = session.scalars(events.order_by(Event.id.desc()))
    return [one for one in found if one.data.get("delivery_id") == delivery.id]


def _close_exchange(session: Session, delivery: Delivery, *, flagged: bool) -> None:
    if delivery.purpose != ANSWER or delivery.conversation_id is None or delivery.message_id is None:
        return
    conversation = session.get_one(Conversation, delivery.conversation_id)
    message = session.get_one(Message, delivery.message_id)
    again = _sent_again(session, delivery)
    # The first time reached nobody: the customer waited until a person had it sent once more.
    anew = again if again is not None and again.data.get("after") == FAILED else None
    told = [one for what in ("sent", "uncertain") for one in _events(session, delivery, what)]
    exchanges.close(
        session, conversation, anew.at if anew is not None else message.at, message_id=message.id, flagged=flagged,
        written_at=message.at, gone_at=history.gone_out(told, anew),
    )  # fmt: skip
    if not flagged:
        exchanges.confirm(session, message.id)


def _record(session: Session, delivery: Delivery, what: str, at: datetime | None = None, **data: Any) -> None:
    action = f"{delivery.purpose}_{what}"
    record(
        session, action, SYSTEM, conversation_id=delivery.conversation_id, message_id=delivery.message_id, at=at,
        delivery_id=delivery.id, recipient_user_id=delivery.user_id, **data,
    )  # fmt: skip
