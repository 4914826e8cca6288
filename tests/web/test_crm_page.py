"""The CRM on the pages: setting it, what is wrong in plain words, a lead's record; and the whole way, by pages alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from inbox.app import App
from inbox.models import CrmRecord
from tests.emulators.odoo import OdooEmulator
from tests.web.conftest import Visitor
from tests.web.test_leads_pages import lead_of, number_of, plain

PAGE = "/leads/crm"
STAGES = {"stage_new": "", "stage_qualified": "2", "stage_quoted": "3", "stage_won": "won", "stage_lost": "lost"}


@pytest.fixture
def odoo() -> Iterator[OdooEmulator]:
    with OdooEmulator() as running:
        yield running


def work(app: App) -> None:
    app.worker().drain(("crm", "crm_ask"))


def connect(app: App, giulia: Visitor, odoo: OdooEmulator, **changed: str) -> None:
    given = {"kind": "odoo", "url": f"{odoo.url}/", "database": "firm", "login": "", "key": odoo.key, **changed}
    giulia.post(PAGE, form_page=PAGE, **given)
    work(app)


def test_the_whole_way_from_the_settings_to_the_sale(app: App, sign_in: Any, odoo: OdooEmulator) -> None:
    giulia, number = sign_in(), number_of(app)
    connect(app, giulia, odoo)
    page = plain(giulia, PAGE)
    assert "It works: the key is accepted, and 6 stages were read." in page
    assert odoo.key not in giulia.get(PAGE)
    giulia.post(f"{PAGE}/start", form_page=PAGE)
    assert "Please choose first which stages go over." in plain(giulia, PAGE)
    giulia.post(f"{PAGE}/stages", form_page=PAGE, **{**STAGES, "stage_won": "3"})
    assert "Nothing was changed" in plain(giulia, PAGE)
    giulia.post(f"{PAGE}/stages", form_page=PAGE, **STAGES)
    giulia.post(f"{PAGE}/start", form_page=PAGE)
    lead = {"currency": "EUR", "owner": "", "lost_reason": ""}
    giulia.post(f"/conversations/{number}/lead", stage="quoted", value="8.000", **lead)
    assert "It is being handed over to Odoo." in plain(giulia, f"/conversations/{number}")
    work(app)
    (row,) = odoo.leads.values()
    assert (row["name"], row["stage_id"], row["expected_revenue"]) == ("Giunto GX-40", 3, 8000)
    shown = giulia.get(f"/conversations/{number}")
    assert f'href="{odoo.url}/mail/view?model=crm.lead&amp;res_id=' in shown
    assert "handed over to the CRM" in plain(giulia, f"/leads/{lead_of(app, number).id}")
    giulia.post(f"/conversations/{number}/lead", stage="won", value="9.000", **lead)
    work(app)
    assert (len(odoo.leads), row["probability"], row["expected_revenue"]) == (1, 100, 9000)
    assert "1 lead is in the CRM" in plain(giulia, PAGE)


def test_what_is_wrong_in_plain_words_and_tried_again(app: App, sign_in: Any, odoo: OdooEmulator) -> None:
    giulia, number = sign_in(), number_of(app)
    connect(app, giulia, odoo, key="f" * 40)
    assert "does not accept the key (any more)" in plain(giulia, PAGE)
    connect(app, giulia, odoo)
    giulia.post(f"{PAGE}/stages", form_page=PAGE, **STAGES)
    giulia.post(f"{PAGE}/start", form_page=PAGE)
    odoo.denied.add(("crm.lead", "create"))
    giulia.post(f"/conversations/{number}/lead", stage="quoted", currency="EUR", owner="", lost_reason="")
    work(app)
    lead = lead_of(app, number).id
    for path in (PAGE, f"/leads/{lead}", f"/conversations/{number}"):
        page = plain(giulia, path)
        assert "The key may not do this at 127.0.0.1" in page
        assert "You are not allowed to create" in page
    odoo.denied.clear()
    giulia.post(f"/leads/{lead}/crm", form_page=f"/leads/{lead}")
    work(app)
    assert len(odoo.leads) == 1
    odoo.leads.clear()
    giulia.post(f"/conversations/{number}/lead", stage="quoted", value="1", currency="EUR", owner="", lost_reason="")
    work(app)
    assert "The record was deleted at 127.0.0.1" in plain(giulia, f"/leads/{lead}")
    giulia.post(f"/leads/{lead}/crm", form_page=f"/leads/{lead}")
    work(app)
    assert len(odoo.leads) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"url": "http://odoo.test"}, "The address must begin with https://"), ({"key": ""}, "Please enter the key"),
        ({"kind": "salesforce"}, "Not a valid choice"),
    ],
)  # fmt: skip
def test_settings_that_will_not_do(sign_in: Any, given: dict[str, str], said: str) -> None:
    typed = {"kind": "odoo", "url": "https://firm.odoo.com", "database": "", "login": "", "key": "x", **given}
    assert said in sign_in().post(PAGE, 422, PAGE, **typed).text


def test_who_may_do_what(app: App, sign_in: Any) -> None:
    giulia, number = sign_in(), number_of(app)
    giulia.post(f"/conversations/{number}/lead", stage="quoted", currency="EUR", owner="", lost_reason="")
    lead = lead_of(app, number).id
    with app.database.writing() as session:
        session.add(CrmRecord(lead_id=lead, key="k", state="failed", code="gone", error="no"))
    for address, status in (("marco@firm.test", 403), ("luca@agents.test", 403)):
        someone = sign_in(address)
        someone.get(PAGE, status)
        someone.post(f"{PAGE}/look", status)
    sign_in("luca@agents.test").post(f"/leads/{lead}/crm", 404)
