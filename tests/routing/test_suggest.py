"""Suggestions where no rule fits, with the real model: they come from what people and rules did, and move nothing."""

import os

import pytest
from sqlalchemy import select

from inbox import conversations
from inbox.events import SYSTEM, person
from inbox.models import Conversation, Decision, Event, Job, Team
from inbox.models.job import READY
from routing import nearest, rules, suggest
from routing.suggest import Past
from tests.parts.company import mail
from tests.parts.desk import Desk
from tests.parts.questions import ADMIN, Question, questions

ALL = {"slug": "all", "name": "All", "then": {"team": "triage"}}
BY_RULE = {
    "slug": "prices",
    "name": "Prices",
    "when": [{"fact": "text", "has_any": ["quanto", "prezzo"]}],
    "then": {"team": "sales"},
}
BORE = "Buongiorno, che gioco ammette il foro del GX-25 su un albero da 28?"


@pytest.fixture(autouse=True)
def model() -> None:
    if not nearest.available():
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail("the extra smart is needed here")
        pytest.skip("the extra smart is not installed")


@pytest.fixture
def memory() -> nearest.Memory:
    return nearest.Memory()


def fill(desk: Desk, number: int = 12) -> None:
    """Technical questions that a hand passed to R&D, prices that a rule took; no rule knows the former."""
    with desk.database.writing() as session:
        rules.save(session, rules.from_data([BY_RULE, ALL]))
    asked = [one for one in questions(200, 1) if one.language == "it" and one.place != ADMIN][: 2 * number]
    desk.receive(*(mail(one.subject or "Domanda", one.text, sender=f"c{n}@x{n}.test") for n, one in enumerate(asked)))
    desk.take_in()
    desk.route()
    for one, row in zip(asked, desk.all(Conversation)[-len(asked) :], strict=True):
        give(desk, row, one)
    with desk.database.writing() as session:
        session.query(Job).filter_by(kind=suggest.KIND).delete()


def give(desk: Desk, row: Conversation, one: Question) -> None:
    with desk.database.writing() as session:
        team = session.scalars(select(Team).where(Team.slug == one.place)).one()
        found = session.get_one(Conversation, row.id)
        conversations.assign(session, found, person(desk.manager), team_id=team.id)


def work(desk: Desk, memory: nearest.Memory) -> int:
    done = 0
    while jobs := desk.claim(suggest.KIND, suggest.LIMIT):
        suggest.work(desk.database, memory, jobs)
        done += len(jobs)
    return done


def decided(desk: Desk, conversation: Conversation) -> Decision:
    return desk.all(Decision, Decision.conversation_id == conversation.id)[-1]


def test_where_no_rule_fits_the_past_suggests_and_nothing_moves(desk_on_both: Desk, memory: nearest.Memory) -> None:
    desk = desk_on_both
    fill(desk)
    asked = desk.ask(BORE, sender="new@kunde.test")
    assert work(desk, memory) == 1
    told = decided(desk, asked).suggested
    assert told is not None
    assert (told["place"], len(told["nearest"]), told["share"] >= suggest.SHARE) == ("rd", 3, True)
    assert asked.id not in told["nearest"]
    assert desk.fresh(asked).team_id == asked.team_id
    (event,) = desk.all(Event, Event.action == "suggested")
    assert event.conversation_id == asked.id


def test_only_new_messages_that_no_rule_takes_are_looked_at(desk: Desk, memory: nearest.Memory) -> None:
    fill(desk, 1)
    desk.ask("Quanto costa il giunto?", sender="a@new.test")
    desk.arrive(mail("Auto", "Sono in ferie", sender="b@new.test", Auto_Submitted="auto-replied"))
    desk.ask(BORE, sender="c@new.test", quiet=True)
    assert work(desk, memory) == 0


def test_little_or_strange_past_suggests_nothing(desk: Desk, memory: nearest.Memory) -> None:
    fill(desk, 1)
    first = desk.ask(BORE, sender="new@kunde.test")
    assert work(desk, memory) == 1
    assert decided(desk, first).suggested is None
    fill(desk)
    strange = desk.ask("asdf qwer 😀", sender="odd@kunde.test")
    empty = desk.ask(" ", subject="", sender="empty@kunde.test")
    work(desk, memory)
    assert (decided(desk, strange).suggested, decided(desk, empty).suggested) == (None, None)


def test_a_team_that_is_gone_is_not_suggested(
    desk: Desk, memory: nearest.Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(desk, 1)
    monkeypatch.setattr(suggest, "vote", lambda like: {"place": "gone", "share": 1.0, "nearest": [1, 2, 3]})
    asked = desk.ask(BORE, sender="new@kunde.test")
    work(desk, memory)
    assert decided(desk, asked).suggested is None


def test_without_the_library_no_job_is_made_and_old_ones_end(
    desk: Desk, memory: nearest.Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(desk, 1)
    desk.ask(BORE, sender="new@kunde.test")
    monkeypatch.setattr(nearest, "available", lambda: False)
    assert work(desk, memory) == 1
    desk.ask(BORE, sender="newer@kunde.test")
    assert work(desk, memory) == 0
    assert {job.state for job in desk.all(Job)} <= {READY}


def test_what_cannot_be_compared_is_tried_again_later(
    desk: Desk, memory: nearest.Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(desk, 1)
    desk.ask(BORE, sender="new@kunde.test")
    monkeypatch.setattr(nearest, "vectors", lambda texts: 1 / 0)
    assert work(desk, memory) == 1
    (job,) = desk.all(Job, Job.kind == suggest.KIND)
    assert (job.state, job.attempts, job.error) == ("ready", 1, "ZeroDivisionError: division by zero")


def test_a_clear_vote_needs_three_that_are_alike_and_agree() -> None:
    alike = [(Past(number, "rd"), 0.8) for number in (1, 2, 3)]
    assert suggest.vote(alike) == {"place": "rd", "share": 1.0, "nearest": [1, 2, 3]}
    assert suggest.vote([*alike, *[(Past(9, "sales"), 0.5)] * 3]) == {
        "place": "rd",
        "share": 0.62,
        "nearest": [1, 2, 3],
    }
    assert suggest.vote([*alike, *[(Past(9, "sales"), 0.7)] * 3]) is None
    assert suggest.vote([(Past(1, "rd"), 0.8)] * 3) is None
    assert suggest.vote([(seen, 0.3) for seen, _ in alike]) is None
    assert suggest.vote([]) is None


def test_memory_is_bounded_and_made_once(memory: nearest.Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "MOST", 2)
    memory.keep({1: "giunto", 2: "prezzo", 3: "foro"}, [3, 2, 1])
    assert memory.missing([1, 2, 3]) == [1]
    assert [number for number, _ in memory.nearest("il foro", [1, 2, 3], 5)] == [3, 2]
    assert memory.nearest("il foro", [], 5) == []
    assert nearest.text_of("\ud800", "x" * 2_000) == "?\n" + "x" * (nearest.MAX_CHARS - 2)


def test_spam_and_what_nobody_placed_do_not_count(desk: Desk) -> None:
    fill(desk, 2)
    unplaced = desk.ask("Niente di che", sender="new@kunde.test")
    with desk.database.writing() as session:
        before = suggest.past(session)
        conversations.mark_spam(session, session.get_one(Conversation, 1), SYSTEM)
        after = suggest.past(session)
    assert unplaced.id not in [one.conversation_id for one in before.values()]
    assert [one.conversation_id for one in before.values() if one not in after.values()] == [1]
