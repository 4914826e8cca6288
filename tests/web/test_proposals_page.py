"""The page of proposals: what colleagues' corrections say, accepted as a version of the rules or dismissed."""

from typing import Any

import pytest
from sqlalchemy import select

from connectors.base import Batch
from inbox import conversations, intake
from inbox.app import App
from inbox.events import person
from inbox.models import Conversation, Message, Proposal, RuleVersion, Team
from inbox.models.proposal import OUTDATED
from routing import proposing, rules
from tests.web.conftest import Visitor, _item

PAGE = "/rules/proposals"


@pytest.fixture
def passed_on(app: App) -> App:
    """Three firms asked about <em>zigrinatura</em>, and were passed on to R&D by hand."""
    items = [_item(10 + n, n, f"Anna <anna@ditta{n}.test>", f"Manico {n}", "Che zigrinatura fate?") for n in range(3)]
    intake.receive(app.database, app.blobs, 1, "inbox", Batch(items, ""))
    app.worker().drain(("take_in", "route"))
    with app.database.writing() as session:
        team = session.scalars(select(Team).where(Team.slug == "rd")).one()
        for one in session.scalars(select(Conversation).where(Conversation.subject.startswith("Manico"))):
            conversations.assign(session, one, person(1), team_id=team.id)
    return app


@pytest.fixture
def proposed(passed_on: App) -> App:
    with passed_on.database.writing() as session:
        proposing.begin(session)
    passed_on.worker().drain((proposing.KIND,))
    return passed_on


def words(app: App) -> list[str]:
    with app.database.reading() as session:
        technical = next(rule for rule in rules.load(session) if rule.slug == "technical")
    return [str(one) for one in technical.as_data()["when"][0]["has_any"]]


def states(app: App) -> list[str]:
    with app.database.reading() as session:
        return list(session.scalars(select(Proposal.state)))


def test_an_empty_page_teaches(app: App, sign_in: Any) -> None:
    page = sign_in().get(PAGE)
    assert "No proposal" in page
    assert "As soon as three of them have something in common" in page


def test_looking_is_a_job_with_a_state(passed_on: App, sign_in: Any) -> None:
    giulia = sign_in()
    for _ in range(2):
        giulia.post(f"{PAGE}/look", 302, "/rules")
    page = giulia.get(PAGE)
    assert "Being looked for …" in page
    assert f'data-live="{PAGE}"' in page
    assert "Look again now" not in page
    assert passed_on.worker().drain((proposing.KIND,)) == 1
    page = giulia.get(PAGE)
    assert "Last looked for:" in page
    assert "Add <em>zigrinatura</em> to the words of &#34;Technical questions&#34;, which go to R&amp;D" in page


def test_what_speaks_for_it_is_shown(proposed: App, sign_in: Any) -> None:
    page = sign_in().get(PAGE)
    assert "<em>3 of 3</em> such messages were passed on by hand to R&amp;D." in page
    assert "None would move wrongly." in page
    assert "Triage → R&amp;D <small>3</small>" in page
    assert '<a href="/conversations/4">Manico 0</a>' in page or '<a href="/conversations/4">Manico 2</a>' in page
    assert "went to Triage, would go to R&amp;D" in page
    assert "1 new" in sign_in().get("/rules")


def test_accepted_it_is_a_version_of_the_rules(proposed: App, sign_in: Any) -> None:
    giulia = sign_in()
    answer = giulia.post(f"{PAGE}/1/acceptance", 302, PAGE)
    assert answer.location == "/rules/technical"
    assert words(proposed)[-1] == "zigrinatura"
    with proposed.database.reading() as session:
        version = session.scalars(select(RuleVersion).order_by(RuleVersion.id.desc())).first()
        assert version
        assert version.note == 'Proposal: Add zigrinatura to the words of "Technical questions", which go to R&D'
        row = session.get_one(Proposal, 1)
        assert (row.state, row.user_id, bool(row.decided_at)) == ("accepted", 1, True)
    assert "Being looked for …" in giulia.get(PAGE)
    giulia.post(f"{PAGE}/1/acceptance", 302, PAGE)
    assert "decided about meanwhile" in giulia.get(PAGE)
    assert len(words(proposed)) == len(set(words(proposed)))


def test_dismissed_it_can_be_had_back(proposed: App, sign_in: Any) -> None:
    giulia = sign_in()
    giulia.post(f"{PAGE}/1/dismissal", 302, PAGE)
    page = giulia.get(PAGE)
    assert "Dismissed (1)" in page
    assert "Propose again" in page
    assert ">Accept<" not in page
    giulia.post(f"{PAGE}/1/return", 302, PAGE)
    assert ">Accept<" in giulia.get(PAGE)
    giulia.post(f"{PAGE}/2/dismissal", 404, PAGE)


def test_rules_that_changed_meanwhile(proposed: App, sign_in: Any) -> None:
    giulia = sign_in()
    giulia.post("/rules/technical/removal", 302, "/rules")
    page = giulia.get(PAGE)
    assert "&#34;technical&#34;" in page
    assert "The rules were changed meanwhile" in _after(giulia, f"{PAGE}/1/acceptance")
    assert states(proposed) == [OUTDATED]


def test_a_test_case_that_would_break_needs_a_reason(proposed: App, sign_in: Any) -> None:
    giulia = sign_in()
    with proposed.database.writing() as session:
        found = session.scalars(select(Conversation).where(Conversation.subject == "Manico 1")).one()
        sales = session.scalars(select(Team).where(Team.slug == "sales")).one()
        conversations.assign(session, found, person(1), team_id=sales.id)
        number, message = found.id, session.scalars(select(Message.id).where(Message.conversation_id == found.id)).one()
    giulia.post(f"/conversations/{number}/case", 302, PAGE, message=message)
    with proposed.database.writing() as session:  # it holds today by a rule of its own
        own = {
            "slug": "own",
            "name": "Own",
            "when": [{"fact": "subject", "has_any": ["manico"]}],
            "then": {"team": "sales"},
        }
        whole = [rule.as_data() for rule in rules.load(session)]
        rules.save(session, rules.from_data([*whole[:-1], own, whole[-1]]))
    refused = giulia.post(f"{PAGE}/1/acceptance", 422, PAGE).text
    assert "would go to R&amp;D instead of Sales" in refused
    assert f'href="{PAGE}"' in refused
    assert "zigrinatura" not in words(proposed)
    giulia.post(f"{PAGE}/1/acceptance", 302, PAGE, note="So will es der Chef")
    assert "zigrinatura" in words(proposed)
    assert "which go to R&amp;D · So will es der Chef" in giulia.get("/rules/versions")


def test_in_italian(proposed: App, sign_in: Any) -> None:
    from inbox.models import User

    with proposed.database.writing() as session:
        session.get_one(User, 1).language = "it"
    page = sign_in().get(PAGE)
    assert "<em>3 su 3</em> messaggi di questo tipo sono stati passati a mano a R&amp;D." in page
    assert "Nessuno andrebbe nel posto sbagliato." in page


@pytest.mark.parametrize("path", ["", "/look", "/1/acceptance", "/1/dismissal", "/1/return"])
def test_only_for_managers(proposed: App, sign_in: Any, path: str) -> None:
    for email in ("marco@firm.test", "luca@agents.test"):
        visitor: Visitor = sign_in(email)
        if path:
            visitor.post(f"{PAGE}{path}", 403)
        else:
            visitor.get(PAGE, 403)
    assert states(proposed) == ["new"]


def _after(visitor: Visitor, path: str) -> str:
    visitor.post(path, 302, PAGE)
    return visitor.get(PAGE)
