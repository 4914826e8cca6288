"""Sending: queued → claimed → sending → sent | retry | failed | uncertain.

`committing()` is a fenced UPDATE just before the irrevocable step. A lease that died before it is tried again; one
that died after it is uncertain: settled by evidence or by a person, never sent again by itself.

What is known counts whoever holds the job: the server's word, a report of failure and a person's decision may come in
any order. All take the conversation's row first, then the delivery's.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config.failpoints import point
from config.logging import get
from connectors import base
from inbox import exchanges, queue
from inbox.blobs import Blobs
from inbox.db import Database, write_out
from inbox.events import SYSTEM, record
from inbox.models import Attachment, Conversation, Delivery, Event, Message, now
from inbox.models.delivery import ANSWER, CLAIMED, FAILED, QUEUED, RETRY, SENDING, SENT, UNCERTAIN

ConnectorFor = Callable[[int], base.Connector]
# It may have gone out: later evidence counts.
OPEN_TO_EVIDENCE = (SENDING, UNCERTAIN)
# It waits for a person's decision.
OPEN_TO_DECISION = (FAILED, UNCERTAIN)
log = get("deliveries")


class Fenced(Exception):
    """Another worker owns this delivery now."""


def deliver(database: Database, blobs: Blobs, connector_for: ConnectorFor, job: queue.Claim) -> None:
    """Carry one delivery job to its end, or put it back for a later try."""
    claimed = _claim(database, job)
    if claimed is None:
        return
    committed = threading.Event()

    def committing() -> None:
        with database.writing() as session:
            statement = update(Delivery).where(
                Delivery.id == job.subject_id, Delivery.state == CLAIMED, Delivery.token == job.token
            )
            if getattr(session.execute(statement.values(state=SENDING)), "rowcount", 0) != 1:
                raise Fenced
        committed.set()
        point("deliver.committed")

    try:
        outbound = outbound_from(claimed.envelope, claimed.external_id, _attachments(blobs, claimed.files))
        provider_id = connector_for(claimed.channel_id).send(outbound, committing)
    except Fenced:
        return
    except base.ConnectorError as error:
        _failed(database, job, error)
        return
    except Exception as error:
        log.error("delivery_failed", delivery=job.subject_id, exc_info=error)
        reason = f"{type(error).__name__}: {error}"
        _failed(database, job, base.ConnectorError(reason, uncertain=committed.is_set()))
        return
    point("deliver.before_settle")
    _sent(database, job, provider_id)
    point("deliver.after_settle")


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


def settle_bounced(session: Session, delivery: Delivery, reason: str, *, hard: bool, at: datetime) -> None:
    """A report, received `at`, says for good that it did not arrive.

    Of several reports the first counts; one from before it was sent once more is about the earlier time.
    """
    if hold(session, delivery.id).state not in (SENDING, SENT, UNCERTAIN):
        return
    again = _sent_again(session, delivery)
    if again is None or again.at <= at:
        settle_failed(session, delivery, reason, hard=hard, at=at)


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
        exchanges.reopen(session, session.get_one(Conversation, delivery.conversation_id), delivery.message_id)


def settle_uncertain(session: Session, delivery: Delivery, reason: str, at: datetime | None = None) -> None:
    """Nobody knows whether it went out: it counts as answered, flagged, until evidence or a person decides."""
    if delivery.state == UNCERTAIN:
        return
    delivery.state, delivery.error = UNCERTAIN, reason[:500]
    _record(session, delivery, "uncertain", at, reason=reason[:500])
    _close_exchange(session, delivery, flagged=True)


def send_again(session: Session, delivery: Delivery) -> bool:
    """A person decided that an uncertain or failed delivery is to be sent (once more); False for any other."""
    before = hold(session, delivery.id).state
    if before not in OPEN_TO_DECISION:
        return False
    delivery.state, delivery.error, delivery.token = QUEUED, "", ""
    _record(session, delivery, "requeued", after=before)
    _enqueue(session, delivery)
    return True


@dataclass(frozen=True, slots=True)
class _Claimed:
    envelope: dict[str, Any]
    external_id: str
    channel_id: int
    files: list[Attachment]


def _claim(database: Database, job: queue.Claim) -> _Claimed | None:
    """Take the delivery for this job; None where there is nothing (more) to send."""
    with database.writing() as session:
        delivery = hold(session, job.subject_id)
        if delivery.state in (SENT, FAILED, UNCERTAIN):
            queue.acknowledge(session, job)
            return None
        if delivery.state == SENDING:
            settle_uncertain(session, delivery, "stopped while sending")
            queue.acknowledge(session, job)
            return None
        delivery.state, delivery.token = CLAIMED, job.token
        delivery.attempts += 1
        wanted = delivery.envelope.get("attachment_ids", [])
        files = list(session.scalars(select(Attachment).where(Attachment.id.in_(wanted)).order_by(Attachment.id)))
        return _Claimed(delivery.envelope, delivery.external_id, delivery.channel_id, files)


def _attachments(blobs: Blobs, files: list[Attachment]) -> list[base.Attachment]:
    return [base.Attachment(file.filename, file.content_type, blobs.get(file.sha256)) for file in files]


def outbound_from(envelope: dict[str, Any], external_id: str, attachments: list[base.Attachment]) -> base.Outbound:
    """The connector's message from the stored envelope."""
    return base.Outbound(
        to=[base.Address(one["address"], one.get("name", "")) for one in envelope["to"]],
        cc=[base.Address(one["address"], one.get("name", "")) for one in envelope.get("cc", ())],
        text=envelope["text"],
        external_id=external_id,
        subject=envelope.get("subject", ""),
        in_reply_to=envelope.get("in_reply_to", ""),
        references=envelope.get("references", ()),
        thread_key=envelope.get("thread_key", ""),
        attachments=attachments,
        headers=envelope.get("headers", {}),
        buttons=[[(label, value) for label, value in row] for row in envelope.get("buttons", ())],
    )


def _sent(database: Database, job: queue.Claim, provider_id: str) -> None:
    with database.writing() as session:
        delivery = hold(session, job.subject_id)
        delivery.provider_id = provider_id
        if delivery.state == FAILED and delivery.token == job.token:
            # The report that it was not delivered was faster than the server's word.
            delivery.sent_at = now()
        else:
            settle_sent(session, delivery)
        _done(session, job)


def _failed(database: Database, job: queue.Claim, error: base.ConnectorError) -> None:
    with database.writing() as session:
        delivery = hold(session, job.subject_id)
        if delivery.token != job.token or delivery.state in (SENT, FAILED):
            # It is another's now, or evidence was faster than the server's word.
            _done(session, job)
        elif error.uncertain:
            settle_uncertain(session, delivery, error.reason)
            _done(session, job)
        elif error.permanent:
            settle_failed(session, delivery, error.reason)
            _done(session, job)
        else:
            _try_later(session, job, delivery, error)


def _try_later(session: Session, job: queue.Claim, delivery: Delivery, error: base.ConnectorError) -> None:
    try:
        going_on = queue.put_back(session, job, error.reason, after_seconds=error.retry_after or None)
    except queue.LostLease:
        # Whoever found it in "sending" gave the job up as uncertain; now it is known that nothing was sent.
        log.warning("lease_lost", job=job.id, delivery=delivery.id)
        going_on = True
        _enqueue(session, delivery, error.retry_after or queue.back_off(job.attempts))
    if not going_on:
        settle_failed(session, delivery, error.reason)
        return
    is_first = not delivery.error
    delivery.state, delivery.error = RETRY, error.reason[:500]
    if is_first:
        _record(session, delivery, "delayed", reason=error.reason[:500])


def _done(session: Session, job: queue.Claim) -> None:
    """The job is over. What it brought to light is true whoever holds it now; that one will find it settled."""
    try:
        queue.acknowledge(session, job)
    except queue.LostLease:
        log.warning("lease_lost", job=job.id, delivery=job.subject_id)


def _enqueue(session: Session, delivery: Delivery, after_seconds: float = 0) -> None:
    lane = f"deliver:{delivery.channel_id}:{delivery.recipient.lower()}"
    queue.enqueue(session, "deliver", delivery.id, lane, run_at=now() + timedelta(seconds=after_seconds))


def _sent_again(session: Session, delivery: Delivery) -> Event | None:
    """The last time that a person had it sent once more."""
    write_out(session)
    events = select(Event).where(
        Event.conversation_id == delivery.conversation_id,
        Event.message_id == delivery.message_id,
        Event.action == f"{delivery.purpose}_requeued",
    )
    found = session.scalars(events.order_by(Event.id.desc()))
    return next((one for one in found if one.data.get("delivery_id") == delivery.id), None)


def _close_exchange(session: Session, delivery: Delivery, *, flagged: bool) -> None:
    if delivery.purpose != ANSWER or delivery.conversation_id is None or delivery.message_id is None:
        return
    conversation = session.get_one(Conversation, delivery.conversation_id)
    message = session.get_one(Message, delivery.message_id)
    again = _sent_again(session, delivery)
    # The first time reached nobody: the customer waited until a person had it sent once more.
    at = again.at if again is not None and again.data.get("after") == FAILED else message.at
    exchanges.close(session, conversation, at, message_id=message.id, flagged=flagged, written_at=message.at)
    if not flagged:
        exchanges.confirm(session, message.id)


def _record(session: Session, delivery: Delivery, what: str, at: datetime | None = None, **data: Any) -> None:
    action = f"{delivery.purpose}_{what}"
    record(
        session, action, SYSTEM, conversation_id=delivery.conversation_id, message_id=delivery.message_id, at=at,
        delivery_id=delivery.id, recipient_user_id=delivery.user_id, **data,
    )  # fmt: skip
