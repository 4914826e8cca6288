"""What a changed rule would have done, from the facts that were kept with each message."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from inbox import conversations
from inbox.events import person
from inbox.models import Conversation, MessageFacts, Team, now
from routing import backtest, keeping, rules
from tests.parts.company import mail
from tests.parts.desk import Desk

ALL = {"slug": "all", "name": "All", "then": {"team": "triage"}}
ORDERS = {
    "slug": "orders",
    "name": "Orders",
    "when": [{"fact": "text", "has_any": ["ordine"]}],
    "then": {"team": "sales"},
}
TEXTS = ("Confermo l'ordine.", "Che tolleranza hanno?", "Ordini e tolleranze", "Buongiorno")


@pytest.fixture
def full(desk_on_both: Desk) -> Desk:
    with desk_on_both.database.writing() as session:
        rules.save(session, rules.from_data([ORDERS, ALL]))
    for number, text in enumerate(TEXTS):
        desk_on_both.arrive(
            mail(f"Richiesta {number}", text, sender=f"c{number}@cliente.test", Message_ID=f"<{number}@x>")
        )
    return desk_on_both


def tried(desk: Desk, rule: dict[str, Any], *others: dict[str, Any]) -> backtest.Trial:
    with desk.database.reading() as session:
        before = rules.load(session)
        return backtest.run(session, before, rules.from_data([*others, rule, ALL]), rule["slug"])


def technical(*words: str, **more: Any) -> dict[str, Any]:
    when = [{"fact": "subject_or_text", "has_any": list(words or ("tolleranza", "disegno"))}]
    return {"slug": "technical", "name": "Technical", "when": when, "then": {"team": "rd"}, **more}


def moves(trial: backtest.Trial) -> dict[tuple[str, str], int]:
    return {(one.was, one.now): one.count for one in trial.moved}


def test_what_fits_what_is_taken_and_from_where(full: Desk) -> None:
    trial = tried(full, technical(), ORDERS)
    assert (trial.total, trial.fits, trial.takes) == (4, 2, 1)
    assert moves(trial) == {("triage", "rd"): 1}
    assert trial.words == [("tolleranza", 2)]
    assert trial.idle == ["disegno"]
    assert (trial.earlier, trial.later) == ([("Orders", 1)], [("All", 1)])
    assert [one.subject for one in trial.samples] == ["Richiesta 1"]


def test_before_others_it_takes_theirs(full: Desk) -> None:
    with full.database.reading() as session:
        before = rules.load(session)
        trial = backtest.run(session, before, rules.from_data([technical(), ORDERS, ALL]), "technical")
    assert moves(trial) == {("triage", "rd"): 1, ("sales", "rd"): 1}
    assert dict(trial.later) == {"All": 1, "Orders": 1}


def test_a_rule_that_is_narrowed_gives_back(full: Desk) -> None:
    changed = {**ORDERS, "when": [*ORDERS["when"], {"fact": "text", "has_any": ["conferma"]}]}
    trial = tried(full, changed)
    assert trial.saved
    assert (trial.fits, moves(trial)) == (1, {("sales", "triage"): 1})


def test_what_people_did_by_hand_is_compared(full: Desk) -> None:
    with full.database.writing() as session:
        teams = {team.slug: team.id for team in session.query(Team)}
        by = person(full.manager)
        for number, team in ((2, "rd"), (3, "sales")):
            found = session.query(Conversation).filter_by(subject=f"Richiesta {number}").one()
            conversations.assign(session, found, by, team_id=teams[team])
        taken = session.query(Conversation).filter_by(subject="Richiesta 1").one()
        conversations.claim(session, taken, session.get_one(conversations.User, full.manager))
    trial = tried(full, technical("tolleranza", "ordine", "buongiorno"))
    assert (trial.by_hand, trial.right) == (2, 1)
    assert [(one.subject, one.now, one.hand) for one in trial.differing] == [("Richiesta 3", "rd", "sales")]


def test_a_rule_that_is_off_fits_nothing(full: Desk) -> None:
    assert tried(full, technical(enabled=False)).fits == 0


def test_old_messages_are_left_out(full: Desk) -> None:
    with full.database.writing() as session:
        session.query(MessageFacts).update({MessageFacts.at: now() - timedelta(days=91)})
    assert tried(full, technical()).total == 0


def test_facts_that_were_not_kept_are_made_later(full: Desk) -> None:
    kept = {row.message_id: (row.facts, row.stems) for row in full.all(MessageFacts)}
    with full.database.writing() as session:
        session.execute(delete(MessageFacts))
    assert tried(full, technical()).total == 0
    assert keeping.fill(full.database) == 4
    assert keeping.fill(full.database) == 0
    assert {row.message_id: (row.facts, row.stems) for row in full.all(MessageFacts)} == kept
    assert tried(full, technical(), ORDERS).fits == 2


def test_patterns_and_whole_texts_are_tried_too(full: Desk) -> None:
    when = [{"fact": "whole_text", "matches": ["toll.*anno"]}, {"fact": "subject", "starts_with": ["richiesta"]}]
    assert tried(full, technical(when=when), ORDERS).fits == 1
