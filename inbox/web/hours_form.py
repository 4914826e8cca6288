"""What is typed about hours, closures and absences, read and checked; what is wrong, by the field's id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from zoneinfo import available_timezones

from babel import Locale
from flask import g
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from config import i18n
from inbox.clocks import corrections
from inbox.models import Calendar
from inbox.web.wording import gettext as _
from inbox.worktime import calendars, closing, publicholidays
from inbox.worktime.calendars import COMPANY, HoursError, Owner, read_walls, say_walls
from inbox.worktime.closing import ClosureError, Wanted
from inbox.worktime.hours import DAYS, Hours, Wall, Week

# Between the names of several holidays of one day, in a form's value.
BAR = "|"


@dataclass(slots=True)
class Typed:
    """A calendar as it stands in the form: hours as texts by day, what else is chosen, and what is wrong."""

    own: bool
    days: dict[str, str]
    valid_from: str
    zone: str = ""
    country: str = ""
    province: str = ""
    worked: frozenset[str] = frozenset()
    errors: dict[str, str] = field(default_factory=dict)


def shown(row: Calendar | None, owner: Owner, today: date, zone: str) -> Typed:
    """The form for a calendar that is stored, or for one that is not yet."""
    hours = row.hours if row is not None else None
    days = {day: say_walls(calendars.walls_of((hours or {}).get(day, ()))) for day in DAYS}
    begins = max(today, row.valid_from) if row is not None else today
    own = hours is not None or owner == COMPANY
    if row is None:
        return Typed(own, days, begins.isoformat(), zone if owner == COMPANY else "")
    return Typed(own, days, begins.isoformat(), row.timezone, row.country, row.province, frozenset(row.worked))


def read(form: MultiDict[str, str], before: Typed, owner: Owner, today: date) -> tuple[Typed, Week | None]:
    """What was typed, and the week that it means; None where something is wrong."""
    typed = replace(
        before, own=owner == COMPANY or "own" in form, errors={}, days={day: form.get(day, "").strip() for day in DAYS},
        valid_from=form.get("valid_from", "").strip(),
    )  # fmt: skip
    if owner.user_id is None:
        typed.zone, typed.country = form.get("zone", ""), form.get("country", "")
        typed.province = form.get("province", "") if form.get("province") in provinces(typed.country) else ""
        typed.worked = _worked(form, before) if typed.country == before.country else frozenset()
    days = _days(typed) if typed.own else None
    begins = _begins(typed, today)
    if typed.zone not in available_timezones() and (typed.zone or owner == COMPANY):
        typed.errors["zone"] = _("Please choose one that is offered here.")
    if typed.country and typed.country not in publicholidays.countries():
        typed.errors["country"] = _("Please choose one that is offered here.")
    if typed.errors or begins is None:
        return typed, None
    return typed, Week(begins, typed.zone, days, typed.country, typed.province, typed.worked)


def read_closure(form: MultiDict[str, str]) -> tuple[Wanted, dict[str, str]]:
    """A closure that was typed, and what is wrong with how it is written."""
    errors: dict[str, str] = {}
    days: dict[str, date | None] = {}
    for name in ("starts", "ends"):
        text = form.get(name, "").strip()
        try:
            days[name] = date.fromisoformat(text) if text else None
        except ValueError:
            days[name], errors[name] = None, _("Please choose a day.")
    walls: tuple[Wall, ...] = ()
    try:
        walls = read_walls(form.get("hours", ""))
    except HoursError as error:
        errors["hours"] = said(error)
    cover = form.get("cover", "")
    wanted = Wanted(
        days["starts"], days["ends"], walls, form.get("reason", ""), form.get("urgent", ""),
        int(cover) if cover.isdecimal() and len(cover) < 18 else None,
    )  # fmt: skip
    return wanted, errors


def said(error: HoursError) -> str:
    """What is wrong with hours, in the reader's language."""
    texts = {
        calendars.UNREADABLE: _("This cannot be read: %s. Hours look like 8:30–12:30, 14:00–18:00."),
        calendars.BACKWARDS: _("The end comes before the beginning: %s. Past midnight, write it for both days."),
        calendars.OVERLAP: _("These overlap: %s."),
    }
    return texts[error.code].replace("%s", error.given)


def refused(error: ClosureError) -> str:
    """What is wrong with a closure, in the reader's language."""
    texts = {
        closing.NO_END: _("Please say until when: without an end nobody would know when work begins again."),
        closing.BACKWARDS: _("The last day comes before the first."),
        closing.OVER: _("These days are over."),
        closing.TOO_LONG: _("At most a year at once."),
        closing.LONG_TEXT: _("This is too long."),
        closing.NOT_THEMSELVES: _("Somebody else has to stand in."),
        closing.UNKNOWN: _("Please choose one that is offered here."),
    }
    return texts[error.code]


def provinces(country: str) -> Mapping[str, str]:
    """A country's provinces, by code, in the order of their names."""
    return dict(sorted(publicholidays.provinces(country).items(), key=lambda one: one[1]))


def countries() -> list[tuple[str, str]]:
    """Codes and names of countries, in the order of their names in the reader's language."""
    names = Locale.parse(g.language).territories
    return sorted(((code, str(names.get(code, code))) for code in publicholidays.countries()), key=lambda one: one[1])


def holidays(typed: Typed, today: date) -> list[tuple[date, str, str, bool]]:
    """The public holidays of the coming year: day, what it is called, value for the form, whether it is free."""
    found = []
    for year in (today.year, today.year + 1):
        kept = publicholidays.of_year(typed.country, typed.province, year)
        called = publicholidays.of_year(typed.country, typed.province, year, g.language)
        for day, names in kept.items():
            if today <= day < today + timedelta(days=365):
                is_free = not typed.worked.issuperset(names)
                found.append((day, " · ".join(called.get(day, names)), BAR.join(names), is_free))
    return found


def holiday_name(hours: Hours, day: date) -> str:
    """What the holiday of a day is called in the reader's language, "" for a day that is none."""
    found = hours.day(day)
    if not found.holiday:
        return ""
    weeks = [week for layer in hours.layers if (week := layer.week(day)) is not None and week.country]
    called = publicholidays.of_year(weeks[-1].country, weeks[-1].province, day.year, g.language)
    return " · ".join(called.get(day, (found.holiday,)))


def day_name(number: int) -> str:
    """What a day of the week is called; 0 is Monday."""
    return str(Locale.parse(g.language).days["stand-alone"]["wide"][number]).capitalize()


def span(starts: date, ends: date) -> str:
    """From one day to another, in words."""
    if starts == ends:
        return i18n.day(starts, g.language)
    return _("%(first)s to %(last)s") % {"first": i18n.day(starts, g.language), "last": i18n.day(ends, g.language)}


def gaps(session: Session, starts: date, ends: date) -> list[str]:
    """What is said of days on which nobody of a team is there."""
    return [
        _("%(days)s: nobody of %(team)s is there. Questions go to the managers then, unless somebody stands in.")
        % {"team": one.team.name, "days": span(one.starts, one.ends)}
        for one in closing.gaps(session, starts, ends)
    ]


def _days(typed: Typed) -> tuple[tuple[Wall, ...], ...]:
    found: list[Sequence[Wall]] = []
    for day in DAYS:
        try:
            found.append(read_walls(typed.days[day]))
        except HoursError as error:
            typed.errors[day] = said(error)
            found.append(())
    if not typed.errors and not any(found):
        typed.errors[DAYS[0]] = _("Please enter hours for at least one day.")
    return tuple(map(tuple, found))


def _begins(typed: Typed, today: date) -> date | None:
    try:
        begins = date.fromisoformat(typed.valid_from)
    except ValueError:
        typed.errors["valid_from"] = _("Please choose a day.")
        return None
    if today - begins > corrections.LONGEST:
        typed.errors["valid_from"] = _("At most ten years back.")
    return begins


def _worked(form: MultiDict[str, str], before: Typed) -> frozenset[str]:
    """Holidays that are offered and not ticked, and those that were worked and are not offered now."""
    offered = {name for value in form.getlist("offered") for name in value.split(BAR)}
    free = {name for value in form.getlist("free") for name in value.split(BAR)}
    return frozenset((before.worked - offered) | (offered - free))
