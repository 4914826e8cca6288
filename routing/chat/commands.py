"""The bot's commands: /mine, /queue, /search, /away, /back, /stats, /help, in English and in Italian."""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from sqlalchemy import select

from config import i18n
from config.i18n import translator
from inbox import access, listing
from inbox.events import person
from inbox.models import Closure, Contact, Conversation, Exchange, now
from inbox.models.exchange import ANSWERS
from inbox.reporting.days import day_start
from inbox.reporting.tallies import percentile
from inbox.worktime import calendars, closing
from inbox.worktime.calendars import Owner
from inbox.worktime.closing import ClosureError
from inbox.worktime.rota import Rota
from routing.chat import lists
from routing.chat.refused import Refused
from routing.chat.shown import Lines
from routing.chat.talk import Talk

MAX_LISTED = 10
_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})(?:[/.\-](\d{2,4}))?|(\d{4})-(\d{2})-(\d{2})")
# What stands in Telegram's list of commands; the Italian names for colleagues who read Italian.
NAMES = {
    "mine": "mie", "queue": "coda", "search": "cerca", "away": "assente", "back": "rientro", "stats": "tempi",
    "help": "aiuto",
}  # fmt: skip


def run(talk: Talk) -> None:
    """Carry out a command. Raises Refused."""
    name = talk.told.facts["command"]
    deed = DEEDS.get({italian: english for english, italian in NAMES.items()}.get(name, name))
    if deed is None:
        raise Refused("unknown_command")
    deed(talk)


def described(language: str) -> dict[str, str]:
    """The commands with what they do, for Telegram's own list."""
    _ = translator(language)
    words = {
        "mine": _("what is in my hands"),
        "queue": _("who waits, and for how long"),
        "search": _("find conversations: /search tolerance"),
        "away": _("I am away until a day: /away 24/12"),
        "back": _("I am back"),
        "stats": _("my times this week"),
        "help": _("how this works"),
    }
    return {NAMES[name] if language == "it" else name: text for name, text in words.items()}


def help_(talk: Talk) -> None:
    """How one works here."""
    _ = translator(talk.user.language)
    lines = Lines()
    lines.title(_("How it works"))
    lines.line(_("A question comes as a card. Answer the card, or the customer's words under it: text, photo, file."))
    lines.line(_("You see what would go to whom; nothing leaves before you press a button."))
    lines.line()
    for name, text in described(talk.user.language).items():
        lines.line(f"/{name} – {text}")
    talk.say(lines.shown())


def _mine(talk: Talk) -> None:
    query = select(Conversation).where(
        Conversation.user_id == talk.user.id, Conversation.status.in_(("open", "pending"))
    )
    waiting_last = Conversation.waiting_since.is_(None)
    rows = talk.session.scalars(query.order_by(waiting_last, Conversation.waiting_since).limit(MAX_LISTED)).all()
    _list(talk, translator(talk.user.language)("In your hands"), rows)


def _queue(talk: Talk) -> None:
    rows = listing.conversations(talk.session, talk.user, listing.Filter(listing.WAITING))
    _list(talk, translator(talk.user.language)("Who waits"), rows[:MAX_LISTED])


def _search(talk: Talk) -> None:
    words = talk.told.facts.get("argument", "").split()
    if not words:
        raise Refused("no_words")
    query = select(Conversation).join(Contact, Contact.id == Conversation.contact_id)
    for word in words[:5]:
        pattern = f"%{_escaped(word)}%"
        query = query.where(
            Conversation.subject.ilike(pattern, escape="\\")
            | Conversation.snippet.ilike(pattern, escape="\\")
            | Contact.name.ilike(pattern, escape="\\")
        )
    found = talk.session.scalars(query.order_by(Conversation.last_at.desc()).limit(5 * MAX_LISTED)).all()
    seen = [one for one in found if access.may(talk.user, access.SEE, one)]
    _list(talk, translator(talk.user.language)("Found: %s") % " ".join(words), seen[:MAX_LISTED])


def _list(talk: Talk, title: str, rows: Sequence[Conversation]) -> None:
    hours = calendars.company(talk.session)
    talk.say(lists.listed(title, rows, talk.user.language, hours, buttons=not talk.group))


def _away(talk: Talk) -> None:
    _, today = translator(talk.user.language), _today(talk)
    until = read_day(talk.told.facts.get("argument", ""), today)
    if until is None:
        raise Refused("no_day")
    try:
        closing.add(talk.session, Owner(None, talk.user.id), closing.Wanted(today, until), person(talk.user.id), today)
    except ClosureError:
        raise Refused("bad_absence") from None
    talk.say(_("Away until %s. New questions go to the others.") % i18n.day(until, talk.user.language))


def _back(talk: Talk) -> None:
    """Absences of today end yesterday; one that began today is taken back."""
    _, today = translator(talk.user.language), _today(talk)
    query = select(Closure).where(Closure.user_id == talk.user.id, Closure.starts <= today, Closure.ends >= today)
    for row in talk.session.scalars(query).all():
        closing.end_early(talk.session, row, person(talk.user.id), today)
    talk.say(_("Welcome back."))


def _stats(talk: Talk) -> None:
    _, hours, language = translator(talk.user.language), calendars.company(talk.session), talk.user.language
    monday = _today(talk) - timedelta(days=_today(talk).weekday())
    query = select(Exchange).where(
        Exchange.user_id == talk.user.id, Exchange.outcome.in_(ANSWERS),
        Exchange.closed_at >= day_start(monday, hours.zone_name),
    )  # fmt: skip
    times = sorted(one.working_seconds or 0 for one in talk.session.scalars(query))
    median = percentile(times, 50)
    lines = Lines()
    lines.title(_("Your times this week"))
    lines.field(_("Answered"), str(len(times)))
    if median is not None:
        lines.field(_("Half of them within"), _minutes(median, language))
        lines.field(_("The longest"), _minutes(times[-1], language))
    lines.line(_("In working hours. Nobody else sees this."))
    talk.say(lines.shown())


def read_day(text: str, today: date) -> date | None:
    """A day as people write it: 24/12, 24.12.2026, 2026-12-24; without a year the next one. None for anything else."""
    found = _DAY.search(text)
    if found is None:
        return None
    try:
        if found[4]:
            return date(int(found[4]), int(found[5]), int(found[6]))
        year = int(found[3]) if found[3] else today.year
        day = date(year + 2000 if year < 100 else year, int(found[2]), int(found[1]))
        return day if found[3] or day >= today else day.replace(year=day.year + 1)
    except ValueError:
        return None


def _today(talk: Talk) -> date:
    return Rota(talk.session, now().date()).person(talk.user.id).local_day(now())


def _minutes(seconds: int, language: str) -> str:
    _ = translator(language)
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest} if hours else _("%d min") % minutes


def _escaped(word: str) -> str:
    return re.sub(r"([%_\\])", r"\\\1", word)


DEEDS: dict[str, Callable[[Talk], None]] = {
    "mine": _mine, "queue": _queue, "search": _search, "away": _away, "back": _back, "stats": _stats, "help": help_,
    "start": help_,
}  # fmt: skip
