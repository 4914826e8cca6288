"""Clockwork of the leader: sweeping what has expired. What must not be lost is a job row, never an entry here."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from config.logging import get
from connectors.base import Connector
from inbox import alarms, ledger, sessions
from inbox.blobs import Blobs
from inbox.db import Database
from inbox.models import Ticket, now

SWEEP_MINUTES = 60
SWEEP_BLOBS_HOURS = 24
LEDGER_HOURS = 24
SILENCE_MINUTES = 60
LEDGER_FIRST_MINUTES = 5
log = get("scheduler")


class Scheduler:
    """apscheduler in memory, on the leader only."""

    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        build: Callable[[int], Connector],
        timezone: str,
        every_minute: Sequence[Callable[[], object]] = (),
        at_start: Sequence[Callable[[], object]] = (),
    ) -> None:
        """`every_minute`, `at_start`: what else is to be done then, handed in by whoever knows it."""
        self._database, self._blobs, self._build, self._timezone = database, blobs, build, timezone
        self._every_minute, self._at_start = every_minute, at_start
        self._scheduler: Any = None

    def start(self) -> None:
        """Begin; harmless if it runs already."""
        if self._scheduler is None:
            from apscheduler.schedulers.background import BackgroundScheduler

            self._scheduler = BackgroundScheduler(timezone="UTC")
            self._scheduler.add_job(self.sweep, "interval", minutes=SWEEP_MINUTES)
            self._scheduler.add_job(self.look_for_silence, "interval", minutes=SILENCE_MINUTES)
            first = now() + timedelta(minutes=LEDGER_FIRST_MINUTES)
            self._scheduler.add_job(self.reconcile, "interval", hours=LEDGER_HOURS, next_run_time=first)
            self._scheduler.add_job(self.sweep_blobs, "interval", hours=SWEEP_BLOBS_HOURS)
            for one in self._every_minute:
                self._scheduler.add_job(one, "interval", minutes=1)
            for one in self._at_start:
                self._scheduler.add_job(one)
            self._scheduler.start()

    def stop(self) -> None:
        """End; harmless if it does not run."""
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None:
            scheduler.shutdown(wait=False)

    def sweep(self) -> None:
        """Forget expired sessions and links."""
        with self._database.writing() as session:
            sessions.sweep(session)
            session.execute(delete(Ticket).where(Ticket.expires_at < now()))

    def look_for_silence(self) -> None:
        """Tell the managers of a mailbox where nothing arrives any more."""
        alarms.look_for_silence(self._database, self._timezone)

    def reconcile(self) -> None:
        """Compare what the servers hold with what is stored, and fetch what is missing."""
        ledger.reconcile_all(self._database, self._blobs, self._build)

    def sweep_blobs(self) -> None:
        """Forget bytes that nothing has named for a day: a fetch that broke off, an answer that was refused."""
        swept = self._blobs.sweep(now() - timedelta(hours=SWEEP_BLOBS_HOURS))
        if swept:
            log.info("blobs_swept", blobs=swept)
