"""The starter company: what a new installation works with until people change it."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import presets
from config.presets import localised
from inbox.models import Calendar, SavedReply, Team
from inbox.worktime.calendars import check_hours
from routing import rules

REPLY_LANGUAGES = ("it", "en", "de")


def rules_of(preset: dict[str, Any], language: str) -> list[rules.Rule]:
    """The preset's rules with their names in one language."""
    return rules.from_data([{**one, "name": localised(one["name"], language)} for one in preset["rules"]])


def set_up(session: Session, language: str, timezone: str) -> bool:
    """Fill an empty database with the starter company; False if there is a company already."""
    if session.scalar(select(Team.id).limit(1)) is not None:
        return False
    preset = presets.load()
    for position, team in enumerate(preset["teams"]):
        session.add(Team(slug=team["slug"], name=localised(team["name"], language), position=position))
    check_hours(preset["hours"])
    country = preset["country"] if timezone == preset["timezone"] else ""
    first_day = date(2000, 1, 1)
    session.add(
        Calendar(name="company", timezone=timezone, hours=preset["hours"], valid_from=first_day, country=country)
    )
    for position, one in enumerate(preset["replies"]):
        for code in REPLY_LANGUAGES:
            session.add(
                SavedReply(name=localised(one["name"], code), language=code, text=one[code].strip(), position=position)
            )
    session.flush()
    rules.save(session, rules_of(preset, language))
    return True
