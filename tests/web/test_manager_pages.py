"""People, rules, channels, figures, and what protects every page."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from inbox.app import App
from inbox.models import Channel, Delivery, User
from tests.web.conftest import PASSWORD, Visitor


@pytest.mark.parametrize("path", ["/people", "/people/1", "/rules", "/rules/technical", "/channels"])
def test_a_colleague_may_not_open_a_managers_page(sign_in: Any, path: str) -> None:
    assert "Your role does not include this page" in sign_in("marco@firm.test").get(path, 403)


def test_every_answer_carries_the_policy(sign_in: Any, visitor: Visitor) -> None:
    for client, path in ((visitor.client, "/login"), (sign_in().client, "/"), (visitor.client, "/nothing")):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'; script-src 'self'")
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert sign_in().client.get("/").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/conversations/1/answer", "/conversations/1/closure", "/people", "/rules/new", "/me", "/logout"]
)
def test_a_form_without_its_token_is_refused(app: App, sign_in: Any, path: str) -> None:
    giulia = sign_in()
    assert "Nothing was changed" in giulia.client.post(path, data={"text": "x"}, headers={"Accept-Language": "en"}).text
    giulia.get("/")
    with app.database.reading() as session:
        assert session.scalars(select(Delivery).where(Delivery.purpose == "answer")).all() == []


def test_an_unknown_page_teaches_the_way_back(sign_in: Any) -> None:
    page = sign_in().get("/nothing", 404)
    assert "This page does not exist" in page
    assert 'href="/"' in page
    sign_in().get("/people/999", 404)


def test_somebody_is_invited_and_enters(app: App, sign_in: Any, visitor: Visitor) -> None:
    giulia = sign_in()
    fields = {"name": "Paolo", "role": "colleague", "language": "it", "teams": "rd"}
    refused = giulia.post("/people", 422, "/people", email="no address", **fields).text
    assert "This is not a mail address." in refused
    page = giulia.post("/people", 200, "/people", email="paolo@firm.test", **fields).text
    link = re.search(r"/invitation/[\w-]+", page)
    assert link
    visitor.post(link[0], 302, link[0], name="Paolo Greco", password=PASSWORD)
    with app.database.reading() as session:
        paolo = session.scalars(select(User).where(User.email == "paolo@firm.test")).one()
        assert [team.slug for team in paolo.teams] == ["rd"]


def test_the_last_manager_stays(sign_in: Any) -> None:
    giulia = sign_in()
    giulia.post("/people/1/disabling")
    assert "The last manager cannot be switched off." in giulia.get("/people")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"fact": "", "values": "preventivo", "team": "sales"}, "Please choose what is looked at for: preventivo."),
        ({"fact": "subject", "values": "", "team": "sales"}, "Please write at least one word or value."),
        ({"fact": "", "values": "", "team": "sales"}, "Please say when the rule fits"),
        ({"fact": "subject", "values": "preventivo", "team": ""}, "Please say what is to be done."),
    ],
)
def test_a_rule_says_what_is_missing(sign_in: Any, data: dict[str, str], said: str) -> None:
    row = {"all-fact": data["fact"], "all-operator": "has_any", "all-values": data["values"]}
    typed = {"name": "Preventivi", "enabled": "1", "team": data["team"], **row}
    page = sign_in().post("/rules/new", 422, "/rules/new", **typed).text
    assert said in page
    assert 'value="Preventivi"' in page


def test_a_rule_is_written_moved_and_removed(sign_in: Any) -> None:
    giulia = sign_in()
    row = {"all-fact": "subject", "all-operator": "has_any", "all-values": "valvola, valvole"}
    giulia.post("/rules/new", 302, "/rules/new", **{"name": "Valvole", "team": "rd", "enabled": "1", **row})
    assert _names(giulia)[-2] == "Valvole"
    giulia.post("/rules/valvole/up")
    assert _names(giulia)[-3] == "Valvole"
    giulia.post("/rules/valvole/removal")
    assert "Valvole" not in _names(giulia)


def test_the_report_speaks_the_readers_language(app: App, sign_in: Any) -> None:
    with app.database.writing() as session:
        session.scalars(select(User).where(User.email == "giulia@firm.test")).one().language = "it"
    page = sign_in().get("/report?from=2026-03-01&to=2026-03-31")
    assert "Dal 1 marzo 2026 al 31 marzo 2026" in page
    assert "Nessuna richiesta in questi giorni" in page
    assert "Il primo giorno viene dopo" in sign_in().get("/report?from=2026-03-31&to=2026-03-01", 422)


def test_a_channel_that_does_not_work_says_why(app: App, sign_in: Any) -> None:
    with app.database.writing() as session:
        session.scalars(select(Channel)).one().error = "login refused"
    assert "login refused" in sign_in().get("/channels")


def _names(visitor: Visitor) -> list[str]:
    return re.findall(r'href="/rules/(?!new|cases|versions|products)[^"]*">([^<]+)</a>', visitor.get("/rules"))
