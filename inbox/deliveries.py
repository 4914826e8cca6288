"""Sending: queued → claimed → sending → sent | retry | failed | uncertain.

`committing()` is a fenced UPDATE just before the irrevocable step. A lease that died before it is tried again; one
that died after it is uncertain: settled by evidence or by a person, never sent again by itself.

What is learnt counts whoever holds the job: see `outcomes`.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config.failpoints import point
from config.logging import get
from connectors import abilities, base
from inbox import channels, copies, envelopes, leaving, linking, outcomes, queue
from inbox.blobs import Blobs
from inbox.db import Database
from inbox.models import Attachment, Channel, Delivery, now
from inbox.models.delivery import ANSWER, CLAIMED, FAILED, SENDING, SENT, UNCERTAIN, WEBHOOK
from inbox.satisfaction import asking
from inbox.social.kinds import KINDS

ConnectorFor = Callable[[int], base.Connector]
# The address at which a colleague opens a file: by the numbers of the file and the colleague.
FileUrl = Callable[[int, int], str]
log = get("deliveries")


class Fenced(Exception):
    """Another worker owns this delivery now."""


def deliver(
    database: Database,
    blobs: Blobs,
    connector_for: ConnectorFor,
    job: queue.Claim,
    file_url: FileUrl | None = None,
    opinion_url: asking.LinkFor | None = None,
) -> None:
    """Carry one delivery job to its end, or put it back for a later try. `file_url`: None leaves links to files out;
    `opinion_url`: None leaves out what asks the customer how the answer was."""
    claimed = _claim(database, job, file_url, opinion_url)
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
        outbound = envelopes.outbound(claimed.envelope, claimed.external_id, envelopes.files(blobs, claimed.files))
        connector = connector_for(claimed.channel_id)
        sent = connector.send(outbound, committing)
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
    _sent(database, job, sent, isinstance(connector, abilities.KeepsCopies))
    point("deliver.after_settle")


@dataclass(frozen=True, slots=True)
class _Claimed:
    envelope: dict[str, Any]
    external_id: str
    channel_id: int
    files: list[Attachment]


def _claim(
    database: Database, job: queue.Claim, file_url: FileUrl | None, opinion_url: asking.LinkFor | None
) -> _Claimed | None:
    """Take the delivery for this job; None where there is nothing (more) to send."""
    with database.writing() as session:
        delivery = outcomes.hold(session, job.subject_id)
        if delivery.state in (SENT, FAILED, UNCERTAIN):
            queue.acknowledge(session, job)
            return None
        # A webhook that came twice is known by its id; anything else might be read twice.
        if delivery.state == SENDING and delivery.purpose != WEBHOOK:
            outcomes.settle_uncertain(session, delivery, "stopped while sending")
            queue.acknowledge(session, job)
            return None
        if why := leaving.why_not(session, delivery):
            outcomes.settle_failed(session, delivery, why)
            queue.acknowledge(session, job)
            return None
        delivery.state, delivery.token = CLAIMED, job.token
        delivery.attempts += 1
        files = _files(session, delivery.envelope.get("attachment_ids", [])) + _made(delivery.envelope)
        envelope = _with_links(session, delivery, _in_place(session, delivery), file_url)
        envelope = _with_question(session, delivery, envelope, opinion_url)
        return _Claimed(envelope, delivery.external_id, delivery.channel_id, files)


def _files(session: Session, numbers: Sequence[int]) -> list[Attachment]:
    return list(session.scalars(select(Attachment).where(Attachment.id.in_(numbers)).order_by(Attachment.id)))


def _made(envelope: dict[str, Any]) -> list[Attachment]:
    """The files that we made ourselves, which are no message's."""
    return [
        Attachment(filename=one["name"], content_type=one["type"], sha256=one["sha256"])
        for one in envelope.get("made", ())
    ]


def _with_links(
    session: Session, delivery: Delivery, envelope: dict[str, Any], file_url: FileUrl | None
) -> dict[str, Any]:
    """The envelope with the addresses of files that are too large to go along; they count from now on."""
    if file_url is None or delivery.user_id is None or not envelope.get("links"):
        return envelope
    files = _files(session, envelope["links"])
    lines = [f"{one.filename or 'file'}: {file_url(one.id, delivery.user_id)}" for one in files]
    return {**envelope, "text": "\n".join([envelope["text"].rstrip("\n"), *lines])}


def _with_question(
    session: Session, delivery: Delivery, envelope: dict[str, Any], opinion_url: asking.LinkFor | None
) -> dict[str, Any]:
    """The envelope with the question how the answer was, below all else: its links are the customer's alone, so that
    they are kept nowhere, and whoever reads the answer here or in the Sent folder cannot answer in their place."""
    if opinion_url is None or delivery.purpose != ANSWER or delivery.message_id is None:
        return envelope
    below = asking.below(session, delivery, opinion_url)
    return {**envelope, "text": f"{envelope['text'].rstrip()}\n\n{below}"} if below else envelope


def _in_place(session: Session, delivery: Delivery) -> dict[str, Any]:
    """The envelope; in a chat it names the message of ours under which this one stands, which has a name by now."""
    under = session.get(Delivery, delivery.envelope["under"]) if "under" in delivery.envelope else None
    return {**delivery.envelope, "in_reply_to": under.provider_id} if under is not None else delivery.envelope


def _sent(database: Database, job: queue.Claim, sent: base.Sent, keeps_copies: bool) -> None:
    with database.writing() as session:
        delivery = outcomes.hold(session, job.subject_id)
        delivery.provider_id = sent.provider_id
        _tell_health(session, delivery, "")
        for recipient, reason in sent.refused.items():
            outcomes.unreached(session, delivery, recipient, reason)
        if delivery.state == FAILED and delivery.token == job.token:
            # The report that it was not delivered was faster than the server's word.
            delivery.sent_at = now()
        else:
            outcomes.settle_sent(session, delivery)
            if keeps_copies:
                copies.enqueue(session, delivery)
        _done(session, job)


def _failed(database: Database, job: queue.Claim, error: base.ConnectorError) -> None:
    with database.writing() as session:
        delivery = outcomes.hold(session, job.subject_id)
        _tell_health(session, delivery, error.reason, error.code)
        if delivery.token != job.token or delivery.state in (SENT, FAILED):
            # It is another's now, or evidence was faster than the server's word.
            _done(session, job)
        elif error.uncertain:
            outcomes.settle_uncertain(session, delivery, error.reason)
            _done(session, job)
        elif error.code == "moved" and error.moved_to not in ("", delivery.recipient):
            linking.moved(session, delivery.channel_id, delivery.recipient, error.moved_to)
            linking.redirect(delivery, error.moved_to)
            _try_later(session, job, delivery, error)
        elif error.permanent:
            if error.code == "blocked":
                linking.blocked(session, delivery.channel_id, delivery.recipient)
            outcomes.settle_failed(session, delivery, error.reason)
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
        outcomes.enqueue(session, delivery, error.retry_after or queue.back_off(job.attempts))
    if not going_on:
        outcomes.settle_failed(session, delivery, error.reason)
        return
    outcomes.delay(session, delivery, error.reason)


def _tell_health(session: Session, delivery: Delivery, error: str, code: str = "") -> None:
    """Of a channel that is not asked for news there is no other sign whether it works; a platform's no to one message
    is none of it, only one to the token."""
    kind = session.get_one(Channel, delivery.channel_id).kind
    # A channel that is asked says by itself that it works again.
    is_called = kind in KINDS and KINDS[kind].called
    if delivery.purpose == WEBHOOK or (kind in KINDS and code == "token") or (is_called and not error):
        channels.set_health(session, delivery.channel_id, error)


def _done(session: Session, job: queue.Claim) -> None:
    """The job is over. What it brought to light is true whoever holds it now; that one will find it settled."""
    try:
        queue.acknowledge(session, job)
    except queue.LostLease:
        log.warning("lease_lost", job=job.id, delivery=job.subject_id)
