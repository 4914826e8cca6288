"""Reports on their way: a job gathers a period once, writes each recipient's mail, and notes that it was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.logging import get
from inbox import queue, replies
from inbox.access import SEE_REPORTS, may
from inbox.blobs import Blobs, digest, writing_with
from inbox.db import Database
from inbox.models import Delivery, ReportRecipient, ReportSending, User, now
from inbox.models.delivery import NOTIFICATION
from inbox.models.report_mail import MONTHLY
from inbox.reporting.days import Period
from inbox.reporting.monthly import letters, links, recipients
from inbox.reporting.monthly.content import Content
from inbox.reporting.monthly.gathering import gather
from inbox.reporting.monthly.pdf import pdf
from inbox.reporting.monthly.recipients import To
from inbox.reporting.monthly.sheet import Sheet, sheet
from inbox.secrets import new_token, token_hash

log = get("reports")


class NoMailbox(RuntimeError):
    """There is no mailbox that works, by which reports could go."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One recipient's report: its page, and the PDF (b"" for none)."""

    to: To
    sheet: Sheet
    pdf: bytes


def work(database: Database, blobs: Blobs, public_url: str, timezone: str, jobs: Sequence[queue.Claim]) -> None:
    """The handler of `report_mail` jobs."""
    for job in jobs:
        try:
            _work(database, blobs, public_url, timezone, job)
        except queue.LostLease:
            log.warning("lease_lost", job=job.id, kind=job.kind)
        except Exception as error:
            log.exception("report_mail_failed", attempts=job.attempts)
            with database.writing() as session:
                queue.put_back(session, job, f"{type(error).__name__}: {error}")


def _work(database: Database, blobs: Blobs, public_url: str, timezone: str, job: queue.Claim) -> None:
    kind, asked_by = job.payload["kind"], job.payload.get("user_id")
    days = Period(date.fromisoformat(job.payload["begins"]), date.fromisoformat(job.payload["ends"]))
    with database.reading() as session:
        wanted = _recipients(session, kind, days, asked_by)
        content = gather(session, days, timezone) if wanted else None
        heading, sections = recipients.heading(session), recipients.sections(session)
    made: list[Letter] = []
    if content is not None and (kind == MONTHLY or asked_by or content.every.exchanges or content.waiting):
        for one in wanted:
            page = sheet(content, one.language, timezone, company=heading, sections=sections, names=one.names)
            made.append(Letter(one, page, pdf(page, public_url) if kind == MONTHLY else b""))
    with writing_with(database, blobs, [one.pdf for one in made if one.pdf]) as session:
        for letter in made:
            if content is not None and (asked_by or not _was_sent(session, kind, days, letter.to.address)):
                _send(session, kind, content, letter, sections, public_url, asked_by)
        queue.acknowledge(session, job)


def _recipients(session: Session, kind: str, days: Period, asked_by: int | None) -> list[To]:
    """Who is still to get it; whoever asked for it gets it alone, and again."""
    if asked_by is not None:
        user = session.get(User, asked_by)
        row = session.scalar(select(ReportRecipient).where(ReportRecipient.user_id == asked_by))
        return [recipients.of_user(user, row)] if user is not None and may(user, SEE_REPORTS) else []
    return [one for one in recipients.of_kind(session, kind) if not _was_sent(session, kind, days, one.address)]


def _was_sent(session: Session, kind: str, days: Period, address: str) -> bool:
    query = select(ReportSending.id).where(
        ReportSending.kind == kind, ReportSending.begins == days.begins, ReportSending.recipient == address.lower(),
        ReportSending.by_user_id.is_(None),
    )  # fmt: skip
    return session.scalar(query) is not None


def _send(
    session: Session, kind: str, content: Content, letter: Letter, sections: Sequence[str], public_url: str,
    asked_by: int | None,
) -> None:  # fmt: skip
    to, at = letter.to, now()
    channel = recipients.mailbox(session, to.address)
    if channel is None and recipients.mailbox(session) is None:
        raise NoMailbox("no mailbox works by which the report could be sent")
    if channel is None:
        # A mailbox that wrote to itself would take the report for a customer's mail.
        log.warning("report_not_mailed", recipient=to.address)
        return
    token = new_token() if kind == MONTHLY else ""
    link = links.url(public_url, token) if token else ""
    name = f"{content.period.begins:%Y-%m}.pdf"
    sha256 = digest(letter.pdf) if letter.pdf else ""
    envelope = {
        "to": [{"address": to.address, "name": to.name}], "subject": letters.subject(letter.sheet, content),
        "text": letters.text(letter.sheet, content, kind, public_url, link), "headers": replies.AUTO_GENERATED,
        "made": [{"name": name, "type": "application/pdf", "sha256": sha256}] if sha256 else [],
    }  # fmt: skip
    delivery = Delivery(
        purpose=NOTIFICATION, channel_id=channel.id, recipient=to.address, user_id=to.user_id, envelope=envelope,
        external_id=replies.message_id_for(channel.address),
    )  # fmt: skip
    replies.queue_delivery(session, delivery)
    session.add(ReportSending(
        kind=kind, begins=content.period.begins, ends=content.period.ends, recipient=to.address.lower(),
        language=to.language, content=kept(content, sections, letter.sheet.company), by_user_id=asked_by,
        token_hash=token_hash(token) if token else "", expires_at=at + links.LIFETIME, sha256=sha256,
        delivery_id=delivery.id, created_at=at,
    ))  # fmt: skip


def kept(content: Content, sections: Sequence[str], company: str) -> dict[str, object]:
    """What a link shows later, whatever has changed by then; nothing personal is in it."""
    return {"content": content.without_names().as_data(), "sections": list(sections), "company": company}
