"""The rules' pages: written, tried on the past, kept in versions, held by test cases, questioned."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from connectors.base import Batch
from inbox import intake
from inbox.app import App
from inbox.models import RuleVersion
from routing import rules
from tests.web.conftest import Visitor, _item
from tests.web.test_forms import RULE, as_typed

TECHNICAL = {
    "name": "Giunti", "all-fact": "subject_or_text", "all-operator": "has_any", "all-values": "tolleranza, disegno",
    "team": "sales", "enabled": "1",
}  # fmt: skip


def saved(app: App) -> list[dict[str, Any]]:
    with app.database.reading() as session:
        return [rule.as_data() for rule in rules.load(session)]


def test_groups_of_conditions_are_written_and_shown(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    more = {
        "any-fact": ["language", "known_contact"], "any-operator": ["is_any", "missing"], "any-values": ["Tedesco, English", ""],
        "none-fact": ["text"], "none-operator": ["matches"], "none-values": [r"a{2,3}\nb"],
    }  # fmt: skip
    giulia.post("/rules/new", 302, "/rules/new", **RULE, **more)
    made = next(rule for rule in saved(app) if rule["slug"] == "preventivi")
    assert made["when"] == [
        {"fact": "subject", "has_any": ["preventivo"]},
        {"any": [{"fact": "language", "is_any": ["Tedesco", "en"]}, {"fact": "known_contact", "exists": False}]},
        {"none": [{"fact": "text", "matches": [r"a{2,3}\nb"]}]},
    ]
    page = giulia.get("/rules/preventivi")
    assert ">Tedesco, English</textarea>" in page
    giulia.post("/rules/preventivi", 302, "/rules/preventivi", **as_typed(page))
    assert next(rule for rule in saved(app) if rule["slug"] == "preventivi") == made
    shown = re.sub(r"</?em>", "", giulia.get("/rules"))
    assert "(the language is Tedesco or English or the contact is new)" in shown


def test_every_action_comes_back(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    more = {
        "pick": "round_robin", "priority": "high", "kind": "customer", "stage": "quoted", "language": "de", "target": "90",
        "tags": "a, b", "watchers": ["giulia@firm.test"], "acknowledge": "1", "on": "unclaimed", "after": "60",
        "from": "2026-01-01", "until": "2030-12-31", "continue": "1",
    }  # fmt: skip
    giulia.post("/rules/new", 302, "/rules/new", **RULE, **more)
    made = next(rule for rule in saved(app) if rule["slug"] == "preventivi")
    assert made["then"] == {
        "team": "sales", "pick": "round_robin", "priority": "high", "kind": "customer", "stage": "quoted",
        "language": "de", "target": 90, "tags": ["a", "b"], "watchers": ["giulia@firm.test"], "acknowledge": True,
    }  # fmt: skip
    assert (made["on"], made["after"], made["from"], made["until"]) == ("unclaimed", 60, "2026-01-01", "2030-12-31")
    page = giulia.get("/rules/preventivi")
    giulia.post("/rules/preventivi", 302, "/rules/preventivi", **as_typed(page))
    assert next(rule for rule in saved(app) if rule["slug"] == "preventivi") == made


def test_a_trial_tells_what_would_have_been(sign_in: Any) -> None:
    giulia = sign_in()
    told = giulia.post("/rules/new/trial", 200, "/rules/new", **TECHNICAL).text
    assert "It fits <em>1</em> of <em>3</em> messages" in told or "It fits 1 of 3 messages" in told
    assert "Found in no message: disegno" in told
    page = giulia.post("/rules/new", 200, "/rules/new", **{**TECHNICAL, "try": "1"}).text
    assert "Over the last 90 days" in page
    assert "Giunti" not in giulia.get("/rules")


def test_a_trial_of_a_wrong_rule_says_what_is_wrong(app: App, sign_in: Any) -> None:
    wrong = {**TECHNICAL, "all-operator": "matches", "all-values": "a(b"}
    assert "pattern" in sign_in().post("/rules/new/trial", 200, "/rules/new", **wrong).text


def test_the_order_is_changed_by_a_drag(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    before = [rule["slug"] for rule in saved(app)]
    wanted = [before[2], *[one for one in before[:-1] if one != before[2]]]
    giulia.post("/rules/order", 302, "/rules", order=",".join(wanted))
    assert [rule["slug"] for rule in saved(app)] == [*wanted, before[-1]]
    giulia.post("/rules/order", 302, "/rules", order="nonsense")
    assert [rule["slug"] for rule in saved(app)] == [*wanted, before[-1]]


def test_versions_are_told_in_words_and_brought_back(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    before = saved(app)
    giulia.post("/rules/new", 302, "/rules/new", **RULE)
    page = giulia.get("/rules/versions")
    assert "new: &#34;Preventivi&#34;: the subject contains <em>preventivo</em>" in page
    assert "Giulia Verdi" in page
    with app.database.reading() as session:
        first = session.scalars(select(RuleVersion.id).order_by(RuleVersion.id)).first()
    giulia.post(f"/rules/versions/{first}/restoration", 302, "/rules/versions")
    assert saved(app) == before
    assert "removed: &#34;Preventivi&#34;" in giulia.get("/rules/versions")


def test_a_test_case_holds_the_rules(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    why = giulia.get("/conversations/1/why")
    assert "Technical questions" in why
    assert "tolleranza" in why
    number = re.search(r'name="message" value="(\d+)"', why)
    assert number
    giulia.post("/conversations/1/case", 302, "/conversations/1/why", message=number[1])
    assert "R&amp;D" in giulia.get("/rules/cases")
    giulia.post("/rules/new", 302, "/rules/new", **TECHNICAL)
    before = [rule["slug"] for rule in saved(app)]
    while before.index("giunti") > before.index("technical") + 1:
        giulia.post("/rules/giunti/up", 302, "/rules")
        before = [rule["slug"] for rule in saved(app)]
    assert "would go to Sales instead of R&amp;D" in giulia.post("/rules/giunti/up", 422, "/rules").text
    drag = ",".join(["giunti", *[slug for slug in before[:-1] if slug != "giunti"]])
    giulia.post("/rules/order", 422, "/rules", order=drag)
    assert [rule["slug"] for rule in saved(app)] == before
    giulia.post("/rules/giunti/removal", 302, "/rules")
    changed = {**as_typed(giulia.get("/rules/technical")), "team": "sales"}
    refused = giulia.post("/rules/technical", 422, "/rules/technical", **changed).text
    assert "would go to Sales instead of R&amp;D" in refused
    giulia.post("/rules/technical", 302, "/rules/technical", **changed, note="Lo chiede la direzione")
    assert "Lo chiede la direzione" in giulia.get("/rules/versions")
    giulia.post("/rules/technical/up", 302, "/rules")  # what is broken already is no news
    page = giulia.get("/rules/cases")
    assert 'class="error"' in page
    giulia.post("/rules/cases/1/removal", 302, "/rules/cases")
    assert "No test case yet" in giulia.get("/rules/cases")


def test_why_not_this_rule(sign_in: Any) -> None:
    page = sign_in().get("/conversations/2/why?rule=technical")
    assert re.search(r'id="rule-technical">\s*<details open>', page)


def test_a_decision_says_which_rules_nearly_took_it(app: App, sign_in: Any) -> None:
    near = {"slug": "near", "name": "Quasi", "when": [{"fact": "subject_or_text", "has_any": ["tolleranza"]},
            {"fact": "language", "is": "de"}], "then": {"team": "sales"}}  # fmt: skip
    first = {"slug": "first", "name": "Prima", "continue": True, "when": [{"fact": "subject", "has_any": ["giunto"]}],
             "then": {"priority": "high"}}  # fmt: skip
    with app.database.writing() as session:
        rules.save(session, rules.from_data([first, near, *[rule.as_data() for rule in rules.load(session)]]))
    mail = _item(9, 1, "Anna <a9@cliente.test>", "Giunto", "Qual è la tolleranza?")
    intake.receive(app.database, app.blobs, 1, "inbox", Batch([mail], ""))
    app.worker().drain(("take_in", "route"))
    page = sign_in().get("/conversations/4/why")
    assert "&#34;Quasi&#34; nearly did; missing was: the language is <em>German</em>" in page
    assert "Before it, these rules held and went on: Prima" in page


@pytest.mark.parametrize("path", ["/rules/versions", "/rules/cases", "/rules/order", "/rules/new/trial"])
def test_only_for_managers(sign_in: Any, path: str) -> None:
    marco: Visitor = sign_in("marco@firm.test")
    if path in ("/rules/order", "/rules/new/trial"):
        marco.post(path, 403)
    else:
        marco.get(path, 403)


def test_a_colleague_may_ask_why(sign_in: Any) -> None:
    page = sign_in("marco@firm.test").get("/conversations/1/why")
    assert "Technical questions" in page
    assert "Keep as a test case" not in page


def test_an_agent_asks_only_about_their_own(sign_in: Any) -> None:
    sign_in("luca@agents.test").get("/conversations/1/why", 404)
