"""Proposals are looked for as a job, kept until somebody decides, and told once a week."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from inbox import conversations, queue
from inbox.events import person
from inbox.models import Conversation, Event, Job, Proposal, Team, User
from inbox.models.proposal import ACCEPTED, DISMISSED, NEW, OUTDATED
from routing import amend, proposing, rules
from tests.parts.company import mail
from tests.parts.desk import URL, Desk

# A Monday, 8:29 and 8:30 in Italy: the starter company opens at 8:30.
BEFORE, OPENING = datetime(2026, 11, 23, 7, 29, tzinfo=UTC), datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


def corrected(desk: Desk, word: str = "zigrinatura", count: int = 3, team: str = "rd") -> None:
    """So many firms ask about something that no rule knows, and are passed on by hand."""
    for number in range(count):
        found = desk.arrive(
            mail("Richiesta", f"Che {word} fate?", sender=f"anna@{word}{number}.test", Message_ID=f"<{word}{number}@x>")
        )
        with desk.database.writing() as session:
            to = session.scalars(select(Team).where(Team.slug == team)).one().id
            conversations.assign(session, session.get_one(Conversation, found.id), person(desk.manager), team_id=to)


def look(desk: Desk, **payload: Any) -> None:
    with desk.database.writing() as session:
        queue.enqueue(session, proposing.KIND, 0, proposing.KIND, payload=payload)
    work(desk)


def work(desk: Desk) -> None:
    while jobs := desk.claim(proposing.KIND):
        proposing.propose(desk.database, jobs, URL)


def states(desk: Desk) -> dict[str, str]:
    return {row.key: row.state for row in desk.all(Proposal)}


def decide(desk: Desk, state: str) -> None:
    with desk.database.writing() as session:
        for row in session.scalars(select(Proposal)):
            proposing.decide(row, state, desk.manager)


def change(desk: Desk, whole: Sequence[rules.Rule]) -> None:
    with desk.database.writing() as session:
        rules.save(session, whole)


def current(desk: Desk) -> list[rules.Rule]:
    with desk.database.reading() as session:
        return rules.load(session)


def test_what_is_found_is_kept(desk_on_both: Desk) -> None:
    desk = desk_on_both
    corrected(desk)
    look(desk)
    (row,) = desk.all(Proposal)
    assert (row.key, row.kind, row.state, row.user_id) == ("to rd: zigrinatur", "word", NEW, None)
    assert (row.evidence["right"], row.evidence["wrong"], row.evidence["moved"]) == (3, 0, 3)
    assert {number for number, *_ in row.evidence["samples"]} == {one.id for one in desk.all(Conversation)}
    assert amend.apply(row.change, current(desk)) != current(desk)
    with desk.database.reading() as session:
        assert proposing.looked_at(session)
        assert (proposing.waiting(session), proposing.busy(session)) == (1, False)
    assert [event.data["proposals"] for event in desk.all(Event, Event.action == "rules_proposed")] == [1]


def test_looking_again_changes_nothing(desk_on_both: Desk) -> None:
    corrected(desk_on_both)
    look(desk_on_both)
    (before,) = desk_on_both.all(Proposal)
    corrected(desk_on_both, "zigrinature", 1)
    look(desk_on_both)
    (after,) = desk_on_both.all(Proposal)
    assert (after.id, after.at, after.state) == (before.id, before.at, NEW)
    assert after.evidence["right"] == 4


def test_a_dismissed_one_does_not_come_back_by_itself(desk: Desk) -> None:
    corrected(desk)
    look(desk)
    decide(desk, DISMISSED)
    corrected(desk, "zigrinature", 2)
    look(desk)
    (row,) = desk.all(Proposal)
    assert (row.state, row.user_id, row.evidence["right"]) == (DISMISSED, desk.manager, 5)
    decide(desk, NEW)
    assert (desk.all(Proposal)[0].user_id, desk.all(Proposal)[0].decided_at) == (None, None)


def test_what_no_longer_holds_is_outdated(desk: Desk) -> None:
    corrected(desk)
    look(desk)
    (row,) = desk.all(Proposal)
    change(desk, amend.apply(row.change, current(desk)))
    look(desk)
    assert list(states(desk).values()) == [OUTDATED]


def test_an_accepted_one_that_was_undone_comes_back(desk: Desk) -> None:
    corrected(desk)
    look(desk)
    before = current(desk)
    change(desk, amend.apply(desk.all(Proposal)[0].change, before))
    decide(desk, ACCEPTED)
    look(desk)
    assert list(states(desk).values()) == [ACCEPTED]
    change(desk, before)
    look(desk)
    assert list(states(desk).values()) == [NEW]


def test_rules_that_changed_while_looking(desk: Desk) -> None:
    corrected(desk)
    found = proposing.look(desk.database)
    change(desk, amend.apply(found[0].change, current(desk)))
    with desk.database.writing() as session:
        assert proposing.keep(session, found) == 0
    assert desk.all(Proposal) == []


def test_twice_at_once_does_no_harm(desk_on_both: Desk) -> None:
    desk = desk_on_both
    corrected(desk)
    for busy in (False, True):
        with desk.database.writing() as session:
            assert proposing.busy(session) is busy
            proposing.begin(session)
    assert len(desk.all(Job, Job.kind == proposing.KIND)) == 1
    look(desk)
    found = proposing.look(desk.database)
    with desk.database.writing() as session:
        assert proposing.keep(session, [*found, *found]) == 0
    assert len(desk.all(Proposal)) == 1


def test_nobody_is_proposed_who_is_gone(desk: Desk) -> None:
    marco = desk.add_user("marco@firm.test")
    corrected(desk, count=0)
    for number in range(3):
        found = desk.ask(f"Che zigrinatura {number}?", sender=f"a@z{number}.test", Message_ID=f"<z{number}@x>")
        with desk.database.writing() as session:
            conversation = session.get_one(Conversation, found.id)
            conversations.assign(session, conversation, person(desk.manager), team_id=None, user_id=marco)
    assert [one.change["rule"]["then"] for one in proposing.look(desk.database)] == [{"person": "marco@firm.test"}]
    with desk.database.writing() as session:
        session.get_one(User, marco).disabled_at = OPENING
    assert proposing.look(desk.database) == []


def test_the_week_begins_with_a_look(desk_on_both: Desk) -> None:
    desk = desk_on_both
    for moment, queued in ((BEFORE, False), (OPENING, True), (OPENING + timedelta(hours=3), False),
                           (BEFORE + timedelta(days=7), False), (OPENING + timedelta(days=9), True)):  # fmt: skip
        assert proposing.every_week(desk.database, moment) is queued, moment


def test_a_failed_look_is_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk.database.writing() as session:
        proposing.begin(session)
    monkeypatch.setattr(proposing.backtest, "load", lambda _session: 1 / 0)
    proposing.propose(desk.database, desk.claim(proposing.KIND), URL)
    (job,) = desk.all(Job, Job.kind == proposing.KIND)
    assert (job.state, "ZeroDivisionError" in job.error) == ("ready", True)


def test_managers_are_told_once_of_the_weekly_ones(desk_on_both: Desk) -> None:
    desk = desk_on_both
    desk.add_user("luca@firm.test", "colleague")
    desk.add_user("piera@firm.test", "manager", notify_by_mail=False)
    corrected(desk)
    before = len(desk.notices())
    look(desk, weekly=True)
    (notice,) = desk.notices()[before:]
    assert notice.recipient == "giulia@firm.test"
    assert notice.envelope["subject"] == "1 proposal for the rules"
    assert f"{URL}/rules/proposals" in notice.envelope["text"]
    with time_machine.travel(datetime.now(UTC) + timedelta(days=7)):
        look(desk, weekly=True)
    assert len(desk.notices()) == before + 1


def test_who_asked_is_not_told(desk: Desk) -> None:
    corrected(desk)
    before = len(desk.notices())
    look(desk)
    assert len(desk.notices()) == before
