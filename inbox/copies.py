"""A copy of each answer in the mailbox's Sent folder, where the provider does not put one there itself.

A job some seconds after sending: most providers have done it by then, and a second copy is what people complain of.
"""

import dataclasses
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.logging import get
from connectors.abilities import KeepsCopies
from connectors.base import Connector, ConnectorError, Outbound, Pull
from inbox import channels, envelopes, queue
from inbox.blobs import Blobs
from inbox.db import Database
from inbox.models import Attachment, Delivery, now
from inbox.models.delivery import ANSWER, SENT

KIND = "copy"
AFTER_SECONDS = 30.0
# The answer has arrived; a copy is not worth more than a few hours of trying.
MAX_TRIES = 8
log = get("copies")


def enqueue(session: Session, delivery: Delivery) -> None:
    """See to the copy of an answer that has just been sent."""
    if delivery.purpose == ANSWER and delivery.external_id:
        later = now() + timedelta(seconds=AFTER_SECONDS)
        queue.enqueue(session, KIND, delivery.id, f"{KIND}:{delivery.channel_id}", run_at=later)


def keep(database: Database, blobs: Blobs, build: Callable[[int], Connector], job: queue.Claim) -> None:
    """Carry one copy job to its end. What fails is only logged: the answer itself was sent."""
    with database.reading() as session:
        delivery = session.get(Delivery, job.subject_id)
        wanted = delivery.envelope.get("attachment_ids", []) if delivery else []
        files = list(session.scalars(select(Attachment).where(Attachment.id.in_(wanted)).order_by(Attachment.id)))
    error = ""
    if delivery is not None and delivery.state == SENT:
        try:
            outbound = envelopes.outbound(delivery.envelope, delivery.external_id, envelopes.files(blobs, files))
            _put(build(delivery.channel_id), dataclasses.replace(outbound, at=delivery.sent_at))
        except Exception as failure:
            error = channels.sentence(failure)
            log.warning("copy_failed", delivery=job.subject_id, reason=error)
            if isinstance(failure, ConnectorError) and not failure.permanent and job.attempts < MAX_TRIES:
                with database.writing() as session:
                    queue.put_back(session, job, error)
                return
    with database.writing() as session:
        queue.acknowledge(session, job)


def _put(connector: Connector, message: Outbound) -> None:
    try:
        if isinstance(connector, KeepsCopies):
            connector.keep_copy(message)
    finally:
        if isinstance(connector, Pull):
            connector.close()
