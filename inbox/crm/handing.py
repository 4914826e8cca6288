"""Handing one lead over: look what changed, find or make the record there, bring it up to date, keep the outcome.

A record is made once. Before the request that makes it goes out, the moment is kept; whoever comes after a maker that
died looks for our key there, and makes another only when the first one can no longer come about (`Crm.settles`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.failpoints import point
from config.logging import get
from connectors.base import ConnectorError
from connectors.crm.base import Crm
from connectors.crm.base import Lead as Handed
from inbox import queue
from inbox.crm import filling, outcome, queueing, settings
from inbox.db import Database
from inbox.models import CrmRecord, Job, Lead, now
from inbox.models.crm import DONE, FAILED, KEPT
from inbox.models.job import CLAIMED
from inbox.secrets import WrongKey

# Asked for by a person after the record was deleted there.
ANEW = "anew"
OFF, GONE = "off", "gone"
# How often it is looked whether a record came about that may still do so.
PAUSE_SECONDS = 75.0
log = get("crm")


@dataclass(slots=True)
class Plan:
    """What one job does; `making`: the request that makes the record may have gone out."""

    lead_id: int
    key: str
    record: str
    handed: Handed
    changed: set[str]
    making_at: datetime | None
    making: bool = field(default=False)


def work(
    database: Database, build: Callable[[], Crm], public_url: str, language: str, jobs: Sequence[queue.Claim]
) -> None:
    """The handler of these jobs."""
    for job in jobs:
        with database.writing() as session:
            plan = _planned(session, job, public_url, language)
        if plan is None:
            continue
        try:
            _carry_out(database, build(), job, plan)
        except queue.LostLease:
            log.warning("lease_lost", job=job.id, lead=plan.lead_id)
            continue
        except ConnectorError as error:
            _fail(database, job, plan, error)
            continue
        except (WrongKey, ValueError) as error:
            _fail(database, job, plan, ConnectorError(str(error), permanent=True, code="token"))
            continue
        except Exception as error:
            log.error("crm_failed", lead=plan.lead_id, exc_info=error)
            _fail(database, job, plan, ConnectorError(type(error).__name__, uncertain=plan.making))
            continue
        point("crm.before_settle")
        with database.writing() as session:
            outcome.done(session, plan.lead_id)
            queue.acknowledge(session, job)


def _planned(session: Session, job: queue.Claim, public_url: str, language: str) -> Plan | None:
    """What is to be done for a lead as it stands now; None where that is nothing (any more)."""
    there, lead = settings.load(session), session.get(Lead, job.subject_id)
    row = queueing.record_of(session, job.subject_id)
    if lead is None or row is None:
        queue.acknowledge(session, job)
        return None
    _of_this_crm(row, there.account, anew=bool(job.payload.get(ANEW)))
    why = filling.kept_here(session, lead, there) if there.on else OFF
    if why or (row.code == GONE and row.state != DONE):
        row.state, row.code = (KEPT, why) if why else (FAILED, GONE)
        queue.acknowledge(session, job)
        return None
    handed = filling.filled(session, lead, row.key, there, settings.known(session), public_url, language)
    changed = {name for name, value in filling.as_data(handed).items() if row.sent.get(name, "") != value}
    if row.remote_id and not changed:
        row.state = DONE
        queue.acknowledge(session, job)
        return None
    return Plan(lead.id, row.key, row.remote_id, handed, changed, row.making_at)


def _of_this_crm(row: CrmRecord, account: str, *, anew: bool) -> None:
    """Nothing of another CRM counts here, nor of a record that was deleted and is wanted again."""
    if row.account != account or (anew and row.code == GONE):
        row.account, row.remote_id, row.url, row.sent = account, "", "", {}
        row.making_at, row.code, row.error = None, "", ""


def _carry_out(database: Database, crm: Crm, job: queue.Claim, plan: Plan) -> None:
    changed = plan.changed
    if not plan.record:
        plan.record = crm.find(plan.key)
        if plan.record:
            _keep_record(database, job, plan, {})
        else:
            _wait_for_the_first(crm, plan)
            plan.record = crm.create(plan.handed, lambda: _commit(database, job, plan))
            plan.making = False
            point("crm.made")
            # What ends a sale is a step of its own.
            changed = {"stage", "reason"} if plan.handed.end else set()
            data = filling.as_data(plan.handed)
            _keep_record(database, job, plan, {name: value for name, value in data.items() if name not in changed})
    if changed:
        crm.update(plan.record, plan.handed, changed)
    with database.writing() as session:
        _held(session, job)
        _row(session, plan).sent = filling.as_data(plan.handed)


def _wait_for_the_first(crm: Crm, plan: Plan) -> None:
    """Raises ConnectorError while a record that was begun may still come about."""
    over = plan.making_at + timedelta(seconds=crm.settles) if plan.making_at else None
    if over is not None and over > now():
        wait = min(PAUSE_SECONDS, (over - now()).total_seconds() + 1)
        said = "it is not known yet whether the record was made: looking again"
        raise ConnectorError(said, retry_after=wait, code="unsettled", uncertain=True)


def _commit(database: Database, job: queue.Claim, plan: Plan) -> None:
    """From here on the record may come about. Raises LostLease where another has the job."""
    with database.writing() as session:
        _held(session, job)
        _row(session, plan).making_at = now()
    plan.making = True
    point("crm.committed")


def _keep_record(database: Database, job: queue.Claim, plan: Plan, sent: dict[str, Any]) -> None:
    with database.writing() as session:
        _held(session, job)
        row = _row(session, plan)
        row.remote_id, row.url = plan.record, settings.known(session).home + plan.record
        row.making_at, row.sent = None, sent


def _fail(database: Database, job: queue.Claim, plan: Plan, error: ConnectorError) -> None:
    with database.writing() as session:
        try:
            _held(session, job)
        except queue.LostLease:
            return
        row = _row(session, plan)
        if plan.making and not error.uncertain:
            row.making_at = None
        going_on = False
        if error.permanent:
            queue.acknowledge(session, job)
        else:
            going_on = queue.put_back(session, job, error.reason, after_seconds=error.retry_after or None)
        outcome.failed(session, row, error, going_on=going_on)


def _held(session: Session, job: queue.Claim) -> None:
    """Raises LostLease unless this worker still has the job."""
    mine = select(Job.id).where(Job.id == job.id, Job.token == job.token, Job.state == CLAIMED)
    if session.scalar(mine.with_for_update()) is None:
        raise queue.LostLease


def _row(session: Session, plan: Plan) -> CrmRecord:
    row = queueing.record_of(session, plan.lead_id)
    if row is None:
        # It turned out to be no lead meanwhile; the job ends with the next look.
        raise queue.LostLease
    return row
