"""Customers on the page: a file is looked at, imported, and what was left out downloaded; the list, and owners."""

import io
import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from inbox.app import App
from inbox.customers import importing
from inbox.models import Company, Event, User
from tests.parts.erp import ITALIAN, VATS, lines
from tests.web.conftest import Visitor

PAGE = "/customers/import"


def choose(visitor: Visitor, content: bytes, status: int = 302, name: str = "clienti.csv") -> str:
    return str(visitor.post(PAGE, status, PAGE, file=(io.BytesIO(content), name)).text)


def work(app: App) -> None:
    app.worker().drain((importing.KIND,))


def plain(visitor: Visitor, path: str = PAGE) -> str:
    return " ".join(unescape(visitor.get(path)).split())


def companies(app: App) -> list[Company]:
    with app.database.reading() as session:
        return list(session.scalars(select(Company).where(Company.vat != "").order_by(Company.id)))


def shown_hash(visitor: Visitor) -> str:
    found = re.search(r'name="file" value="(\w+)"', visitor.get(PAGE))
    return found[1] if found else ""


def test_a_file_is_looked_at_and_imported(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    assert 'href="/customers"' in giulia.get("/people")
    assert "No customers yet" in giulia.get("/customers")
    bad = f";Cattiva;{VATS[0][:-1]}0;;;;;;\r\n".encode()
    choose(giulia, ITALIAN + bad)
    assert "The file is being looked at." in giulia.get(PAGE)
    assert 'data-live="/customers/import"' in giulia.get(PAGE)
    work(app)
    page = plain(giulia)
    assert "clienti.csv · 4 lines. Nothing is written yet." in page
    assert "<dt>new</dt><dd>2</dd>" in page
    assert "<dt>changed</dt><dd>1</dd>" in page  # who wrote already
    assert "<del>kunde.test</del> Weber GmbH" in page
    assert "<dt>lines left out</dt><dd>1</dd>" in page
    assert "This is not a VAT number, its check digits are wrong: 00000010240." in page
    assert "Not used, because they mean nothing here: Indirizzo" in page
    assert "<small>Reference person</small> Marco Neri" in page
    assert companies(app) == []
    report = giulia.client.get(f"{PAGE}/report")
    assert report.headers["Content-Disposition"] == 'attachment; filename="left out.csv"'
    assert "7;no;" in report.get_data().decode("utf-8-sig")
    giulia.post(f"{PAGE}/start", form_page=PAGE, file=shown_hash(giulia))
    assert "The customers are being imported." in giulia.get(PAGE)
    work(app)
    assert "The customers are imported." in giulia.get(PAGE)
    assert [(one.name, one.province, one.country) for one in companies(app)] == [
        ("Weber GmbH", "", "de"), ('Officine "Perù" S.r.l.', "VI", "it"), ("Società Caffè S.p.A.", "TO", "it"),
    ]  # fmt: skip
    with app.database.reading() as session:
        event = session.scalars(select(Event).where(Event.action == "customers_imported")).one()
        assert (event.data["new"], event.data["refused"], event.actor) == (2, 1, "user")
    giulia.post(f"{PAGE}/removal", form_page=PAGE)
    choose(giulia, ITALIAN)
    work(app)
    assert "This file changes nothing." in giulia.get(PAGE)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04rest", "This is a workbook."), (b"a;b\n1;2\n", "No headings were found"),
        (b'vat;name\n"1;2\n', "A quotation mark opens in line 2 and never closes."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_is_told_beside_its_field(app: App, sign_in: Any, content: bytes, said: str) -> None:
    giulia = sign_in()
    choose(giulia, content)
    work(app)
    page = plain(giulia)
    assert f'<p class="error" id="file-error">{said}' in page
    assert 'aria-invalid="true"' in page


def test_without_a_file_or_with_one_too_large_nothing_begins(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    assert "Please choose a file." in giulia.post(PAGE, 422, PAGE).text
    assert "The file is empty." in choose(giulia, b"", 422)
    assert "larger than 20 MB" in choose(giulia, b"x" * 20_000_001, 422)
    assert importing.State() == _state(app)


def test_a_file_that_was_swept_meanwhile_is_asked_for_again(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    choose(giulia, ITALIAN)
    work(app)
    sha256 = shown_hash(giulia)
    (app.settings.data / "blobs" / sha256[:2] / sha256).unlink()
    giulia.post(f"{PAGE}/start", form_page=PAGE, file=sha256)
    work(app)
    assert "The file is no longer here. Please choose it once more." in giulia.get(PAGE)
    assert companies(app) == []


def test_only_the_file_that_was_looked_at_is_imported(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    choose(giulia, ITALIAN)
    work(app)
    giulia.post(f"{PAGE}/start", form_page=PAGE, file="0" * 64)
    assert "please choose the file once more" in giulia.get(PAGE)
    choose(giulia, lines("vat;name", [VATS[3], "Later"]))
    giulia.post(f"{PAGE}/start", form_page=PAGE, file="0" * 64)
    work(app)
    work(app)
    assert companies(app) == []


def test_the_list_is_searched_turned_and_given_owners(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    with app.database.writing() as session:
        session.add_all(Company(name=f"Ditta <{number:03}>", code=str(number), domain=None) for number in range(60))
        session.add(Company(name="100% Rossi", vat=f"IT{VATS[0]}", domain="rossi.test"))
        session.add(Company(name="blank.test", domain="blank.test"))
        marco = session.scalars(select(User.id).where(User.name == "Marco Neri")).one()
    page = giulia.get("/customers")
    assert "61 customers" in page
    assert page.count('<tr id="customer-') == 50
    assert "blank.test" not in page
    assert "Ditta &lt;000&gt;" in page
    following = re.search(r'href="(/customers\?after=\d+)"', page)
    assert following
    more = giulia.get(following[1])
    assert more.count('<tr id="customer-') == 11
    assert not set(re.findall(r'<tr id="(customer-\d+)"', page)) & set(re.findall(r'<tr id="(customer-\d+)"', more))
    for search in ("100%", VATS[0], "ROSSI.test", "it 000 0001 0249"):
        assert giulia.get(f"/customers?q={search.replace('%', '%25')}").count('<tr id="customer-') == 1
    assert "No customer has this name" in giulia.get("/customers?q=_")
    (rossi,) = companies(app)
    giulia.post(f"/customers/{rossi.id}/owner", owner=str(marco))
    assert f'<option value="{marco}" selected>Marco Neri</option>' in giulia.get("/customers?q=rossi")
    giulia.post(f"/customers/{rossi.id}/owner", owner="999")
    assert "please choose once more" in giulia.get("/customers")
    assert companies(app)[0].owner_id == marco


def test_the_companys_colleague_stands_on_the_conversation(app: App, sign_in: Any) -> None:
    with app.database.writing() as session:
        company = session.scalars(select(Company).where(Company.domain == "cliente.test")).one()
        company.owner_id = session.scalars(select(User.id).where(User.name == "Marco Neri")).one()
    page = plain(sign_in(), "/conversations/1")
    assert "looked after by Marco Neri" in page
    assert '<option value="">the company\'s: Marco Neri</option>' in page


@pytest.mark.parametrize("path", ["/customers", PAGE, f"{PAGE}/report"])
def test_only_managers_see_it(sign_in: Any, path: str) -> None:
    assert "Your role does not include this page" in sign_in("marco@firm.test").get(path, 403)
    assert sign_in("marco@firm.test").client.get("/customers/1/owner").status_code == 405


def _state(app: App) -> importing.State:
    with app.database.reading() as session:
        giulia = session.scalars(select(User.id).where(User.email == "giulia@firm.test")).one()
        return importing.state(session, giulia)
