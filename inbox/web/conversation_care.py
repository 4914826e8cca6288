"""What surrounds the answering, as shown: put off until, who watches, by when to answer, whom a rule passed over."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import i18n
from inbox import access, contents, snoozing, watchers
from inbox.clocks import targets
from inbox.consents import asking
from inbox.models import Conversation, User, now
from inbox.models import Decision as DecisionRow
from inbox.models.conversation import OPEN, PENDING, STAGES
from inbox.models.user import CONTENTS
from inbox.web import context
from inbox.web.wording import gettext as _
from inbox.web.wording import today
from inbox.worktime import calendars
from inbox.worktime.rota import AWAY, Rota
from routing import explain


def care_data(session: Session, found: Conversation) -> dict[str, Any]:
    """What the page shows and offers of all this."""
    stays, passed_over = _passed_over(session, found)
    put_off = found.snoozed_until is not None and found.snoozed_until > now()
    return {
        "stages": STAGES,
        "contents": ("", *CONTENTS),
        "content": contents.level(found),
        "consent": asking.standing(asking.of_contact(session, found.contact_id)),
        "due": _due(session, found),
        "snoozed_until": found.snoozed_until if put_off else None,
        "snoozes": _offered(session) if found.status in (OPEN, PENDING) else [],
        "watchers": list(found.watchers),
        "could_watch": watchers.possible(session, found) if access.may(g.user, access.CHANGE, found) else [],
        **_absences(session, found),
        "stays": stays if found.user_id is None else "",
        "passed_over": passed_over,
    }


def _absences(session: Session, found: Conversation) -> dict[str, Any]:
    """The colleagues who are away at this moment, and until when the holder is."""
    rota, moment = Rota(session, today()), now()
    people = session.scalars(select(User.id).where(User.disabled_at.is_(None)))
    absence = rota.absence(found.user_id, moment, found.team_id) if found.user_id else None
    return {
        "away": {number for number in people if rota.duty(number, moment, found.team_id) == AWAY},
        "holder_away_until": absence.ends if absence else None,
    }


def choices(session: Session) -> dict[str, datetime]:
    """Until when a conversation can be put off at this moment, by code."""
    return snoozing.choices(calendars.company(session), now(), context.app().settings.timezone)


def _due(session: Session, found: Conversation) -> datetime | None:
    """By when the customer is to be answered, where that is not the usual time."""
    is_own = found.target_minutes is not None or (targets.counts(found) and targets.lines(session))
    if not is_own or found.waiting_since is None:
        return None
    return targets.due(session, calendars.company(session), found, found.waiting_since)


def _offered(session: Session) -> list[tuple[str, str, datetime]]:
    """Code, words and moment: in 30 minutes, tomorrow morning, on Monday."""
    zone, tomorrow = context.app().settings.timezone, today() + timedelta(days=1)
    found = []
    for code, until in choices(session).items():
        said = i18n.formatted(until, "EEEE", g.language, zone).capitalize()
        if code == snoozing.HALF_HOUR:
            said = _("In 30 minutes")
        elif until.astimezone(ZoneInfo(zone)).date() == tomorrow:
            said = _("Tomorrow morning")
        found.append((code, said, until))
    return found


def _passed_over(session: Session, found: Conversation) -> tuple[str, list[str]]:
    """Why the last decision left it with the team, and whom it passed over."""
    query = select(DecisionRow.skipped).where(DecisionRow.conversation_id == found.id).order_by(DecisionRow.id.desc())
    skipped = session.scalar(query.limit(1)) or []
    numbers = [one["user_id"] for one in skipped]
    names = {row.id: row.name for row in session.execute(select(User.id, User.name).where(User.id.in_(numbers)))}
    return explain.passed_over(skipped, names, g.language)
