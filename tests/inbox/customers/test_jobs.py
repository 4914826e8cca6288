"""A file looked at and imported by jobs, on both databases, and what goes wrong on the way."""

import pytest

from inbox.customers import importing, keeping
from inbox.customers.importing import State
from inbox.models import Company, Job
from tests.parts.desk import Desk
from tests.parts.erp import VATS, lines

FILE = lines("name;vat;code", ["Rossi", VATS[0], "1"], ["Bianchi", "123", "2"])


def begin(desk: Desk, content: bytes = FILE) -> str:
    sha256 = importing.upload(desk.app.blobs, content)
    with desk.database.writing() as session:
        importing.begin(session, desk.manager, sha256, "clienti.csv", "en")
    return sha256


def work(desk: Desk) -> None:
    for job in desk.claim(importing.KIND, 1):
        importing.work(desk.database, desk.app.blobs, job)


def state(desk: Desk) -> State:
    with desk.database.reading() as session:
        return importing.state(session, desk.manager)


def start(desk: Desk, sha256: str) -> bool:
    with desk.database.writing() as session:
        return importing.go_on(session, desk.manager, sha256)


def test_a_look_then_the_import(desk_on_both: Desk) -> None:
    desk = desk_on_both
    sha256 = begin(desk)
    assert not start(desk, sha256)
    work(desk)
    looked = state(desk)
    assert (looked.stage, looked.lines) == ("looked", 2)
    assert looked.summary is not None
    assert (looked.summary.new, looked.summary.refused) == (1, 1)
    assert b"Bianchi;123;2" in desk.app.blobs.get(looked.report)
    assert desk.all(Company) == []
    assert start(desk, sha256)
    assert not start(desk, sha256)
    work(desk)
    done = state(desk)
    assert (done.stage, done.report) == ("done", looked.report)
    assert [one.name for one in desk.all(Company)] == ["Rossi"]
    assert desk.all(Job, Job.kind == importing.KIND) == []


def test_another_file_meanwhile_ends_the_job_of_the_first(desk: Desk) -> None:
    begin(desk)
    begin(desk, lines("code", ["9"]))
    work(desk)
    assert state(desk).stage == "looking"
    work(desk)
    assert state(desk).stage == "looked"
    assert desk.all(Job, Job.kind == importing.KIND) == []


def test_what_breaks_is_tried_again_then_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(desk)
    monkeypatch.setattr(keeping, "known", lambda *_: 1 / 0)
    work(desk)
    assert state(desk).stage == "looking"
    (job,) = desk.all(Job, Job.kind == importing.KIND)
    assert (job.state, job.error) == ("ready", "ZeroDivisionError: division by zero")
    monkeypatch.setattr(importing, "MAX_TRIES", 0)
    with desk.database.writing() as session:
        session.get_one(Job, job.id).run_at = job.created_at
    work(desk)
    assert (state(desk).stage, state(desk).code) == ("failed", "broken")
