"""Broken mails by the thousand: each is read within its bounds, and each that arrives ends somewhere, bytes intact."""

import os
from pathlib import Path

from inbox.blobs import digest
from inbox.models import Intake
from tests.fuzz import mutants
from tests.parts.desk import Desk
from tests.parts.long import IN_CI

CORPORA = Path(os.environ.get("CORPORA") or Path(__file__).parents[3] / "shared" / "corpora")
ENDS = {"message", "repeat", "status", "ignored", "echo", "held"}


def test_mutants_by_the_thousand_are_read() -> None:
    count = 2_000 if IN_CI else 300
    told = mutants.run(count, 7, CORPORA)
    assert told.broken == []
    assert told.outcomes["Message"] >= count
    assert told.largest_mb < mutants.MEGABYTES


def test_mutants_that_arrive_end_somewhere_and_keep_their_bytes(desk_on_both: Desk) -> None:
    desk = desk_on_both
    raws = list(mutants.mutants(150, 11, CORPORA))
    assert desk.receive(*raws) == len(raws)
    desk.take_in()
    desk.route()
    rows = desk.all(Intake)
    assert [row.sha256 for row in rows] == [digest(raw) for raw in raws]
    assert all(desk.app.blobs.get(row.sha256) == raw for row, raw in zip(rows, raws, strict=True))
    assert {row.outcome or row.state for row in rows} <= ENDS
    assert all(row.reason for row in rows if row.state == "held")
    assert sum(row.outcome == "message" for row in rows) > 100
