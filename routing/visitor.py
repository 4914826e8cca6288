"""What colleagues are told of somebody who chats on the site: whether they are there, on which page, and the address
that they typed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from config.i18n import translator
from inbox.models import Conversation, Message, now
from inbox.sitechat import settings, visits


@dataclass(frozen=True, slots=True)
class Seen:
    """In the reader's words: from where it comes, and the visitor's address ("": none is known)."""

    source: str
    address: str


def seen(
    session: Session, conversation: Conversation, message: Message | None, language: str, at: datetime | None = None
) -> Seen | None:
    """The visitor of a chat as things are at a moment (UTC), None where it is no chat."""
    if conversation.channel.kind != settings.KIND:
        return None
    _, visit = translator(language), visits.of(session, conversation)
    is_here = visit is not None and visits.is_here(visit, at or now())
    page = (message.facts.get("page") if message is not None else "") or (visit.page if visit is not None else "")
    parts = [_("Chat on the site"), _("the visitor is there") if is_here else _("the visitor has left"), str(page)]
    return Seen(
        " · ".join(part for part in parts if part), _address(visit.email, visit.identity, language) if visit else ""
    )


def _address(email: str, identity: str, language: str) -> str:
    """What was typed may be anybody's, unless the site vouches for it."""
    if not email or identity:
        return email
    return translator(language)("%s (not verified)") % email
