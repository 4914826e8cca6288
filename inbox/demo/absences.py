"""Who is when there in the demo company: a manager who works mornings, holidays of Vicenza, a leave, a closing."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.events import person
from inbox.models import Calendar, Team, User
from inbox.worktime import calendars, closing
from inbox.worktime.calendars import COMPANY, Owner, read_walls
from inbox.worktime.closing import Wanted
from inbox.worktime.hours import DAYS, Week

MORNINGS = "8:30-12:30"
WEEKEND = 5


def enter(session: Session, staff: Mapping[str, User], today: date) -> None:
    """Enter hours and absences from today on; the month before had the usual ones."""
    boss, actor = staff["elena"], person(staff["elena"].id)
    company = session.scalars(select(Calendar).where(*COMPANY.rows(Calendar))).one()
    company.country, company.province = "IT", "VI"
    mornings = tuple(read_walls(MORNINGS) if number < WEEKEND else () for number in range(len(DAYS)))
    calendars.save(session, Owner(None, boss.id), Week(today, days=mornings), actor)
    leads = {"rd": staff["luca"], "sales": staff["davide"]}
    for team in session.scalars(select(Team).where(Team.slug.in_(leads))):
        team.lead_id = leads[team.slug].id
    monday = today + timedelta(days=7 - today.weekday())
    christmas = date(today.year, 12, 24)
    for owner, wanted in (
        (Owner(None, staff["sara"].id), Wanted(monday, monday + timedelta(days=4), (), "Ferie", "", staff["luca"].id)),
        (
            Owner(None, staff["chiara"].id),
            Wanted(today + timedelta(days=2), today + timedelta(days=2), (), "", "", None),
        ),
        (COMPANY, Wanted(christmas, christmas + timedelta(days=13), (), "Chiusura natalizia", "0444 000000", boss.id)),
    ):
        if wanted.ends is not None and wanted.ends >= today:
            closing.add(session, owner, wanted, actor, today)
