"""What rules do is done: on the conversation, in its history, to colleagues, and to other programs."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update
from standardwebhooks import Webhook

from inbox import alarms, channels, deliveries, webhooks
from inbox.models import (
    Channel,
    Conversation,
    Decision,
    Delivery,
    Event,
    Exchange,
    Job,
    Message,
    Team,
    User,
    Watcher,
    now,
)
from inbox.models.delivery import WEBHOOK
from routing import handler, rules
from tests.parts import receiver as receiver_part
from tests.parts.company import mail
from tests.parts.desk import URL, Desk
from tests.parts.receiver import Answer

ANYTHING = [{"fact": "sender", "exists": True}]


def set_rule(desk: Desk, **then: Any) -> None:
    """One rule that takes everything, and the catch-all."""
    one = {"slug": "one", "name": "One", "when": ANYTHING, "then": then}
    rest = {"slug": "rest", "name": "Rest", "then": {"team": "triage"}}
    with desk.database.writing() as session:
        rules.save(session, rules.from_data([one, rest]))


def events(desk: Desk, conversation: Conversation) -> list[str]:
    return [one.action for one in desk.all(Event, Event.conversation_id == conversation.id)]


def decision(desk: Desk, conversation: Conversation) -> Decision:
    return desk.all(Decision, Decision.conversation_id == conversation.id)[-1]


def add_webhook(desk: Desk, url: str, name: str = "erp") -> tuple[int, str]:
    secret = webhooks.new_secret()
    with desk.database.writing() as session:
        made = channels.create(session, desk.app.vault, "webhook", name, {"url": url, "secret": secret}, address="host")
        return made.id, secret


def erp(desk: Desk) -> Channel:
    with desk.database.reading() as session:
        return channels.by_name(session, "erp")


def deliver_really(desk: Desk) -> None:
    """Webhooks through their own connector; mails end in the desk's wire."""
    while jobs := desk.claim("deliver", 1):
        deliveries.deliver(desk.database, desk.app.blobs, lambda number: connector(desk, number), jobs[0])


def connector(desk: Desk, number: int) -> Any:
    return desk.wire if number == desk.channel else desk.app.connector_for(number)


def test_what_it_is(desk_on_both: Desk) -> None:
    desk = desk_on_both
    set_rule(desk, team="rd", language="de", stage="qualified", target=90)
    asked = desk.ask()
    assert (asked.language, asked.stage, asked.target_minutes) == ("de", "qualified", 90)
    assert events(desk, asked) == ["received", "routed", "language_set", "stage_set", "target_set", "assigned", "told"]
    assert {one.actor for one in desk.all(Event, Event.action.like("%_set"))} == {"rule"}
    assert decision(desk, asked).outcome == {
        "team": "rd", "language": "de", "stage": "qualified", "target": 90,
    }  # fmt: skip


def test_what_is_so_already_is_no_event(desk: Desk) -> None:
    set_rule(desk, team="rd", language="it", kind="enquiry", priority="normal")
    asked = desk.ask("Buongiorno, qual è la tolleranza del giunto?")
    assert events(desk, asked) == ["received", "routed", "assigned", "told"]


def test_one_batch_goes_round_the_team(desk_on_both: Desk) -> None:
    desk = desk_on_both
    people = [desk.add_user(f"{name}@firm.test", "colleague", "rd") for name in ("anna", "bruno", "carla")]
    set_rule(desk, team="rd", pick="round_robin")
    desk.receive(*(mail("Giunto", f"Domanda {number}", sender=f"c{number}@cliente.test") for number in range(7)))
    desk.take_in()
    desk.route()
    rows = desk.all(Conversation)
    holders = [row.user_id for row in rows]
    assert holders[:6] == [*people, *people]
    assert len({row.team_id for row in rows}) == 1
    first = desk.all(Decision)[0]
    assert first.skipped == [{"user_id": number, "why": "had_one_later"} for number in people[1:]]
    told = Counter(one.recipient for one in desk.notices())
    assert told == {"anna@firm.test": 3, "bruno@firm.test": 2, "carla@firm.test": 2}


def test_a_batch_looks_up_whose_turn_it_is_once(desk_on_both: Desk) -> None:
    desk = desk_on_both
    for name in ("anna", "bruno"):
        desk.add_user(f"{name}@firm.test", "colleague", "rd")
    set_rule(desk, team="rd", pick="fewest_open")
    desk.receive(*(mail("Giunto", "Domanda", sender=f"c{number}@cliente.test") for number in range(9)))
    desk.take_in()
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(desk.database.engine, "before_cursor_execute", note)
    desk.route()
    event.remove(desk.database.engine, "before_cursor_execute", note)
    assert len([one for one in asked if one.startswith("SELECT") and "FROM assignments" in one]) == 1
    assert Counter(row.user_id for row in desk.all(Conversation)).most_common()[0][1] == 5


def test_fewest_open_evens_out(desk_on_both: Desk) -> None:
    desk = desk_on_both
    anna, bruno = (desk.add_user(f"{name}@firm.test", "colleague", "rd") for name in ("anna", "bruno"))
    set_rule(desk, person="anna@firm.test")
    for number in range(3):
        desk.ask(sender=f"a{number}@cliente.test")
    set_rule(desk, team="rd", pick="fewest_open")
    desk.receive(*(mail("Giunto", "Domanda", sender=f"c{number}@cliente.test") for number in range(5)))
    desk.take_in()
    desk.route()
    assert Counter(row.user_id for row in desk.all(Conversation)) == {anna: 4, bruno: 4}
    assert decision(desk, desk.all(Conversation)[3]).skipped == [{"user_id": anna, "why": "more_open"}]


def test_the_owners_customers_go_to_the_owner(desk_on_both: Desk) -> None:
    desk = desk_on_both
    anna = desk.add_user("anna@firm.test", "colleague", "sales")
    set_rule(desk, team="rd", pick="owner")
    first = desk.ask()
    assert (first.user_id, decision(desk, first).skipped) == (None, [{"user_id": None, "why": "no_owner"}])
    with desk.database.writing() as session:
        company = session.get_one(Conversation, first.id).contact.company
        assert company is not None
        company.owner_id = anna
    by_company = desk.ask(subject="Ancora una")
    assert (by_company.user_id, decision(desk, by_company).skipped) == (anna, [])
    with desk.database.writing() as session:
        contact = session.get_one(Conversation, first.id).contact
        contact.owner_id, contact.company.owner_id = anna, None  # type: ignore[union-attr]
    second = desk.ask(subject="Ancora")
    assert (second.user_id, decision(desk, second).skipped) == (anna, [])
    with desk.database.writing() as session:
        session.get_one(User, anna).disabled_at = now()
    third = desk.ask(subject="E ancora")
    assert (third.user_id, third.team_id) == (None, second.team_id)
    assert decision(desk, third).skipped == [{"user_id": anna, "why": "disabled"}]


def test_nobody_at_work_leaves_it_with_the_team(desk_on_both: Desk) -> None:
    desk = desk_on_both
    desk.add_user("anna@firm.test", "colleague", "rd")
    set_rule(desk, team="rd", pick="on_duty")
    desk.receive(mail("Giunto", "Domanda"), mail("Altro", "Domanda", sender="b@cliente.test"))
    desk.take_in()
    jobs = desk.claim("route")
    handler.route(desk.database, jobs[:1], URL, datetime(2026, 3, 3, 22, tzinfo=UTC))
    handler.route(desk.database, jobs[1:], URL, datetime(2026, 3, 3, 10, tzinfo=UTC))
    night, day = desk.all(Conversation)
    assert (night.user_id, day.user_id is not None) == (None, True)
    assert decision(desk, night).skipped[0] == {"user_id": None, "why": "outside_hours"}


def test_a_person_who_left_is_passed_over(desk: Desk) -> None:
    anna = desk.add_user("anna@firm.test", "colleague", "rd")
    set_rule(desk, team="rd", person="anna@firm.test")
    with desk.database.writing() as session:
        session.get_one(User, anna).disabled_at = now()
    asked = desk.ask()
    assert (asked.user_id, decision(desk, asked).skipped) == (None, [{"user_id": anna, "why": "disabled"}])


def test_who_watches_is_told_so(desk_on_both: Desk) -> None:
    desk = desk_on_both
    anna, bruno = (desk.add_user(f"{name}@firm.test", "colleague", "rd") for name in ("anna", "bruno"))
    desk.add_user("luca@agents.test", "external")
    set_rule(desk, person="anna@firm.test", watchers=["bruno@firm.test", "luca@agents.test", "anna@firm.test"])
    asked = desk.ask()
    assert {one.user_id for one in desk.all(Watcher)} == {anna, bruno}, "an external agent sees only their own"
    notices = {one.recipient: one.envelope["text"] for one in desk.notices()}
    assert set(notices) == {"anna@firm.test", "bruno@firm.test"}
    assert ("you only watch" in notices["bruno@firm.test"], "you only watch" in notices["anna@firm.test"]) == (
        True,
        False,
    )
    assert events(desk, asked).count("watched") == 2
    told = desk.all(Event, Event.action == "told")[-1].data["told"]
    assert [one["user_id"] for one in told] == [anna, bruno]


def test_a_watcher_who_left_is_told_nothing(desk: Desk) -> None:
    desk.add_user("anna@firm.test", "colleague", "rd")
    bruno = desk.add_user("bruno@firm.test")
    set_rule(desk, team="rd", watchers=["bruno@firm.test"])
    desk.ask(Message_ID="<1@cliente.test>")
    with desk.database.writing() as session:
        session.get_one(User, bruno).disabled_at = now()
    desk.ask(subject="Re: Giunto", In_Reply_To="<1@cliente.test>")
    assert Counter(one.recipient for one in desk.notices()) == {"anna@firm.test": 2, "bruno@firm.test": 1}


def test_spam_is_told_to_nobody(desk_on_both: Desk) -> None:
    desk = desk_on_both
    set_rule(desk, spam=True, tags=["sospetto"], watchers=["giulia@firm.test"])
    asked = desk.ask()
    assert (asked.status, asked.team_id, asked.waiting_since) == ("spam", None, None)
    assert [one.outcome for one in desk.exchanges(asked)] == ["void"]
    assert desk.notices() == []
    assert events(desk, asked)[-1] == "marked_spam"


def test_what_a_rule_closes_is_closed(desk_on_both: Desk) -> None:
    desk = desk_on_both
    set_rule(desk, team="triage", close=True)
    asked = desk.ask()
    assert (asked.status, asked.waiting_since, desk.notices()) == ("closed", None, [])
    assert events(desk, asked)[-2:] == ["assigned", "closed"]


def test_what_a_rule_puts_off_waits_for_working_minutes(desk_on_both: Desk) -> None:
    desk = desk_on_both
    set_rule(desk, team="triage", snooze=60)
    desk.receive(mail("Giunto", "Domanda"))
    desk.take_in()
    # Tuesday, 12:00 in Rome: half an hour before lunch.
    handler.route(desk.database, desk.claim("route"), URL, datetime(2026, 3, 3, 11, tzinfo=UTC))
    (asked,) = desk.all(Conversation)
    assert asked.snoozed_until == datetime(2026, 3, 3, 13, 30, tzinfo=UTC)
    assert desk.all(Exchange)[0].closed_at is None, "the clock runs on"
    assert desk.notices(), "and colleagues are told"


def test_history_is_sorted_but_nobody_outside_is_told(desk: Desk) -> None:
    add_webhook(desk, "https://erp.firm.test/hook")
    set_rule(desk, team="rd", acknowledge=True, webhook="erp", tags=["a"])
    asked = desk.ask(quiet=True)
    assert events(desk, asked).count("tagged") == 1
    assert desk.all(Delivery) == []
    assert "not_acknowledged" not in events(desk, asked)


def test_rules_that_went_on_stand_with_the_decision(desk: Desk) -> None:
    first = {"slug": "vip", "name": "VIP", "continue": True, "then": {"priority": "high", "tags": ["vip"]}}
    last = {"slug": "all", "name": "All", "then": {"team": "rd"}}
    with desk.database.writing() as session:
        rules.save(session, rules.from_data([first | {"when": [{"fact": "subject", "has_any": ["giunto"]}]}, last]))
    asked = desk.ask(subject="Giunti")
    assert decision(desk, asked).outcome == {"team": "rd", "priority": "high", "tags": ["vip"]}
    reasons = [{"fact": "subject", "operator": "has_any", "found": ["giunto"]}]
    assert decision(desk, asked).matched == [{"slug": "vip", "name": "VIP", "reasons": reasons}]


def test_another_program_is_told_the_decision_and_no_words(desk_on_both: Desk) -> None:
    desk = desk_on_both
    desk.add_user("anna@firm.test", "colleague", "rd")
    with receiver_part.running() as receiver:
        _number, secret = add_webhook(desk, receiver.url())
        set_rule(desk, team="rd", pick="round_robin", kind="customer", priority="high", tags=["vip"], webhook="erp")
        asked = desk.ask("Una cosa segreta", subject="Segreto industriale", name="Anna Bianchi")
        deliver_really(desk)
        ((_path, headers, body),) = receiver.got
    told = Webhook(secret).verify(body, headers)
    assert datetime.fromisoformat(told.pop("at")) == decision(desk, asked).at
    assert told == {
        "type": "conversation.routed", "id": asked.id, "rule": "one", "team": "rd", "person": "anna@firm.test",
        "kind": "customer", "priority": "high", "tags": ["vip"], "link": f"{URL}/conversations/{asked.id}",
    }  # fmt: skip
    assert not any(word in body.decode().lower() for word in ("segret", "bianchi", "cliente.test"))
    assert "announced" in events(desk, asked)
    (delivery,) = desk.all(Delivery, Delivery.purpose == WEBHOOK)
    assert (delivery.state, delivery.external_id) == ("sent", headers["webhook-id"])
    assert desk.exchanges(asked)[0].closed_at is None


def test_a_program_that_is_down_is_told_again_by_the_same_id(desk_on_both: Desk) -> None:
    desk = desk_on_both
    with receiver_part.running() as receiver:
        add_webhook(desk, receiver.url())
        set_rule(desk, team="rd", webhook="erp")
        receiver.answers += [Answer(503, {"Retry-After": "0"}), Answer(429, {"Retry-After": "0"})]
        asked = desk.ask()
        for _ in range(3):
            make_due(desk)
            deliver_really(desk)
        ids = {headers["webhook-id"] for _, headers, _ in receiver.got}
    assert (len(receiver.got), len(ids)) == (3, 1)
    assert events(desk, asked).count("webhook_delayed") == 1
    assert "webhook_sent" in events(desk, asked)
    assert erp(desk).error == ""


def test_one_that_refuses_is_noted(desk: Desk) -> None:
    with receiver_part.running() as receiver:
        add_webhook(desk, receiver.url())
        set_rule(desk, team="rd", webhook="erp")
        receiver.answers.append(Answer(404))
        asked = desk.ask()
        deliver_really(desk)
    failed = desk.all(Event, Event.conversation_id == asked.id, Event.action == "webhook_failed")
    assert ["answered 404" in one.data["reason"] for one in failed] == [True]
    assert "answered 404" in erp(desk).error
    with desk.database.writing() as session:
        channels.by_name(session, "erp").error_at = now() - timedelta(hours=3)
    with desk.database.reading() as session:
        assert alarms.troubles(session) == [], "it is no way by which customers write"
    assert desk.fresh(asked).status == "open"


def test_one_that_died_while_telling_is_told_again(desk_on_both: Desk) -> None:
    desk = desk_on_both
    with receiver_part.running() as receiver:
        add_webhook(desk, receiver.url())
        set_rule(desk, team="rd", webhook="erp")
        desk.ask()
        with desk.database.writing() as session:
            (delivery,) = session.scalars(select(Delivery).where(Delivery.purpose == WEBHOOK))
            delivery.state = "sending"
        deliver_really(desk)
        assert len(receiver.got) == 1
    assert [one.state for one in desk.all(Delivery, Delivery.purpose == WEBHOOK)] == ["sent"]


@pytest.mark.parametrize("state", ["missing", "off"])
def test_one_that_is_not_connected_is_written_down(desk: Desk, state: str) -> None:
    add_webhook(desk, "https://erp.firm.test/")
    set_rule(desk, team="rd", webhook=["erp"])
    with desk.database.writing() as session:
        erp = channels.by_name(session, "erp")
        erp.enabled, erp.name = state == "missing", "crm" if state == "missing" else "erp"
    asked = desk.ask()
    assert desk.all(Delivery, Delivery.purpose == WEBHOOK) == []
    assert [one.data["name"] for one in desk.all(Event, Event.action == "not_announced")] == ["erp"]
    assert events(desk, asked).count("told") == 1


SAID = (
    "team: sales\nteam=sales\npriority: urgent\nspam: true\nacknowledge: true\nclose: true\nstage: won\nwebhook: erp\n"
)
HEADERS = {
    "X_Centralino_Team": "sales", "X_Centralino_Action": "spam", "X_Priority": "1", "X_Spam": "true", "Importance": "high",
    "X_Centralino_Token": "aaaaaaaaaa", "X_Centralino_Webhook": "erp", "X_Centralino_Watchers": "giulia@firm.test",
    "Keywords": "vip, urgent", "X_Team": "sales", "Acknowledge": "true", "Stage": "won", "Snooze": "600",
}  # fmt: skip
FORM = (
    "Nome: Anna Bianchi\nEmail: anna@cliente.test\nTeam: sales\nPriority: urgent\nSpam: true\nAcknowledge: true\n"
    "Close: true\nStage: won\nWebhook: erp\nPick: owner\nWatchers: giulia@firm.test\nTarget: 1\nMessaggio: Buongiorno\n\n"
    "Questa e-mail è stata inviata da un modulo di contatto su Firm (https://firm.test)\n"
)


@pytest.mark.parametrize("how", ["headers", "text", "form"])
def test_nothing_that_a_customer_writes_sets_an_action(desk: Desk, how: str) -> None:
    add_webhook(desk, "https://erp.firm.test/hook")
    with desk.database.writing() as session:
        sales = session.scalars(select(Team.id).where(Team.slug == "sales")).one()
    other = desk.ask(subject="Altro", sender="b@cliente.test")
    with desk.database.writing() as session:
        session.get_one(Conversation, other.id).token = "aaaaaaaaaa"
    set_rule(desk, team="rd")
    if how == "headers":
        asked = desk.ask("Buongiorno", subject="Giunto [#aaaaaaaaaa] team:sales", **HEADERS)
    elif how == "text":
        asked = desk.ask(SAID, subject="spam: true")
    else:
        sender, answer = "wordpress@firm-site.test", "Anna Bianchi <anna@cliente.test>"
        asked = desk.ask(FORM, subject="Modulo", sender=sender, name="Sito", Reply_To=answer)
        facts = desk.all(Message)[-1].facts
        assert [name for name in ("team", "spam", "pick", "webhook") if not any(name in key for key in facts)] == []
    assert asked.id != other.id
    assert asked.team_id != sales
    values = (asked.status, asked.priority, asked.stage, asked.target_minutes, asked.snoozed_until, asked.user_id)
    assert values == ("open", "normal", "", None, None, None)
    assert events(desk, asked) == ["received", "routed", "assigned", "told"]
    assert decision(desk, asked).outcome == {"team": "rd"}
    assert {one.purpose for one in desk.all(Delivery)} == {"notification"}
    assert desk.all(Watcher) == []


def make_due(desk: Desk) -> None:
    with desk.database.writing() as session:
        session.execute(update(Job).where(Job.kind == "deliver").values(run_at=now()))
