"""What corrections say about the rules is looked for as a job, and kept until a person decides about it.

Once a week by itself, and whenever somebody asks. What was dismissed stays dismissed, however often it is found.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import i18n
from config.logging import get
from inbox import alarms, company, contacts, queue
from inbox.db import Database
from inbox.events import record
from inbox.models import Job, Proposal, Team, User, now
from inbox.models.job import GIVEN_UP
from inbox.models.proposal import ACCEPTED, DISMISSED, NEW, OUTDATED
from inbox.worktime import calendars
from routing import amend, backtest, proposals, rules

KIND = "propose"
# Kept moments: the Monday of the last look by itself, and the end of the last look of all.
WEEK, LOOKED = "proposals_week", "proposals_looked_at"
log = get("proposing")


def begin(session: Session) -> None:
    """Have it looked for; nothing more where that is under way."""
    if not busy(session):
        queue.enqueue(session, KIND, 0, KIND)


def busy(session: Session) -> bool:
    """Whether it is being looked for, or about to be."""
    return session.scalar(select(Job.id).where(Job.kind == KIND, Job.state != GIVEN_UP).limit(1)) is not None


def looked_at(session: Session) -> datetime | None:
    """When it was last looked for."""
    last = company.get(session, LOOKED)
    return datetime.fromisoformat(last) if last else None


def waiting(session: Session) -> int:
    """How many proposals wait for somebody's decision."""
    return session.scalar(select(func.count()).select_from(Proposal).where(Proposal.state == NEW)) or 0


def every_week(database: Database, moment: datetime | None = None) -> bool:
    """Queue the week's look from the first working minute of the week on; whether it did."""
    moment = moment or now()
    with database.reading() as session:
        hours = calendars.company(session)
        day = hours.local_day(moment)
        monday = day - timedelta(days=day.weekday())
        if company.get(session, WEEK) >= monday.isoformat():
            return False
    if hours.next_opening(datetime.combine(monday, time.min, hours.zone)) > moment:
        return False
    with database.writing() as session:
        company.put(session, WEEK, monday.isoformat())
        queue.enqueue(session, KIND, 0, KIND, payload={"weekly": True})
    return True


def propose(database: Database, jobs: Sequence[queue.Claim], public_url: str) -> None:
    """The handler of `propose` jobs: look, keep what was found, tell the managers if nobody asked for it."""
    for job in jobs:
        try:
            found = look(database)
        except Exception as error:
            log.exception("propose_failed", attempts=job.attempts)
            with database.writing() as session:
                queue.put_back(session, job, f"{type(error).__name__}: {error}")
            continue
        with database.writing() as session:
            fresh = keep(session, found)
            company.put(session, LOOKED, now().isoformat())
            told = _tell(session, fresh, public_url) if fresh and job.payload.get("weekly") else []
            # Open pages hear of it by this.
            record(session, "rules_proposed", proposals=fresh, told=told)
            queue.acknowledge(session, job)


def look(database: Database) -> list[proposals.Proposal]:
    """What the last weeks say; seconds of work for thousands of messages."""
    with database.reading() as session:
        seen, rule_set = backtest.load(session), rules.load(session)
        today = calendars.company(session).local_day(now())
        people = session.scalars(select(User.email).where(User.disabled_at.is_(None)))
        places = {*session.scalars(select(Team.slug)), *people}
        ours = {contacts.domain_of(address) for address in contacts.ours(session)}
    return proposals.find(seen, rule_set, today, places, contacts.FREE_MAIL | ours)


def keep(session: Session, found: Iterable[proposals.Proposal]) -> int:
    """Store what was found; how many are new to people. New ones that were not found again are outdated."""
    rule_set, fresh, current = rules.load(session), 0, set()
    known = {row.key: row for row in session.scalars(select(Proposal).with_for_update())}
    for one in found:
        if one.key in current or not fits(one.change, rule_set):
            continue
        current.add(one.key)
        row = known.get(one.key)
        if row is None:
            row = Proposal(key=one.key, state=OUTDATED)
            session.add(row)
        row.kind, row.change, row.evidence = one.kind, dict(one.change), one.evidence
        if row.state in (OUTDATED, ACCEPTED):
            row.state, row.at, row.decided_at, row.user_id = NEW, now(), None, None
            fresh += 1
    for key, row in known.items():
        if row.state == NEW and key not in current:
            row.state = OUTDATED
    return fresh


def fits(change: amend.Change, rule_set: Sequence[rules.Rule]) -> bool:
    """Whether the rules still are such that the change can be made."""
    try:
        amend.apply(change, rule_set)
    except amend.Outdated:
        return False
    return True


def decide(row: Proposal, state: str, user_id: int) -> None:
    """Somebody's decision: accepted, dismissed, or new again (to be decided anew); or what became of it: outdated."""
    row.state = state
    decided = state in (ACCEPTED, DISMISSED)
    row.decided_at, row.user_id = (now(), user_id) if decided else (None, None)


def _tell(session: Session, fresh: int, public_url: str) -> list[dict[str, object]]:
    link = f"{public_url.rstrip('/')}/rules/proposals"

    def words(language: str) -> tuple[str, str]:
        texts, number = i18n.translations(language), i18n.number(fresh, language)
        subject = texts.ngettext("%s proposal for the rules", "%s proposals for the rules", fresh)
        text = texts.gettext(
            "Colleagues passed questions on by hand. Each proposal shows which ones, what would change and what that "
            "would have done over the last 90 days. Nothing changes until somebody accepts it:"
        )
        return subject % number, f"{text}\n\n{link}\n"

    return alarms.tell_managers(session, words, pressing=False)
