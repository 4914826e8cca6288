"""Jobs: claimed in the order of their lane, fenced, tried again, given up."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from inbox import leases, queue
from inbox.app import App
from inbox.db import Database
from inbox.models import Job, Setting, now
from inbox.models.job import BACKFILL, CLAIMED, GIVEN_UP, READY
from inbox.queue import Claim, LostLease
from inbox.worker import Worker
from tests.parts.desk import Desk


@pytest.fixture
def database(app: App) -> Database:
    return app.database


def add(database: Database, *lanes: str, priority: int = 0) -> None:
    """Jobs numbered by their lane's name and place: subject 1, 2, 3 …"""
    with database.writing() as session:
        for number, lane in enumerate(lanes, 1):
            queue.enqueue(session, "work", number, lane, priority=priority)


def take(database: Database, limit: int = 50, seconds: float = 10.0) -> list[Claim]:
    with database.writing() as session:
        return queue.claim(session, ["work"], limit, seconds)


def acknowledge(database: Database, job: Claim) -> None:
    with database.writing() as session:
        queue.acknowledge(session, job)


def put_back(database: Database, job: Claim, after_seconds: float | None = None) -> bool:
    with database.writing() as session:
        return queue.put_back(session, job, "no luck", after_seconds=after_seconds)


def row(database: Database, job: Claim) -> Job:
    with database.reading() as session:
        return session.get_one(Job, job.id)


def subjects(jobs: list[Claim]) -> list[int]:
    return [job.subject_id for job in jobs]


def test_it_claims_oldest_first_up_to_the_limit(database: Database) -> None:
    add(database, "a", "b", "c")
    assert subjects(take(database, 2)) == [1, 2]
    assert subjects(take(database)) == [3]
    assert take(database) == []


def test_live_jobs_go_before_backfill(database: Database) -> None:
    add(database, "a", "b", priority=BACKFILL)
    add(database, "c")
    assert [job.lane for job in take(database)] == ["c", "a", "b"]


def test_other_kinds_are_left_alone(database: Database) -> None:
    add(database, "a")
    with database.writing() as session:
        assert queue.claim(session, ["other"], 10) == []


def test_a_job_waits_for_its_moment(database: Database) -> None:
    with database.writing() as session:
        queue.enqueue(session, "work", 1, "a", run_at=now() + timedelta(seconds=60))
    assert take(database) == []
    with time_machine.travel(now() + timedelta(seconds=61)):
        assert subjects(take(database)) == [1]


def test_a_lane_waits_while_its_first_job_is_claimed(database: Database) -> None:
    add(database, "a", "a", "b")
    first = take(database, 1)[0]
    assert subjects(take(database)) == [3]
    acknowledge(database, first)
    assert subjects(take(database)) == [2]


def test_a_lane_waits_while_its_first_job_backs_off(database: Database) -> None:
    add(database, "a", "a", "b")
    put_back(database, take(database, 1)[0], after_seconds=30)
    (other,) = take(database)
    assert other.subject_id == 3
    acknowledge(database, other)
    with time_machine.travel(now() + timedelta(seconds=31)):
        assert subjects(take(database)) == [1, 2]


def test_a_lane_goes_on_after_a_job_was_given_up(database: Database) -> None:
    add(database, "a", "a")
    with database.writing() as session:
        job = session.scalars(select(Job)).first()
        assert job
        job.attempts = queue.MAX_ATTEMPTS - 1
    claimed = take(database, 1)[0]
    assert put_back(database, claimed) is False
    assert row(database, claimed).state == GIVEN_UP
    assert subjects(take(database)) == [2]
    assert not queue.due(database._read_session(), ["work"])


def test_an_acknowledged_job_is_gone(database: Database) -> None:
    add(database, "a")
    acknowledge(database, take(database)[0])
    with database.reading() as session:
        assert session.scalars(select(Job)).all() == []


def store_outcome(database: Database, job: Claim) -> None:
    with database.writing() as session:
        session.add(Setting(key="outcome", value="of the old holder"))
        session.flush()
        queue.acknowledge(session, job)


def test_an_old_token_acknowledges_nothing_and_keeps_nothing(database: Database) -> None:
    add(database, "a")
    old = take(database, seconds=-1)[0]
    new = take(database)[0]
    with pytest.raises(LostLease):
        store_outcome(database, old)
    with database.reading() as session:
        assert session.get(Setting, "outcome") is None
    assert row(database, new).token == new.token


def test_an_old_token_puts_nothing_back(database: Database) -> None:
    add(database, "a")
    old = take(database, seconds=-1)[0]
    new = take(database)[0]
    with pytest.raises(LostLease):
        put_back(database, old)
    assert row(database, new).state == CLAIMED


def test_a_lease_expires(database: Database) -> None:
    add(database, "a", "a")
    assert subjects(take(database, 1, seconds=5)) == [1]
    with time_machine.travel(now() + timedelta(seconds=6)):
        again = take(database)
        assert subjects(again) == [1, 2]
        assert again[0].attempts == 2


def test_a_renewed_lease_holds(database: Database) -> None:
    add(database, "a")
    job = take(database, seconds=5)[0]
    with time_machine.travel(now() + timedelta(seconds=4), tick=False):
        with database.writing() as session:
            queue.renew(session, [job.token])
    with time_machine.travel(now() + timedelta(seconds=8), tick=False):
        assert take(database) == []
        acknowledge(database, job)


def test_leases_are_void_after_a_restart(database: Database) -> None:
    add(database, "a")
    take(database)
    with database.writing() as session:
        assert queue.void_leases(session) == 1
    assert subjects(take(database)) == [1]


def test_after_a_restart_on_sqlite_a_dead_leader_is_not_waited_for(desk: Desk) -> None:
    with desk.database.writing() as session:
        assert leases.hold(session, leases.LEADER, "dead", 3600)
    led = threading.Event()
    worker = Worker(desk.database, [], lambda leading: led.set() if leading else None)
    worker.start()
    assert led.wait(10)
    assert worker.stop()


def test_backing_off_grows_to_an_hour() -> None:
    delays = [queue.back_off(attempts) for attempts in range(1, queue.MAX_ATTEMPTS + 8)]
    assert 1.6 <= delays[0] <= 2.4
    assert all(2**n * 0.79 <= delay <= 2**n * 1.21 for n, delay in enumerate(delays[:11], 1))
    assert max(delays) <= 3600 * 1.2


def test_a_wish_for_later_is_granted(database: Database) -> None:
    add(database, "a")
    job = take(database)[0]
    put_back(database, job, after_seconds=120)
    assert 115 < (row(database, job).run_at - now()).total_seconds() < 121


def test_a_postponed_job_is_no_failure_and_leaves_its_lane(database: Database) -> None:
    add(database, "a", "a")
    job = take(database, 1)[0]
    with database.writing() as session:
        queue.postpone(session, job, 15)
    assert subjects(take(database)) == [2]
    assert (row(database, job).attempts, row(database, job).state) == (0, READY)


def fail_on(*bad: int) -> Callable[[Sequence[Claim]], None]:
    def work(jobs: Sequence[Claim]) -> None:
        for job in jobs:
            if job.subject_id in bad:
                raise ValueError(job.subject_id)

    return work


def test_one_failure_in_a_batch_leaves_the_others_done(database: Database) -> None:
    add(database, *"abcde")
    jobs = take(database)
    with database.writing() as session:
        queue.carry_out(session, jobs, fail_on(3), lambda job, error: queue.put_back(session, job, str(error)))
    with database.reading() as session:
        assert [job.subject_id for job in session.scalars(select(Job))] == [3]


def test_a_failure_in_a_batch_holds_back_its_own_lane(database: Database) -> None:
    add(database, "a", "a", "b")
    jobs = take(database)
    with database.writing() as session:
        queue.carry_out(session, jobs, fail_on(1), lambda job, error: queue.put_back(session, job, str(error)))
    assert take(database) == []
    assert row(database, jobs[1]).attempts == 0
    with time_machine.travel(now() + timedelta(seconds=5)):
        assert subjects(take(database)) == [1, 2]


def test_what_a_failed_job_wrote_is_rolled_back_alone(database: Database) -> None:
    add(database, "a", "b")

    def work(jobs: Sequence[Claim]) -> None:
        for job in jobs:
            session.add(Setting(key=f"done {job.subject_id}", value=""))
            session.flush()
        fail_on(1)(jobs)

    with database.writing() as session:
        queue.carry_out(session, take_in(session), work, lambda job, error: queue.put_back(session, job, str(error)))
    with database.reading() as session:
        assert session.scalars(select(Setting.key).where(Setting.key.like("done%"))).all() == ["done 2"]


def take_in(session: object) -> list[Claim]:
    return queue.claim(session, ["work"], 10)  # type: ignore[arg-type]


def test_claimers_at_once_never_share_a_job_nor_break_a_lane(database: Database) -> None:
    """Four threads drain 40 jobs of four lanes; what each lane's jobs were done in is their order."""
    add(database, *(f"lane {number % 4}" for number in range(40)))
    done: list[tuple[str, int]] = []
    lock = threading.Lock()

    def work() -> None:
        while True:
            jobs = take(database, 3)
            if not jobs and not left(database):
                return
            for job in jobs:
                with database.writing() as session, lock:
                    done.append((job.lane, job.subject_id))
                    queue.acknowledge(session, job)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(done) == len(set(done)) == 40
    for lane in {lane for lane, _ in done}:
        numbers = [number for other, number in done if other == lane]
        assert numbers == sorted(numbers)


def left(database: Database) -> bool:
    with database.reading() as session:
        return session.scalar(select(Job.id).limit(1)) is not None
