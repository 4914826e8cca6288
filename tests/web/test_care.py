"""Put off, watched, with a stage and a time to answer: by hand and by rules, on the page and in the history."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from connectors.base import Batch
from inbox import conversations, intake, webhooks
from inbox.app import App
from inbox.clocks import targets
from inbox.events import RULE
from inbox.models import Channel, Closure, Conversation, Decision, Delivery, Event, User, Watcher, now
from inbox.models.delivery import ACKNOWLEDGEMENT, FAILED
from routing import rules
from tests.web.conftest import Visitor, _item


def number_of(app: App, subject: str = "Giunto GX-40") -> int:
    with app.database.reading() as session:
        return session.scalars(select(Conversation.id).where(Conversation.subject == subject)).one()


def plain(visitor: Visitor, path: str) -> str:
    return " ".join(visitor.get(path).split())


def user_id(app: App, email: str) -> int:
    with app.database.reading() as session:
        return session.scalars(select(User.id).where(User.email == email)).one()


def test_it_is_put_off_and_fetched_back(app: App, sign_in: Any) -> None:
    number, giulia = number_of(app), sign_in()
    page = plain(giulia, f"/conversations/{number}")
    offered = re.findall(r'name="until" value="(\w+)"', page)
    assert offered[0] == "half_hour"
    assert set(offered) <= {"half_hour", "next_day", "next_week"}
    assert "In 30 minutes" in page
    giulia.post(f"/conversations/{number}/snooze", until=offered[-1])
    assert "Giunto GX-40" not in giulia.get("/")
    assert "Giunto GX-40" not in giulia.get("/?state=waiting")
    listed = plain(giulia, "/?state=snoozed")
    assert "Giunto GX-40" in listed
    assert re.search(r'<span>Put off</span> <span class="count">1</span>', listed)
    page = plain(giulia, f"/conversations/{number}")
    assert re.search(r'<span class="mark strong">put off until [^<{]+</span>', page)
    assert re.search(r"Giulia Verdi</strong> · put off until [^<%]+<", page)
    giulia.post(f"/conversations/{number}/waking")
    assert "Giunto GX-40" in giulia.get("/")
    assert "back in the queue" in giulia.get(f"/conversations/{number}")


@pytest.mark.parametrize("until", ["", "never", "2026-01-01"])
def test_only_what_is_offered_puts_off(app: App, sign_in: Any, until: str) -> None:
    number, giulia = number_of(app), sign_in()
    giulia.post(f"/conversations/{number}/snooze", until=until)
    assert "please choose once more" in giulia.get("/")
    with app.database.reading() as session:
        assert session.get_one(Conversation, number).snoozed_until is None


def test_a_closed_one_is_not_offered_later(app: App, sign_in: Any) -> None:
    number, giulia = number_of(app), sign_in()
    giulia.post(f"/conversations/{number}/closure")
    assert "In 30 minutes" not in giulia.get(f"/conversations/{number}")


def test_a_colleague_is_let_watch_and_no_longer(app: App, sign_in: Any) -> None:
    number, giulia, marco = number_of(app), sign_in(), user_id(app, "marco@firm.test")
    page = giulia.get(f"/conversations/{number}")
    select_box = page[page.index("Let a colleague watch") :].partition("</select>")[0]
    assert re.findall(r">([^<>]+)</option>", select_box) == ["choose", "Giulia Verdi", "Marco Neri"], (
        "no external agent"
    )
    giulia.post(f"/conversations/{number}/watchers", user=marco)
    page = plain(giulia, f"/conversations/{number}")
    assert "watched by Marco Neri" in page
    assert "Marco Neri watches" in page
    giulia.post(f"/conversations/{number}/watchers/{marco}/removal")
    page = plain(giulia, f"/conversations/{number}")
    assert "watched by" not in page
    assert page.count("Marco Neri no longer watches") == 1
    with app.database.reading() as session:
        assert session.scalars(select(Watcher)).all() == []


@pytest.mark.parametrize("who", ["", "x", "999", "luca@agents.test"])
def test_nobody_else_is_let_watch(app: App, sign_in: Any, who: str) -> None:
    number, giulia = number_of(app), sign_in()
    giulia.post(f"/conversations/{number}/watchers", user=user_id(app, who) if "@" in who else who)
    with app.database.reading() as session:
        assert session.scalars(select(Watcher)).all() == []
    giulia.post(f"/conversations/{number}/watchers/999/removal", 404)


def test_an_external_agent_does_nothing_to_what_is_not_theirs(app: App, sign_in: Any) -> None:
    number, luca = number_of(app), sign_in("luca@agents.test")
    for path, data in (
        ("snooze", {"until": "half_hour"}),
        ("waking", {}),
        ("watchers", {"user": "1"}),
        ("watchers/1/removal", {}),
    ):
        luca.post(f"/conversations/{number}/{path}", 404, form_page="/me", **data)


def test_a_customer_gets_a_reference_person(app: App, sign_in: Any) -> None:
    number, giulia = number_of(app), sign_in()
    with app.database.reading() as session:
        marco = session.scalars(select(User).where(User.email == "marco@firm.test")).one().id
    giulia.post(f"/conversations/{number}/owner", owner=str(marco))
    page = plain(giulia, f"/conversations/{number}")
    assert "looked after by Marco Neri" in page
    assert "reference person is now: Marco Neri" in page
    giulia.post(f"/conversations/{number}/owner", owner="999")
    assert "looked after by Marco Neri" in plain(giulia, f"/conversations/{number}")
    giulia.post(f"/conversations/{number}/owner", owner="")
    assert "looked after by" not in plain(giulia, f"/conversations/{number}")
    sign_in("luca@agents.test").post(f"/conversations/{number}/owner", 403, form_page="/me", owner="")


def test_a_stage_is_set_by_hand(app: App, sign_in: Any) -> None:
    number, giulia = number_of(app), sign_in()
    giulia.post(f"/conversations/{number}/properties", kind="enquiry", priority="normal", stage="quoted")
    page = plain(giulia, f"/conversations/{number}")
    assert '<span class="mark">Quoted</span>' in page
    assert "stage changed: Quoted" in page
    assert "Quoted" in giulia.get("/")
    refused = giulia.post(f"/conversations/{number}/properties", 422, kind="enquiry", priority="normal", stage="x").text
    assert "Please choose one that is offered here." in refused
    giulia.post(f"/conversations/{number}/properties", kind="enquiry", priority="high")
    with app.database.reading() as session:
        assert session.get_one(Conversation, number).stage == "quoted", "a form without it leaves it"


def test_red_is_who_waits_longer_than_the_conversations_own_target(app: App, sign_in: Any) -> None:
    number, giulia = number_of(app), sign_in()
    with app.database.writing() as session:
        found = session.get_one(Conversation, number)
        found.waiting_since = now() - timedelta(days=4)
        found.running.opened_at = found.waiting_since
        targets.set_target(session, found, RULE, 99_990)
    page = plain(giulia, f"/conversations/{number}").partition("<article")[2]
    assert "wait missed" not in page
    assert re.search(r"to be answered by [^<]+<", page)
    assert "working time to answer set: 1666 h 30 min" in page
    with app.database.writing() as session:
        found = session.get_one(Conversation, number)
        targets.set_target(session, found, RULE, 1)
        conversations.set_kind(session, found, RULE, "privacy_request")
    assert "wait missed" in giulia.get(f"/conversations/{number}"), "whatever its kind: it has a target"


def test_what_rules_did_is_in_the_history(app: App, sign_in: Any) -> None:
    number, giulia, marco = number_of(app), sign_in(), user_id(app, "marco@firm.test")
    with app.database.writing() as session:
        for action, data in (
            ("language_set", {"language": "de"}), ("not_acknowledged", {"why": "lately"}), ("announced", {"name": "erp"}),
            ("not_announced", {"name": "crm"}), ("webhook_failed", {"reason": "erp answered 404"}),
        ):  # fmt: skip
            session.add(Event(conversation_id=number, actor="rule", action=action, data=data))
        decision = session.scalars(select(Decision).where(Decision.conversation_id == number)).one()
        decision.skipped = [
            {"user_id": None, "why": "outside_hours"}, {"user_id": marco, "why": "off_duty"}, {"user_id": 999, "why": "away"},
        ]  # fmt: skip
    page = plain(giulia, f"/conversations/{number}")
    for said in (
        "Rule</strong> · language changed: German",
        "no automatic acknowledgement: the sender had one within the last 24 hours",
        "another program told: erp",
        "another program could not be told, as it is not connected: crm",
        "another program could not be told: erp answered 404",
        "It stays with the team: it came outside working hours.",
        "<li>Marco Neri: does not work at this hour</li></ul>",
    ):
        assert said in page, said
    giulia.post(f"/conversations/{number}/claim")
    assert "It stays with the team" not in giulia.get(f"/conversations/{number}")


def test_an_acknowledgement_stands_in_the_timeline_and_asks_for_nothing(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    with app.database.writing() as session:
        one = {
            "slug": "one",
            "name": "One",
            "when": [{"fact": "sender", "exists": True}],
            "then": {"acknowledge": True},
        }
        rest = {"slug": "rest", "name": "Rest", "then": {"team": "triage"}}
        rules.save(session, rules.from_data([one, rest]))
    arrive(app)
    number = number_of(app, "Terza domanda")
    with app.database.writing() as session:
        delivery = session.scalars(select(Delivery).where(Delivery.purpose == ACKNOWLEDGEMENT)).one()
        delivery.state, delivery.error = FAILED, "550 no such user"
        session.add(
            Event(
                conversation_id=number, actor="system", action="acknowledgement_failed", data={"reason": delivery.error}
            )
        )
    page = plain(giulia, f"/conversations/{number}")
    assert '<span class="mark">Automatic acknowledgement</span>' in page
    assert "abbiamo ricevuto la Sua richiesta" in page
    assert "automatic acknowledgement not sent: 550 no such user" in page
    assert "Send it once more" not in page
    assert "did not reach the customer" not in page
    giulia.post(f"/conversations/{number}/deliveries/{delivery.id}/resending")
    with app.database.reading() as session:
        assert session.get_one(Delivery, delivery.id).state == FAILED


def arrive(app: App) -> None:
    item = _item(9, 0, "Anna Bianchi <anna@cliente.test>", "Terza domanda", "Buongiorno, qual è la tolleranza? Grazie")
    with app.database.reading() as session:
        channel_id = session.scalars(select(Channel.id)).one()
    intake.receive(app.database, app.blobs, channel_id, "inbox", Batch([item], ""))
    app.worker().drain(("take_in", "route"))


def test_another_program_is_among_the_channels(app: App, sign_in: Any) -> None:
    with app.database.writing() as session:
        session.add(Channel(kind=webhooks.KIND, name="erp", address="erp.firm.test"))
    giulia = sign_in()
    page = plain(giulia, "/channels")
    assert "<strong>erp</strong> <small>erp.firm.test</small>" in page
    assert "Another program" in page
    assert "never" not in page[page.index("Another program") :].partition("</tr>")[0]
    assert ">erp</option>" not in giulia.get("/"), "no conversation comes by it"


def test_who_is_away_is_said_before_something_is_passed_on(app: App, sign_in: Any) -> None:
    visitor = sign_in()
    today = now().date()
    with app.database.writing() as session:
        marco = session.query(User).filter_by(email="marco@firm.test").one()
        session.get_one(Conversation, 1).user_id = marco.id
        ends = today + timedelta(days=9)
        session.add(Closure(user_id=marco.id, starts=today - timedelta(days=3), ends=ends))
    page = visitor.get("/conversations/1")
    assert "Marco Neri (away)</option>" in page
    assert f"away until {ends.day} " in page
