"""Leads on the pages: the panel of a conversation, the list, one lead, entering by hand."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from inbox.app import App
from inbox.leads import keeping
from inbox.models import Conversation, Event, Lead, User
from tests.web.conftest import Visitor


def plain(visitor: Visitor, path: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(visitor.get(path))).split())


def number_of(app: App, subject: str = "Giunto GX-40") -> int:
    with app.database.reading() as session:
        return session.scalars(select(Conversation.id).where(Conversation.subject == subject)).one()


def lead_of(app: App, number: int) -> Lead:
    with app.database.reading() as session:
        found = keeping.of(session, number)
        assert found is not None
        return found


def number_of_user(app: App, email: str) -> str:
    with app.database.reading() as session:
        return str(session.scalars(select(User.id).where(User.email == email)).one())


@pytest.fixture
def number(app: App) -> int:
    return number_of(app)


def test_a_conversation_becomes_a_lead_on_its_page(app: App, sign_in: Any, number: int) -> None:
    giulia, marco = sign_in(), number_of_user(app, "marco@firm.test")
    giulia.post(
        f"/conversations/{number}/lead", stage="quoted", value="8.000", currency="EUR", product="GX-40",
        next_step="richiamare", next_on="2026-12-15", owner=marco, lost_reason="",
    )  # fmt: skip
    lead = lead_of(app, number)
    assert (lead.stage, lead.value_cents, lead.product, lead.next_step, lead.next_on, str(lead.owner_id)) == (
        "quoted", 800_000, "GX-40", "richiamare", date(2026, 12, 15), marco,
    )  # fmt: skip
    page = plain(giulia, f"/conversations/{number}")
    assert "Quoted €8,000" in page
    assert "next: richiamare, 15 December 2026" in page
    assert "value set: €8,000" in page
    assert "Quoted · €8,000" in plain(giulia, "/")
    shown = plain(giulia, "/leads")
    assert "Giunto GX-40 Anna Bianchi" in shown
    assert "1 lead, €8,000" in shown


def test_saving_twice_tells_once(app: App, sign_in: Any, number: int) -> None:
    giulia = sign_in()
    for _ in range(2):
        giulia.post(f"/conversations/{number}/lead", stage="new", value="500", currency="EUR", owner="", lost_reason="")
    with app.database.reading() as session:
        told = session.scalars(select(Event.action).where(Event.conversation_id == number)).all()
    assert (told.count("stage_set"), told.count("value_set")) == (1, 1)


def test_a_sum_that_is_none_is_refused_and_kept(app: App, sign_in: Any, number: int) -> None:
    giulia = sign_in()
    page = giulia.post(
        f"/conversations/{number}/lead", 422, stage="quoted", value="circa mille", currency="EUR", owner=""
    ).text
    assert "This is no sum" in page
    assert 'value="circa mille"' in page
    with app.database.reading() as session:
        assert session.scalars(select(Lead)).all() == []


@pytest.mark.parametrize(("field", "value"), [("stage", "offer"), ("owner", "999"), ("currency", "BTC")])
def test_what_is_not_offered_is_refused(sign_in: Any, number: int, field: str, value: str) -> None:
    data = {"stage": "new", "owner": "", "currency": "EUR", field: value}
    sign_in().post(f"/conversations/{number}/lead", 422, **data)


def test_without_a_stage_nothing_begins(app: App, sign_in: Any, number: int) -> None:
    giulia = sign_in()
    giulia.post(f"/conversations/{number}/lead", stage="", value="5", currency="EUR", owner="")
    assert "Please choose a stage" in plain(giulia, f"/conversations/{number}")


def test_lost_with_its_reason_and_no_lead_after_all(app: App, sign_in: Any, number: int) -> None:
    giulia = sign_in()
    giulia.post(
        f"/conversations/{number}/lead", stage="lost", currency="EUR", owner="", lost_reason="price", lost_note="10 %"
    )
    assert "lost because of: the price, 10 %" in plain(giulia, f"/conversations/{number}")
    assert "the price" in plain(giulia, "/leads?state=lost")
    giulia.post(f"/conversations/{number}/lead/separation")
    with app.database.reading() as session:
        assert session.scalars(select(Lead)).all() == []


def test_another_conversation_of_the_firm_joins(app: App, sign_in: Any, number: int) -> None:
    giulia, other = sign_in(), number_of(app, "Anfrage Preis")
    giulia.post(f"/conversations/{number}/lead", stage="quoted", value="8000", currency="EUR", owner="")
    with app.database.writing() as session:
        contact = session.get_one(Conversation, other).contact
        contact.company = session.get_one(Conversation, number).contact.company
    assert "It belongs to a lead that is under way" in giulia.get(f"/conversations/{other}")
    lead = lead_of(app, number)
    giulia.post(f"/conversations/{other}/lead/link", lead="999")
    assert "Nothing was changed" in giulia.get(f"/conversations/{other}")
    giulia.post(f"/conversations/{other}/lead/link", lead=str(lead.id))
    assert lead_of(app, other).id == lead.id
    with app.database.reading() as session:
        joined = session.get_one(Conversation, other)
        assert (joined.stage, joined.value_cents, joined.user_id) == ("quoted", 800_000, lead.owner_id)
    assert plain(giulia, f"/leads/{lead.id}").count("Anfrage Preis") == 1


def test_one_lead_with_its_history(app: App, sign_in: Any, number: int) -> None:
    giulia = sign_in()
    giulia.post(f"/conversations/{number}/lead", stage="new", currency="EUR", owner="")
    lead = lead_of(app, number)
    giulia.post(
        f"/leads/{lead.id}", form_page=f"/leads/{lead.id}", stage="won", value="12.400,50", currency="USD", owner="",
        title="Giunti per il nastro", note="Ordine 55", is_customer="y",
    )  # fmt: skip
    page = plain(giulia, f"/leads/{lead.id}")
    assert "Giunti per il nastro" in page
    assert "stage changed: Won Giulia Verdi" in page
    assert "value set: US$ 12,400.50".replace(" ", "") in page.replace("\xa0", "").replace(" ", "")
    with app.database.reading() as session:
        assert session.get_one(Conversation, number).value_cents is None, "the queue names no currency"
    giulia.post(f"/leads/{lead.id}", 422, form_page=f"/leads/{lead.id}", stage="won", value="x", currency="USD")
    giulia.get("/leads/999", 404)


def test_a_lead_is_entered_by_hand(app: App, sign_in: Any) -> None:
    giulia, marco = sign_in(), number_of_user(app, "marco@firm.test")
    data = {
        "source": "fair", "on": (date.today() - timedelta(days=3)).isoformat(), "title": "Giunti per nastri",
        "name": "Bruno Sala", "company": "Sala Nastri", "stage": "qualified", "value": "5.000", "currency": "EUR",
        "owner": marco, "next_step": "mandare il catalogo", "next_on": "2030-01-02",
    }  # fmt: skip
    giulia.post("/leads/new", form_page="/leads/new", **data)
    with app.database.reading() as session:
        lead = session.scalars(select(Lead)).one()
        assert (lead.entered, lead.first_source, lead.last_source, lead.value_cents) == (
            "hand",
            "fair",
            "fair",
            500_000,
        )
        assert lead.contact.company is not None
        assert (lead.contact.name, lead.contact.company.name) == ("Bruno Sala", "Sala Nastri")
    page = plain(sign_in("marco@firm.test"), "/leads?owner=" + marco)
    assert "Giunti per nastri Bruno Sala · Sala Nastri" in page
    assert "Fair" in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"source": ""}, "Please fill this in."),
        ({"title": " "}, "Please fill this in."),
        ({"name": "", "company": ""}, "Please give a name, a company or a mail address."),
        ({"email": "non@"}, "This is not a mail address."),
        ({"on": "2999-01-01"}, "This day has not come yet."),
        ({"on": ""}, "This field is required."),
        ({"value": "tanto"}, "This is no sum"),
        ({"company": "x" * 500}, "Field cannot be longer"),
    ],
)
def test_what_is_wrong_with_one_is_said(app: App, sign_in: Any, changed: dict[str, str], said: str) -> None:
    data = {
        "source": "phone", "on": "2026-01-05", "title": "Giunti", "name": "Bruno", "company": "Sala", "stage": "new",
        "currency": "EUR", "owner": "1",
    }  # fmt: skip
    page = sign_in().post("/leads/new", 422, form_page="/leads/new", **(data | changed)).text
    assert said in unescape(page)
    with app.database.reading() as session:
        assert session.scalars(select(Lead)).all() == []


def test_whoever_wrote_before_is_known_again(app: App, sign_in: Any, number: int) -> None:
    sign_in().post(
        "/leads/new", form_page="/leads/new", source="phone", on=date.today().isoformat(), title="Richiesta",
        email="ANNA@cliente.test", stage="new", currency="EUR", owner="1", lost_reason="",
    )  # fmt: skip
    with app.database.reading() as session:
        lead = session.scalars(select(Lead)).one()
        assert lead.contact_id == session.get_one(Conversation, number).contact_id


def test_an_external_agent_sees_only_what_is_in_those_hands(app: App, sign_in: Any, number: int) -> None:
    giulia, luca = sign_in(), sign_in("luca@agents.test")
    giulia.post(f"/conversations/{number}/lead", stage="quoted", value="8000", currency="EUR", owner="")
    lead = lead_of(app, number)
    assert "Giunto GX-40" not in plain(luca, "/leads")
    luca.get(f"/leads/{lead.id}", 404)
    luca.post(f"/leads/{lead.id}", 404, form_page="/me", stage="won")
    luca.get("/leads/new", 403)
    giulia.post(
        f"/leads/{lead.id}", form_page=f"/leads/{lead.id}", stage="quoted", currency="EUR",
        owner=number_of_user(app, "luca@agents.test"),
    )  # fmt: skip
    assert "Giunto GX-40" in plain(luca, "/leads")
    luca.get(f"/leads/{lead.id}")


@pytest.mark.parametrize("query", ["state=x", "owner=%D9%A3", "owner=99999999999999999999", "after=-5", "after=x",
                                   "source=nowhere", "q=%25_%00", "q=" + "a+" * 90])  # fmt: skip
def test_any_address_of_the_list_has_an_answer(sign_in: Any, query: str) -> None:
    assert "Leads" in sign_in().get(f"/leads?{query}")


def test_the_list_is_filtered(app: App, sign_in: Any, number: int) -> None:
    giulia = sign_in()
    yesterday = (date.today() - timedelta(days=1)).isoformat()
    giulia.post(
        f"/conversations/{number}/lead", stage="new", currency="EUR", owner="", next_step="chiamare", next_on=yesterday
    )
    other = number_of(app, "Anfrage Preis")
    giulia.post(f"/conversations/{other}/lead", stage="quoted", currency="EUR", owner="")
    for query, first, second in (
        ("", True, True), ("state=due", True, False), ("state=quotes", False, True), ("q=gx-40", True, False),
        ("q=WEBER", False, True), ("q=anna+giunto", True, False), ("state=won", False, False), ("source=mail", True, True),
        ("source=fair", False, False),
    ):  # fmt: skip
        page = plain(giulia, f"/leads?{query}")
        assert ("Giunto GX-40" in page, "Anfrage Preis" in page) == (first, second), query


def test_a_promise_is_offered_to_its_author_alone(app: App, sign_in: Any, number: int) -> None:
    giulia, marco = sign_in(), sign_in("marco@firm.test")
    giulia.post(f"/conversations/{number}/answer", text="Le mando il preventivo entro tre settimane.", mode="answer")
    assert "Le mando il preventivo entro tre settimane. A reminder on" in plain(giulia, f"/conversations/{number}")
    assert "A reminder on" not in plain(marco, f"/conversations/{number}")
    path = f"/conversations/{number}/reminders/1"
    marco.post(f"{path}/acceptance")
    assert "You will be reminded" not in plain(giulia, f"/conversations/{number}")
    giulia.post(f"{path}/acceptance")
    page = plain(giulia, f"/conversations/{number}")
    assert "You will be reminded on" in page
    assert "reminder set for" in page
    giulia.post(f"{path}/refusal")
    assert "You will be reminded on" not in plain(giulia, f"/conversations/{number}")
