"""The words of the monthly page, in English, with what becomes them in the reader's language."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from config import i18n
from inbox.reporting.days import Period
from inbox.reporting.monthly.content import Content, Finding, is_month
from inbox.reporting.said import percent, worked


def _(text: str) -> str:
    """Marks a text for the catalogue."""
    return text


SENTENCES = {
    "waiting": _("%(late)s of the %(waiting)s who wait for an answer have waited longer than the target."),
    "unanswered": _("%(without)s of %(every)s questions were closed without an answer."),
    "late": _("%(late)s of %(targeted)s first answers came later than the target."),
    "team": _("%(team)s: %(late)s of %(targeted)s first answers came later than the target."),
    "slower": _("First answers became slower: half within %(seconds)s, in %(month_before)s %(seconds_before)s."),
    "faster": _("First answers became faster: half within %(seconds)s, in %(month_before)s %(seconds_before)s."),
    "more": _("%(now)s enquiries, %(change)s more than in %(month_before)s."),
    "fewer": _("%(now)s enquiries, %(change)s fewer than in %(month_before)s."),
    "holder": _("Of the %(seconds_whole)s until an answer, %(seconds)s passed %(holder)s."),
    "passed": _("%(passed)s of %(now)s enquiries were passed on to another team."),
    "outside": _("%(outside)s of %(every)s questions came while nobody was there."),
    "grown": _("%(name)s brought %(count)s enquiries, in %(month_before)s %(before)s."),
    "source": _("%(count)s of %(now)s enquiries came by way of %(name)s."),
    "product": _("%(count)s of %(now)s enquiries were about %(name)s."),
    "won": _("%(won)s of %(leads)s leads became orders."),
    "kept": _("%(within)s of %(targeted)s first answers came within the target."),
}
# Where the time passed, as in a sentence; and as the name of a bar.
PASSED = {
    "fetch": _("before the message was fetched"),
    "triage": _("in nobody's hands"),
    "team": _("with the team, before a colleague took it"),
    "person": _("with a colleague"),
    "approval": _("waiting for a colleague's approval"),
}
HOLDERS = {
    "fetch": _("Until fetched"),
    "triage": _("In nobody's hands"),
    "team": _("With the team"),
    "person": _("With a colleague"),
    "approval": _("Waiting for a word"),
}
STAGES = {
    "new": _("New lead"),
    "qualified": _("Qualified"),
    "quoted": _("Quoted"),
    "won": _("Won"),
    "lost": _("Lost"),
    "won_earlier": _("Won, from earlier months"),
}
# What a finding rests on; a star stands for the value of a list's member.
NUMBERS = {
    "waiting": _("still waiting"),
    "waiting_late": _("of these past the target"),
    "every/exchanges": _("questions"),
    "every/answered": _("answered"),
    "every/unanswered": _("closed without an answer"),
    "first/exchanges": _("enquiries"),
    "first/targeted": _("first answers"),
    "first/within": _("within the target"),
    "first/median_working": _("half within"),
    "before_first/exchanges": _("the month before"),
    "before_first/median_working": _("the month before"),
    "teams/*/targeted": _("the team's first answers"),
    "teams/*/within": _("within the target"),
    "sources/*/count": _("from this source"),
    "sources/*/before": _("the month before"),
    "products/*/count": _("about this product"),
    "outside": _("came while nobody was there"),
    "passed": _("passed on by hand"),
}
_TIMES = ("seconds", "seconds_before", "seconds_whole")


def sentence(finding: Finding, content: Content, language: str) -> str:
    """A finding in words."""
    say = i18n.translator(language)
    values = {name: _value(name, one, language) for name, one in finding.values.items()}
    values["month_before"] = before(content.period, language)
    return say(SENTENCES[finding.code]) % values


def because(finding: Finding, language: str) -> str:
    """The numbers that a finding rests on, each with its name."""
    return " · ".join(f"{_place(place, language)} {_number(place, one)}" for place, one in finding.because.items())


def title(period: Period, language: str) -> str:
    """What a period is called: October 2026; else its first and last day."""
    if is_month(period):
        return _month(period.begins, "LLLL y", language).capitalize()
    first, last = (i18n.day(one, language) for one in (period.begins, period.ends))
    return first if first == last else f"{first} – {last}"


def before(period: Period, language: str) -> str:
    """What the period before it is called within a sentence."""
    earlier = period.before()
    if earlier is None:
        return "–"
    return _month(earlier.begins, "LLLL", language) if is_month(period) else title(earlier, language)


def moment(value: datetime, language: str, timezone: str) -> str:
    """A moment with its day, without seconds."""
    return i18n.formatted(value, "d MMMM y, HH:mm", language, timezone)


def euros(cents: int | None, language: str) -> str:
    """A sum in whole euros, "" where it is not known."""
    return i18n.money(100 * round(cents / 100), "EUR", language) if cents is not None else ""


def share(part: int, whole: int) -> str:
    """A share as a percentage."""
    return percent(part / whole) if whole else "–"


def _month(day: date, pattern: str, language: str) -> str:
    from babel.dates import format_date

    return format_date(day, pattern, locale=i18n.LOCALES.get(language, language))


def _value(name: str, value: Any, language: str) -> str:
    if name in _TIMES:
        return worked(value)
    if name == "holder":
        return i18n.translator(language)(PASSED[value])
    return i18n.number(value, language) if isinstance(value, int | float) else str(value)


def _place(place: str, language: str) -> str:
    say: Mapping[str, str] = NUMBERS
    first, _slash, rest = place.partition("/")
    if place in say:
        return i18n.translator(language)(say[place])
    if first == "holders":
        return i18n.translator(language)(HOLDERS[rest])
    if first == "outcomes":
        return i18n.translator(language)(STAGES[rest.partition("/")[0]])
    return i18n.translator(language)(say[f"{first}/*/{rest.rpartition('/')[2]}"])


def _number(place: str, value: float) -> str:
    return worked(value) if place.startswith("holders/") or place.endswith("_working") else str(int(value))
