"""A list of conversations in a chat, with a button for the card of each."""

from collections.abc import Sequence
from datetime import datetime

from config import i18n
from config.i18n import translator
from inbox import contents
from inbox.models import Conversation
from inbox.models.user import MINIMAL
from inbox.worktime.hours import Hours
from routing.chat.shown import Buttons, Lines, Shown

IN_A_ROW = 5


def listed(
    title: str, rows: Sequence[Conversation], language: str, hours: Hours, *, buttons: bool, more: str = ""
) -> Shown:
    """The list; `buttons` only where one person reads it. `more`: what else there is to say, below it."""
    _, lines = translator(language), Lines()
    lines.title(title)
    for number, one in enumerate(rows, 1):
        lines.line(f"{number}. {line(one, language, hours)}")
    if not rows:
        lines.line(_("Nothing."))
    if more:
        lines.line(more)
    return lines.shown(_buttons(rows) if buttons else [])


def line(one: Conversation, language: str, hours: Hours) -> str:
    """Who waits, with what and since when; no more than may be told outside the pages."""
    _ = translator(language)
    hidden = contents.level(one) == MINIMAL
    who = _("confidential") if hidden else one.contact.name or _("unknown")
    since = f" · {moment(one.waiting_since, language, hours)}" if one.waiting_since else ""
    return f"{who}: {'' if hidden else one.subject}".rstrip(": ") + since


def moment(value: datetime, language: str, hours: Hours) -> str:
    """A moment with its weekday, where the company is."""
    return i18n.formatted(value, "EEE d MMM, HH:mm", language, hours.zone_name)


def _buttons(rows: Sequence[Conversation]) -> Buttons:
    some = [(str(number), f"show:{one.id}") for number, one in enumerate(rows, 1)]
    return [some[at : at + IN_A_ROW] for at in range(0, len(some), IN_A_ROW)]
