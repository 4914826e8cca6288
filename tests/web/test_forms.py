"""Every form: bad input is answered with 422 and its reason beside the field, and what was typed is still there."""

import re
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select, update

from inbox import replies, users
from inbox.app import App
from inbox.models import Conversation, Delivery, Message, Team, User
from inbox.models.delivery import ANSWER
from routing import rules
from tests.web.conftest import PASSWORD, Visitor

INVITATION = {"name": "Paolo", "email": "paolo@firm.test", "role": "colleague", "language": "it", "teams": "rd"}
LETTER = {"channel": "1", "to": "nuovo@cliente.test", "name": "Ugo", "subject": "Giunti", "text": "Buongiorno."}
RULE = {
    "name": "Preventivi", "all-fact": "subject", "all-operator": "has_any", "all-values": "preventivo",
    "team": "sales", "enabled": "1",
}  # fmt: skip


@pytest.mark.parametrize(
    ("page", "path", "good", "bad", "field", "said"),
    [
        ("/people", "/people", INVITATION, {"name": "  "}, "name", "This field is required."),
        ("/people", "/people", INVITATION, {"email": "paolo"}, "email", "This is not a mail address."),
        ("/people", "/people", INVITATION, {"email": "giulia@firm.test"}, "email", "Somebody here already has"),
        ("/people", "/people", INVITATION, {"role": "king"}, "role", "Not a valid choice."),
        ("/people", "/people", INVITATION, {"language": "la"}, "language", "Not a valid choice."),
        ("/people", "/people", INVITATION, {"teams": "none"}, "teams", "'none' is not a valid choice"),
        ("/people/1", "/people/1", INVITATION, {"email": "marco@firm.test"}, "email", "Somebody here already has"),
        ("/people/1", "/people/1", INVITATION, {}, "role", "The last manager stays a manager."),
        ("/people/1", "/people/1", INVITATION, {"name": ""}, "name", "This field is required."),
        ("/conversations/new", "/conversations/new", LETTER, {"to": "nobody"}, "to", "This is not a mail address."),
        ("/conversations/new", "/conversations/new", LETTER, {"to": ""}, "to", "This field is required."),
        ("/conversations/new", "/conversations/new", LETTER, {"subject": " "}, "subject", "This field is required."),
        ("/conversations/new", "/conversations/new", LETTER, {"text": " "}, "text", "This field is required."),
        ("/conversations/new", "/conversations/new", LETTER, {"channel": "99"}, "channel", "Not a valid choice."),
        ("/me", "/me", {"language": "it"}, {"language": "la"}, "language", "Not a valid choice."),
        ("/me", "/me/password", {}, {"old": "", "password": "x"}, "old", "This field is required."),
        ("/me", "/me/password", {}, {"old": "wrong", "password": "long enough"}, "old", "The present password"),
        ("/me", "/me/password", {}, {"old": PASSWORD, "password": "short"}, "password", "Must have at least 10"),
        ("/rules/new", "/rules/new", RULE, {"name": ""}, "name", "Please give the rule a name."),
        ("/rules/new", "/rules/new", RULE, {"all-fact": ""}, "all-0-fact", "Please choose what is looked at for: preventivo."),
        ("/rules/new", "/rules/new", RULE, {"all-values": ""}, "all-0-values", "Please write at least one word or value"),
        ("/rules/new", "/rules/new", RULE, {"all-values": "?!"}, "all-0-values", "There is no word in: ?!"),
        ("/rules/new", "/rules/new", RULE, {"all-fact": "", "all-values": ""}, "all-0-fact", "Please say when the rule fits"),
        ("/rules/new", "/rules/new", RULE, {"all-fact": "hour", "all-operator": "at_least"}, "all-0-values", "whole number"),
        ("/rules/new", "/rules/new", RULE, {"all-operator": "matches", "all-values": "a(b"}, "all-0-values", "pattern"),
        ("/rules/new", "/rules/new", RULE, {"team": ""}, "team", "Please say what is to be done."),
        ("/rules/new", "/rules/new", RULE, {"team": "gone"}, "team", "Please choose one that is offered here."),
        ("/rules/new", "/rules/new", RULE, {"target": "soon"}, "target", "Please write a number of minutes"),
        ("/rules/new", "/rules/new", RULE, {"on": "unclaimed"}, "after", "Please say after how many working minutes."),
        ("/rules/new", "/rules/new", RULE, {"from": "2026-12-31", "until": "2026-12-01"}, "until", "The last day comes before"),
        ("/rules/new", "/rules/new", RULE, {"person": "x@y.test"}, "person", "Please choose one that is offered here."),
    ],
)  # fmt: skip
def test_a_mistake_is_told_beside_its_field(
    sign_in: Any, page: str, path: str, good: dict[str, str], bad: dict[str, str], field: str, said: str
) -> None:
    typed = good | bad
    text = sign_in().post(path, 422, page, **typed).text
    _told(text, field, said)
    for name, value in typed.items():
        if value.strip() and name not in ("old", "password") and not (name == field and value in bad.values()):
            _kept(text, name, value)


@pytest.mark.parametrize(
    ("fields", "status", "field", "said"),
    [
        ({"email": "", "password": "x"}, 422, "email", "This field is required."),
        ({"email": "giulia@firm.test", "password": ""}, 422, "password", "This field is required."),
        ({"email": "giulia@firm.test", "password": "wrong"}, 401, "password", "Address or password is not right."),
    ],
)
def test_signing_in(visitor: Visitor, fields: dict[str, str], status: int, field: str, said: str) -> None:
    text = visitor.post("/login", status, "/login", **fields).text
    _told(text, field, said)
    _kept(text, "email", fields["email"])


@pytest.mark.parametrize(
    ("bad", "field", "said"),
    [
        ({"name": " "}, "name", "This field is required."),
        ({"email": "ada"}, "email", "This is not a mail address."),
        ({"password": ""}, "password", "This field is required."),
        ({"password": "short"}, "password", "Must have at least 10 characters."),
    ],
)
def test_the_first_account(app: App, visitor: Visitor, bad: dict[str, str], field: str, said: str) -> None:
    with app.database.writing() as session:
        session.execute(update(User).values(password_hash=""))
        path = f"/welcome/{users.issue_ticket(session, users.FIRST_RUN)}"
    typed = {"name": "Ada", "email": "ada@firm.test", "password": PASSWORD} | bad
    text = visitor.post(path, 422, path, **typed).text
    _told(text, field, said)
    for name in {"name", "email"} - {field}:
        _kept(text, name, typed[name])


def test_an_invited_colleague_may_not_be_nameless(app: App, visitor: Visitor) -> None:
    with app.database.writing() as session:
        path = f"/invitation/{users.issue_ticket(session, users.INVITATION, 2)}"
    _told(visitor.post(path, 422, path, name=" ", password=PASSWORD).text, "name", "This field is required.")


@pytest.mark.parametrize(
    ("wish", "field", "said"),
    [
        ("from=yesterday&to=2026-03-31", "from", "Please give both days as year-month-day."),
        ("from=2026-03-01", "to", "Please give both days as year-month-day."),
        ("from=2026-03-31&to=2026-03-01", "from", "The first day comes after the last."),
        ("from=2026-03-01&to=9999-12-31", "to", "Please choose a day from 1970 to 2099."),
        ("from=0001-01-01&to=2026-03-01", "from", "Please choose a day from 1970 to 2099."),
    ],
)
def test_the_days_of_the_report(sign_in: Any, wish: str, field: str, said: str) -> None:
    text = sign_in().get(f"/report?{wish}", 422)
    _told(text, field, said)
    for pair in wish.split("&"):
        _kept(text, *pair.split("="))
    assert said in sign_in().get(f"/report.json?{wish}", 422)


@pytest.mark.parametrize(("verb", "mode"), [("answer", "answer"), ("note", "note")])
def test_an_empty_answer_or_note(sign_in: Any, verb: str, mode: str) -> None:
    text = sign_in().post(f"/conversations/1/{verb}?team=rd", 422, text="  ").text
    _told(text, "text", "Please write something first.")
    assert re.search(rf'name="mode" value="{mode}" checked', text)
    assert "team=rd" in text, "the choice of the queue stays"


def test_a_refused_answer_keeps_its_text_and_asks_for_the_files_again(app: App, sign_in: Any) -> None:
    with app.database.writing() as session:
        session.execute(update(Message).values(from_address="", recipients={}))
        for identity in session.get_one(Conversation, 1).contact.identities:
            identity.address = "unknown"
    typed = {"text": "La tolleranza è H7.", "files": (BytesIO(b"x"), "a.txt")}
    text = sign_in().post("/conversations/1/answer", 422, **typed).text
    _told(text, "text", "The sender gave no address to answer to. The files have to be chosen once more.")
    _kept(text, "text", "La tolleranza è H7.")


@pytest.mark.parametrize("to", ["", "user:99", "team:99", "user:²", "moon"])
def test_passing_on_to_nobody(sign_in: Any, to: str) -> None:
    text = sign_in().post("/conversations/1/assignment", 422, to=to, note="per favore").text
    _told(text, "to", "Please choose who should have it.")
    _kept(text, "note", "per favore")


def test_nobody_switched_off_gets_a_conversation(app: App, sign_in: Any) -> None:
    with app.database.writing() as session:
        marco = session.scalars(select(User).where(User.email == "marco@firm.test")).one()
        users.disable(session, marco, replies.person(1))
    sign_in().post("/conversations/1/assignment", 422, to=f"user:{marco.id}")


def test_an_unknown_kind_changes_nothing(app: App, sign_in: Any) -> None:
    text = sign_in().post("/conversations/1/properties", 422, kind="moon", priority="urgent").text
    _told(text, "kind", "Please choose one that is offered here.", "properties")
    _kept(text, "priority", "urgent")
    with app.database.reading() as session:
        assert session.get_one(Conversation, 1).priority == "normal"


def test_a_first_letter_that_cannot_go_out_keeps_everything(
    app: App, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_given: Any) -> None:
        raise replies.CannotReply("the sender gave no address to answer to")

    monkeypatch.setattr(replies, "begin", refused)
    text = sign_in().post("/conversations/new", 422, "/conversations/new", **LETTER).text
    _told(text, "to", "The sender gave no address to answer to.")
    for name, value in LETTER.items():
        _kept(text, name, value)
    with app.database.reading() as session:
        assert session.scalars(select(Delivery).where(Delivery.purpose == ANSWER)).all() == []


def test_all_mistakes_of_a_rule_are_told_at_once(sign_in: Any) -> None:
    typed = {
        "name": "", "all-fact": ["subject", ""], "all-operator": ["has_any", "has_any"], "all-values": ["", "listino"],
        "team": "", "tags": "a, b",
    }  # fmt: skip
    text = sign_in().post("/rules/new", 422, "/rules/new", **typed).text
    for field in ("name", "all-0-values", "all-1-fact"):
        assert f'href="#{field}"' in text, "the summary leads there"
        assert f'aria-describedby="{field}-error"' in text
    assert ">listino</textarea>" in text
    _kept(text, "tags", "a, b")


def test_the_editor_keeps_what_it_does_not_offer(app: App, sign_in: Any) -> None:
    """A rule from a file may ask for a channel's own facts, and in a finer structure than the rows show."""
    with app.database.writing() as session:
        kept = [rule.as_data() for rule in rules.load(session)]
        when = [
            {"fact": "fact.field.Settore", "is_any": ["quote"]},
            {"fact": "subject", "is_any": ["Offerta"]},
            {"fact": "domain", "exists": True},
            {"any": [{"fact": "hour", "at_least": 18}, {"fact": "text", "matches": ["a{2},b", "c"]}]},
            {"none": [{"fact": "language", "is": "de"}]},
            {"any": [{"all": [{"fact": "hour", "at_most": 9}, {"fact": "weekday", "is": "mon"}]},
                     {"fact": "tags", "has_any": ["x"]}]},
        ]  # fmt: skip
        then = {"person": "marco@firm.test", "target": 60, "acknowledge": True, "tags": ["a"]}
        kept.insert(
            0, {"slug": "one", "name": "One", "from": "2026-01-01", "continue": True, "when": when, "then": then}
        )
        rules.save(session, rules.from_data(kept))
    giulia = sign_in()
    page = giulia.get("/rules/one")
    assert '<option value="fact.field.Settore" selected>' in page
    assert "in a finer structure that is changed in the file: ((the hour is at most <em>9</em>" in page
    giulia.post("/rules/one", 302, "/rules/one", **{**as_typed(page), "name": "Uno"})
    with app.database.reading() as session:
        assert rules.load(session)[0].as_data() == kept[0] | {"name": "Uno"}


def as_typed(page: str) -> dict[str, Any]:
    """What a browser would send of the rule's form if nothing was changed."""
    from lxml import html

    form = html.fromstring(page).get_element_by_id("rule")
    fields: dict[str, list[str]] = {}
    for name, value in form.form_values():
        if name != "csrf_token":
            fields.setdefault(name, []).append(value)
    return fields


def test_a_team_that_is_gone_is_no_choice(app: App, sign_in: Any) -> None:
    with app.database.writing() as session:
        assert session.scalar(select(Team).where(Team.slug == "sales"))
    _told(sign_in().post("/rules/new", 422, "/rules/new", **RULE | {"team": "moon"}).text, "team", "Please choose one")


def _told(page: str, field: str, said: str, described: str = "") -> None:
    """The field is marked as wrong, and its description is the reason."""
    errors = dict(re.findall(r'<p class="error"[^>]* id="([^"]+)-error"[^>]*>(.*?)</p>', page, re.S))
    errors |= dict(re.findall(r'<p class="error" id="([^"]+)-error">(.*?)</p>', page, re.S))
    reason = described or field
    assert said in unescape(errors[reason])
    controls = re.findall(r"<(?:input|select|textarea|fieldset)\b[^>]*>", page)
    here = [one for one in controls if re.search(rf'aria-describedby="[^"]*\b{reason}-error"', one)]
    assert here, f"nothing is described by {reason}-error"
    assert all('aria-invalid="true"' in one for one in here if not one.startswith("<fieldset"))


def _kept(page: str, name: str, value: str) -> None:
    """What was typed into a field is still there."""
    page = unescape(page)
    areas = re.findall(rf'<textarea[^>]*name="{name}"[^>]*>\s*(.*?)</textarea>', page, re.S)
    if areas:
        assert value in [area.strip() for area in areas]
        return
    select_ = re.search(rf'<select[^>]*name="{name}"[^>]*>(.*?)</select>', page, re.S)
    if select_:
        assert re.search(rf'<option[^>]*selected[^>]*value="{value}"|<option value="{value}" selected', select_[1]), (
            name
        )
        return
    inputs = [one for one in re.findall(r"<input[^>]*>", page) if f'name="{name}"' in one]
    assert any(f'value="{value}"' in one for one in inputs), name


def test_what_no_database_keeps_is_left_out(sign_in: Any, app: App) -> None:
    """PostgreSQL refuses NUL in a text; no keyboard writes one."""
    visitor = sign_in()
    visitor.post("/conversations/1/note", form_page="/conversations/1", text="before\0after")
    visitor.get("/?q=%00&team=%00")
    with app.database.reading() as session:
        assert session.scalar(select(Message.text).where(Message.kind == "note")) == "beforeafter"
