"""Products: kept with who set them, found in texts by whole words however they are spelt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from inbox import products
from inbox.app import App
from inbox.events import SYSTEM
from inbox.models import Event
from inbox.products import Finder, Product, ProductError


@pytest.mark.parametrize("alias", ["X-200", "X200", "x 200", "X – 200", "x.200"])
@pytest.mark.parametrize(
    "text",
    ["la X-200", "X200?", "(x 200)", "dell'X200,", "«x‑200»", "X\n200", "DUE X 200 SUBITO"],
)
def test_blanks_and_hyphens_between_letters_and_digits_do_not_count(alias: str, text: str) -> None:
    assert Finder([Product("Pompa", (alias,))]).find(text) == ("Pompa",)


@pytest.mark.parametrize(
    ("alias", "text"),
    [
        ("X-200", "MX-200"), ("X-200", "X-2000"), ("X-200", "X-200B"), ("X-200", "X. 200 pezzi"), ("X-200", "x, 200"),
        ("200", "X200"), ("1.5", "15"), ("DN 50", "50 DN"), ("valvola", "valvolame"), ("giunto rigido", "giunto molto rigido"),
        ("X-200", ""), ("R+S 40", "r, s 40"), ("X-200", "x,200"),
    ],
)  # fmt: skip
def test_parts_of_words_and_scattered_words_are_not_found(alias: str, text: str) -> None:
    assert Finder([Product("Pompa", (alias,))]).find(text) == ()


@pytest.mark.parametrize(
    ("alias", "text"),
    [
        ("Riduttóre", "il riduttore"), ("GRÖSSE", "größe"), ("giunto  rigido", "un giunto\nrigido"), ("alpha-beta", "Alpha Beta"),
        ("1.5", "serie 1.5"), ("GX/40", "gx-40"), ("200", "la 200"), ("V1.5", "v 1.5"), ("Nova", "NOVA."),
        ("DN 1.5", "il DN 1,5"), ("R+S 40", "la R + S 40"), ("Rossi & C. 12", "rossi&c.12"),
    ],
)  # fmt: skip
def test_spellings(alias: str, text: str) -> None:
    assert Finder([Product("Pompa", (alias,))]).find(text) == ("Pompa",)


def test_all_that_are_named_are_found_in_the_order_of_the_list() -> None:
    finder = Finder([Product("Alfa"), Product("Beta", ("B-1", "B-1 plus")), Product("Gamma")])
    assert finder.find("gamma e b1", "ALFA") == ("Alfa", "Beta", "Gamma")
    assert Finder([]).find("gamma") == ()


def test_a_list_is_kept_with_who_set_it(app: App) -> None:
    wanted = products.from_data([{"name": " Pompa  X ", "aliases": ["X-200", "x200", " ", "Ü 1"]}, {"name": "Valvola"}])
    assert wanted == [Product("Pompa X", ("X-200", "Ü 1")), Product("Valvola")]
    with app.database.reading() as session:
        assert products.load(session) == []
    for _ in range(2):
        with app.database.writing() as session:
            products.save(session, wanted, SYSTEM)
    with app.database.reading() as session:
        assert products.load(session) == wanted
        (event,) = session.scalars(select(Event).where(Event.action == "products_set"))
        assert event.data["products"] == [one.as_data() for one in wanted]
        assert event.at is not None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([{"aliases": ["x200"]}], "product 1: name: needs a name"),
        ([{"name": "A1"}, {"name": "  "}], "product 2: name: needs a name"),
        ([{"name": "A1"}, {"name": "B2", "aliases": ["a 1"]}], "product 2: aliases: 'a 1' also means 'A1'"),
        ([{"name": "A1"}, {"name": "a-1"}], "product 2: name: 'a-1' also means 'A1'"),
        ([{"name": "A1", "aliases": ["?!"]}], "product 1: aliases: '?!' has fewer than two letters or digits"),
        ([{"name": "A1", "aliases": ["x"]}], "product 1: aliases: 'x' has fewer than two"),
        ([{"name": "A1", "aliases": ["DN 1,5"]}], "product 1: aliases: 'DN 1,5' has a comma or semicolon"),
        ([{"name": "A" * 101}], "product 1: name: is longer than 100 characters"),
        ([{"name": "A1", "aliases": ["b" * 101]}], "product 1: aliases: is longer than 100 characters"),
        ({}, "products: must be a list"),
        (["x"], "product 1: may hold name and aliases (got 'x')"),
        ([{"name": "A1", "price": 3}], "product 1: may hold name and aliases"),
        ([{"name": 3}], "product 1: name must be a text"),
        ([{"name": "A1", "aliases": "x"}], "product 1: name must be a text, aliases a list of texts"),
    ],
)
def test_what_is_wrong_is_told(data: object, said: str) -> None:
    with pytest.raises(ValueError, match="product") as caught:
        products.from_data(data)
    assert said in str(caught.value)


def test_a_refused_list_changes_nothing(app: App) -> None:
    with pytest.raises(ProductError), app.database.writing() as session:
        products.save(session, [Product("A1"), Product("A-1")], SYSTEM)
    with app.database.reading() as session:
        assert products.load(session) == []


@given(
    st.lists(st.builds(Product, st.text(max_size=8), st.lists(st.text(max_size=8), max_size=3).map(tuple)), max_size=4)
)
def test_what_is_accepted_comes_back_and_finds_itself(some: list[Product]) -> None:
    try:
        made = products.from_data([one.as_data() for one in some])
    except ProductError:
        return
    assert products.from_data([one.as_data() for one in made]) == made
    finder = Finder(made)
    for one in made:
        for alias in (one.name, *one.aliases):
            assert one.name in finder.find(f"({alias})")
