"""The words in which a form asks for consent: kept for ever, with a number, each time they change."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.models import Channel, ConsentText
from inbox.models.consent import MARKETING


def keep(session: Session, form: Channel) -> None:
    """Keep the form's words as a new version, if they, or the privacy notice, are others than before."""
    text, privacy = str(form.settings.get("marketing", "")), str(form.settings.get("privacy", ""))
    before = latest(session, form.id)
    if text and (before is None or (before.text, before.privacy) != (text, privacy)):
        version = before.version + 1 if before else 1
        kept = ConsentText(channel_id=form.id, purpose=MARKETING, version=version, text=text, privacy=privacy)
        session.add(kept)
        session.flush()


def latest(session: Session, form_id: int) -> ConsentText | None:
    """The newest version, None where the form never asked."""
    query = select(ConsentText).where(ConsentText.channel_id == form_id, ConsentText.purpose == MARKETING)
    found: ConsentText | None = session.scalar(query.order_by(ConsentText.version.desc()).limit(1))
    return found


def number(session: Session, form: Channel) -> int:
    """The number of the words beside the form's box, 0 where it does not ask."""
    found = latest(session, form.id) if form.settings.get("marketing") else None
    return found.version if found else 0


def version(session: Session, form_id: int, wanted: int) -> ConsentText | None:
    """One version by its number."""
    query = select(ConsentText).where(ConsentText.channel_id == form_id, ConsentText.purpose == MARKETING)
    found: ConsentText | None = session.scalar(query.where(ConsentText.version == wanted))
    return found
