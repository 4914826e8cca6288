"""The mail that asks whoever reads an address to confirm the consent that a form was given for it.

It is no answer and no acknowledgement: no clock ends with it. To one address it goes once in a day, however often that
address is typed, and never to one of ours. It says what to do about a request that somebody else has made. No page
shows it, because its links are the customer's alone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from config.logging import get
from inbox import queue, replies, signatures
from inbox.consents import links
from inbox.consents.words import words
from inbox.db import Database
from inbox.models import Consent, Contact, Conversation, Delivery, Job, Message, now
from inbox.models.consent import ASKED
from inbox.models.conversation import SPAM
from inbox.models.delivery import CONSENT
from inbox.models.job import GIVEN_UP
from inbox.secrets import Vault

PAUSE = timedelta(hours=24)
_WAIT_SECONDS = 1.0
log = get("consents")


def work(database: Database, vault: Vault, public_url: str, jobs: Sequence[queue.Claim]) -> None:
    """The handler of `consent` jobs: write to each address that has not been written to lately."""
    for job in jobs:
        try:
            _work(database, vault, public_url, job)
        except queue.LostLease:
            log.warning("lease_lost", job=job.id, kind=job.kind)
        except Exception as error:
            log.exception("consent_mail_failed", consent=job.subject_id)
            with database.writing() as session:
                queue.put_back(session, job, f"{type(error).__name__}: {error}")


def _work(database: Database, vault: Vault, public_url: str, job: queue.Claim) -> None:
    with database.writing() as session:
        consent = session.get_one(Consent, job.subject_id)
        # Of two requests at once the second waits here, and sees that the first was written to.
        session.get_one(Contact, consent.contact_id, with_for_update=True)
        session.refresh(consent)
        # Rules may call it spam.
        if _is_being_routed(session, consent):
            queue.postpone(session, job, _WAIT_SECONDS)
            return
        _ask(session, vault, public_url, consent, now())
        queue.acknowledge(session, job)


def _ask(session: Session, vault: Vault, public_url: str, consent: Consent, at: datetime) -> None:
    message = session.get_one(Message, consent.message_id)
    conversation = session.get_one(Conversation, message.conversation_id)
    lately = exists().where(Consent.address == consent.address, Consent.mailed_at > at - PAUSE)
    if consent.state != ASKED or conversation.status == SPAM or session.scalar(select(lately)):
        return
    consent.mailed_at = at
    channel = conversation.channel
    confirm, leave = (links.url(vault, public_url, one, consent.id, at) for one in (links.CONFIRM, links.LEAVE))
    told = words(consent.language)
    body = told["mail"].format(text=consent.text.text, confirm=confirm, leave=leave)
    if consent.text.privacy:
        body += f"\n\n{told['policy']}: {consent.text.privacy}"
    body += f"\n\n{told['automatic']}\n\n{told['regards']}"
    # RFC 8058: mail programs show a button for it, and post to it themselves.
    unsubscribe = {"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    envelope = {
        "to": [{"address": message.from_address.strip(), "name": ""}], "subject": told["subject"],
        "text": signatures.signed(body, signatures.of_company(channel, signatures.footer(session))),
        "headers": {**replies.AUTO_GENERATED, **unsubscribe},
    }  # fmt: skip
    replies.queue_delivery(session, Delivery(
        purpose=CONSENT, channel_id=channel.id, recipient=consent.address, conversation_id=conversation.id,
        envelope=envelope, external_id=replies.message_id_for(channel.address), created_at=at,
    ))  # fmt: skip


def _is_being_routed(session: Session, consent: Consent) -> bool:
    waits = exists().where(Job.kind == "route", Job.subject_id == consent.message_id, Job.state != GIVEN_UP)
    return bool(session.scalar(select(waits)))
