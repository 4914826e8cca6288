"""That a customer may have asked by another channel too, in the reader's words: when, by what, and who follows it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import i18n
from config.i18n import translator
from inbox import access
from inbox.db import write_out
from inbox.events import SYSTEM, record
from inbox.models import Conversation, Event, User, now
from inbox.models.conversation import CLOSED
from inbox.persons import duplicates
from inbox.persons.duplicates import TEXT, Duplicate
from inbox.worktime import calendars

SEEN = "maybe_twice"


def told(
    session: Session, found: Sequence[Duplicate], user: User | None, language: str, at: datetime | None = None
) -> list[str]:
    """A sentence for each; `user`: the reader, who must be allowed to see the other, None for a team's group."""
    found = seen_by(found, user)
    zone = calendars.company(session).zone_name if found else ""
    return [said(one, language, zone, at or now()) for one in found]


def seen_by(found: Sequence[Duplicate], user: User | None) -> list[Duplicate]:
    """Those that a reader may see."""
    return [one for one in found if user is None or access.may(user, access.SEE, one.conversation)]


def said(one: Duplicate, language: str, zone: str, at: datetime) -> str:
    """Perhaps also wrote by WhatsApp on Friday; Marco follows it."""
    _ = translator(language)
    values = {"how": _how(one, language), "when": _when(one.at, language, zone, at), "state": _state(one, language)}
    if one.why == TEXT:
        return _("The same words came %(how)s %(when)s; %(state)s.") % values
    return _("Perhaps also wrote %(how)s %(when)s; %(state)s.") % values


def notice(session: Session, conversation: Conversation, found: Sequence[Duplicate]) -> None:
    """Write it down in both conversations, once, while this one is young: so the other's cards tell it too."""
    if not found or conversation.messages_count > duplicates.YOUNG:
        return
    write_out(session)
    known = select(Event.data).where(Event.conversation_id == conversation.id, Event.action == SEEN)
    before = {data["other"] for data in session.scalars(known)}
    for one in found:
        if one.conversation.id not in before:
            for here, there in ((conversation, one.conversation), (one.conversation, conversation)):
                record(session, SEEN, SYSTEM, conversation_id=here.id, other=there.id, why=one.why)


def _how(one: Duplicate, language: str) -> str:
    _ = translator(language)
    known = {
        "mail": _("by mail"), "whatsapp": _("by WhatsApp"), "sitechat": _("in the chat on the site"),
        "webform": _("by a form of the site"),
    }  # fmt: skip
    return known.get(one.channel.kind) or _("by %s") % one.channel.name


def _when(moment: datetime, language: str, zone: str, at: datetime) -> str:
    _ = translator(language)
    local, today = moment.astimezone(ZoneInfo(zone)), at.astimezone(ZoneInfo(zone)).date()
    if local.date() == today:
        return _("today at %s") % i18n.formatted(moment, "HH:mm", language, zone)
    if local.date() == today - timedelta(days=1):
        return _("yesterday")
    is_near = timedelta(0) < today - local.date() < timedelta(days=7)
    return _("on %s") % i18n.formatted(moment, "EEEE" if is_near else "d MMMM", language, zone)


def _state(one: Duplicate, language: str) -> str:
    _, conversation = translator(language), one.conversation
    if conversation.status == CLOSED:
        return _("closed, answered by %s") % one.answered_by if one.answered_by else _("closed without an answer")
    if conversation.waiting_since is None and one.answered_by:
        return _("%s has answered") % one.answered_by
    if conversation.user is not None:
        return _("%s follows it") % conversation.user.name
    if conversation.team is not None:
        return _("it is with %s") % conversation.team.name
    return _("nobody has it yet")
