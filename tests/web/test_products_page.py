"""The page of products: rows are added, changed and removed by plain forms, mistakes are told beside their field."""

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from inbox import products
from inbox.app import App
from inbox.events import SYSTEM
from inbox.models import Event, User
from inbox.products import Product
from tests.web.conftest import Visitor


def save(visitor: Visitor, rows: list[tuple[str, str]], status: int = 302, **more: Any) -> str:
    names, aliases = ([row[at] for row in rows] for at in (0, 1))
    return str(visitor.post("/products", status, "/products", name=names, aliases=aliases, **more).text)


def kept(app: App) -> list[Product]:
    with app.database.reading() as session:
        return products.load(session)


def fields(page: str) -> list[tuple[str, str]]:
    names = re.findall(r'<input name="name" id="name-\d+" value="([^"]*)"', page)
    aliases = re.findall(r'<textarea name="aliases"[^>]*>([^<]*)</textarea>', page)
    return [(unescape(name), unescape(one)) for name, one in zip(names, aliases, strict=True)]


def test_products_are_written_changed_and_removed(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    assert 'href="/products"' in giulia.get("/rules")
    assert fields(giulia.get("/products")) == [("", "")] * 3
    save(giulia, [("Pompa X-200", "X200, pompa grande;\nX 201"), ("Giunto", ""), ("", "")])
    assert kept(app) == [Product("Pompa X-200", ("X200", "pompa grande", "X 201")), Product("Giunto")]
    page = giulia.get("/products")
    assert fields(page)[:2] == [("Pompa X-200", "X200, pompa grande, X 201"), ("Giunto", "")]
    assert "Saved." in page
    save(giulia, [("Pompa X-200", ""), ("Giunto cardanico", "")], removal="0")
    assert kept(app) == [Product("Giunto cardanico")]
    save(giulia, [("", "")])
    assert kept(app) == []
    with app.database.reading() as session:
        events = session.scalars(select(Event).where(Event.action == "products_set").order_by(Event.id)).all()
        giulias = session.scalars(select(User.id).where(User.email == "giulia@firm.test")).one()
    assert [(one.user_id, len(one.data["products"])) for one in events] == [(giulias, 2), (giulias, 1), (giulias, 0)]


def test_more_rows_keep_what_is_typed_and_save_nothing(app: App, sign_in: Any) -> None:
    page = save(sign_in(), [("", ""), ("Pompa <1>", "P-1"), ("", "x")], 200, more="1")
    assert fields(page) == [("Pompa <1>", "P-1"), ("", "x"), *[("", "")] * 10]
    assert kept(app) == []


@pytest.mark.parametrize(
    ("rows", "field", "said"),
    [
        ([("A1", ""), ("", "b2")], "name-1", "Please give the product a name."),
        ([("A1", ""), ("B2", "c3, a-1")], "aliases-1", "a-1 also means A1."),
        ([("A1", ""), ("a 1", "")], "name-1", "a 1 also means A1."),
        ([("A1", "x")], "aliases-0", "This is too short to be found: x"),
        ([("A1", "b" * 101)], "aliases-0", "At most 100 characters each, and 50 names."),
    ],
)
def test_a_mistake_is_told_beside_its_field(
    app: App, sign_in: Any, rows: list[tuple[str, str]], field: str, said: str
) -> None:
    page = save(sign_in(), rows, 422)
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true" aria-describedby="{field}-error"', page)
    assert f'<p class="error" id="{field}-error">{said}</p>' in unescape(page)
    assert f'<a href="#{field}">' in page
    assert fields(page)[: len(rows)] == [(name, aliases) for name, aliases in rows]
    assert kept(app) == []


def test_all_mistakes_are_told_at_once(sign_in: Any) -> None:
    page = save(sign_in(), [("", "b2"), ("C3", "b 2"), ("D", "")], 422)
    assert page.count('class="error"') == 3


def test_only_who_may_change_rules_sees_it(sign_in: Any) -> None:
    assert "Your role does not include this page" in sign_in("marco@firm.test").get("/products", 403)


def test_a_list_that_a_file_brought_is_shown(app: App, sign_in: Any) -> None:
    with app.database.writing() as session:
        products.save(session, products.from_data([{"name": 'Pompa "X"', "aliases": ["X-1", "ü & co"]}]), SYSTEM)
    assert fields(sign_in().get("/products"))[0] == ('Pompa "X"', "X-1, ü & co")
