"""The hands of the process: threads that claim jobs and carry them out, and threads that fetch from channels.

Every worker claims jobs. Fetching and the scheduler run only where the leader's lease is held.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from config.logging import get
from inbox import leases, queue
from inbox.db import Database

POLL_SECONDS = 0.5
BEATS_PER_LEASE = 3
log = get("worker")


@dataclass(frozen=True, slots=True)
class Handler:
    """How jobs of some kinds are done: up to `limit` claimed at once, by `threads` threads."""

    kinds: tuple[str, ...]
    limit: int
    threads: int
    run: Callable[[Sequence[queue.Claim]], None]


class Worker:
    """Runs handlers until it is stopped; `lead` is called with True or False as leadership comes and goes."""

    def __init__(
        self,
        database: Database,
        handlers: Sequence[Handler],
        lead: Callable[[bool], None],
        lease_seconds: float = queue.LEASE_SECONDS,
    ) -> None:
        self._lease_seconds = lease_seconds
        self._database = database
        self._handlers = handlers
        self._lead = lead
        self._stopping = threading.Event()
        self._bells: list[tuple[frozenset[str], threading.Event]] = []
        self._threads: list[threading.Thread] = []
        self._holder = leases.holder_name()
        self._claims: set[str] = set()

    def start(self) -> None:
        """Begin to work."""
        if self._database.sqlite:
            with self._database.writing() as session:
                queue.void_leases(session)
                leases.void(session, leases.LEADER)
        for handler in self._handlers:
            for number in range(handler.threads):
                bell = threading.Event()
                self._bells.append((frozenset(handler.kinds), bell))
                self._spawn(f"{handler.kinds[0]}-{number}", lambda h=handler, b=bell: self._work(h, b))  # type: ignore[misc]
        self._database.on_commit.append(self.ring)
        self._spawn("looking", self._looking)
        self._spawn("heartbeat", self._beating)

    def ring(self, kinds: frozenset[str]) -> None:
        """There are new jobs of these kinds."""
        for wanted, bell in self._bells:
            if wanted & kinds:
                bell.set()

    def stop(self, seconds: float = 4.0) -> bool:
        """Stop claiming, wait for what is under way; True if all ended in time."""
        self._stopping.set()
        for _, bell in self._bells:
            bell.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def drain(self, kinds: Sequence[str]) -> int:
        """Work in this thread until no job of these kinds is due (commands without a server); returns how many ran."""
        done = 0
        chosen = [handler for handler in self._handlers if handler.kinds[0] in kinds]
        while any(ran := [self._once(handler) for handler in chosen]):
            done += sum(ran)
        return done

    def _spawn(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self, handler: Handler, bell: threading.Event) -> None:
        while not self._stopping.is_set():
            bell.clear()
            try:
                busy = self._once(handler)
            except Exception:
                log.exception("worker_failed", kinds=handler.kinds)
                busy = 0
                self._stopping.wait(1.0)
            if not busy:
                bell.wait()

    def _once(self, handler: Handler) -> int:
        with self._database.reading() as session:
            if not queue.due(session, handler.kinds):
                return 0
        with self._database.writing() as session:
            jobs = queue.claim(session, handler.kinds, handler.limit, self._lease_seconds)
        if jobs:
            token = jobs[0].token
            self._claims.add(token)
            try:
                handler.run(jobs)
            finally:
                self._claims.discard(token)
        return len(jobs)

    def _looking(self) -> None:
        """Ring for what was put off until now, or comes from another process: one look for all, since each costs a
        little, and there are dozens of threads that would look."""
        kinds = tuple(kind for handler in self._handlers for kind in handler.kinds)
        while not self._stopping.wait(POLL_SECONDS):
            try:
                with self._database.reading() as session:
                    due = queue.due_among(session, kinds)
                self.ring(due)
            except Exception:
                log.exception("looking_failed")

    def _beating(self) -> None:
        """Renew the leases of this process's claims, and hold or seek the lead."""
        leading = False
        while not self._stopping.is_set():
            leading_now = False
            try:
                with self._database.writing() as session:
                    if claims := list(self._claims):
                        queue.renew(session, claims, self._lease_seconds)
                    leading_now = leases.hold(session, leases.LEADER, self._holder, self._lease_seconds)
            except Exception:
                log.exception("heartbeat_failed")
            if leading_now or leading:
                self._lead(leading_now)
            leading = leading_now
            self._stopping.wait(self._lease_seconds / BEATS_PER_LEASE)
        self._lead(False)
        with self._database.writing() as session:
            leases.give_up(session, leases.LEADER, self._holder)
