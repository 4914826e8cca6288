"""Clockwork of the leader: sweeping what has expired. What must not be lost is a job row, never an entry here."""

from typing import Any

from sqlalchemy import delete

from inbox import sessions
from inbox.db import Database
from inbox.models import Ticket, now

SWEEP_MINUTES = 60


class Scheduler:
    """apscheduler in memory, on the leader only."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._scheduler: Any = None

    def start(self) -> None:
        """Begin; harmless if it runs already."""
        if self._scheduler is None:
            from apscheduler.schedulers.background import BackgroundScheduler

            self._scheduler = BackgroundScheduler(timezone="UTC")
            self._scheduler.add_job(self.sweep, "interval", minutes=SWEEP_MINUTES)
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
