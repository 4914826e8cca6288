"""Saved replies by "/" in the answer box of every conversation, by keys alone, in a real browser."""

from typing import Any

import pytest
from sqlalchemy import delete

from inbox.app import App
from inbox.models import Conversation, SavedReply
from tests.web.test_keyboard_in_chromium import page
from tests.web.test_pages_in_chromium import address, chromium

__all__ = ["address", "chromium", "page"]
REPLIES = (
    ("Saluto", "Buongiorno,\n\ngrazie per averci scritto."),
    ("Listino", "Il listino è sul sito."),
    ("Città", "Siamo a Schio, in via Roma."),
)


@pytest.fixture(autouse=True)
def _saved(app: App) -> None:
    with app.database.writing() as session:
        session.execute(delete(SavedReply))
        for position, (name, text) in enumerate(REPLIES):
            session.add(SavedReply(name=name, text=text, language="it", position=position))
        session.get_one(Conversation, 1).language = "it"


@pytest.fixture
def box(page: Any) -> Any:
    page.goto("/conversations/1")
    page.focus("#text")
    return page


def shown(box: Any) -> list[str]:
    return box.locator("#canned:visible [role=option] strong").all_inner_texts()


def chosen(box: Any) -> str:
    """The name of the option that the text field says is active."""
    number = box.get_attribute("#text", "aria-activedescendant")
    assert box.get_attribute(f"#{number}", "aria-selected") == "true"
    assert box.locator("[role=option][aria-selected=true]").count() == 1
    return box.inner_text(f"#{number} strong")


def test_a_slash_opens_the_list_and_words_narrow_it(box: Any) -> None:
    box.keyboard.type("/")
    assert shown(box) == ["Saluto", "Listino", "Città"]
    assert box.get_attribute("#canned", "role") == "listbox"
    assert box.inner_text("#canned-said") == "Saved replies: 3"
    box.keyboard.type("cit")
    assert shown(box) == ["Città"], "without its accent"
    box.keyboard.type(" roma")
    assert shown(box) == ["Città"], "by words of the text"
    box.keyboard.type("x")
    assert shown(box) == []
    assert box.get_attribute("#text", "aria-activedescendant") is None


@pytest.mark.parametrize("key", ["Enter", "Tab"])
def test_arrows_choose_and_a_key_inserts(box: Any, key: str) -> None:
    box.keyboard.type("Gentile cliente,")
    box.keyboard.press("Enter")
    box.keyboard.type("/")
    assert chosen(box) == "Saluto"
    box.keyboard.press("ArrowUp")
    assert chosen(box) == "Città"
    box.keyboard.press("ArrowDown")
    box.keyboard.press("ArrowDown")
    assert chosen(box) == "Listino"
    box.keyboard.press(key)
    assert box.input_value("#text") == "Gentile cliente,\nIl listino è sul sito."
    assert shown(box) == []
    assert box.evaluate("document.activeElement.id") == "text"
    box.keyboard.type(" Saluti")
    assert box.input_value("#text").endswith("sul sito. Saluti")


def test_the_arrows_lead_on_to_what_is_not_in_sight(app: App, page: Any) -> None:
    with app.database.writing() as session:
        for number in range(9):
            session.add(SavedReply(name=f"N{number}", text=f"Testo {number}", language="it", position=10 + number))
    page.goto("/conversations/1")
    page.focus("#text")
    page.keyboard.type("/")
    assert len(shown(page)) == 6
    for _ in range(7):
        page.keyboard.press("ArrowDown")
    assert chosen(page) == "N4"
    assert shown(page) == ["Città", "N0", "N1", "N2", "N3", "N4"]
    assert page.get_attribute("#canned-7", "aria-setsize") == "12"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert page.input_value("#text") == "Testo 4"


def test_escape_means_a_slash_and_stays_closed_on_this_line(box: Any) -> None:
    box.keyboard.type("/")
    box.keyboard.press("Escape")
    box.keyboard.type("s")
    assert shown(box) == []
    box.keyboard.press("Enter")
    assert box.input_value("#text") == "/s\n"
    box.keyboard.type("/l")
    assert chosen(box) == "Listino"


def test_a_slash_within_a_line_is_one(box: Any) -> None:
    box.keyboard.type("km/h")
    assert shown(box) == []
    box.keyboard.press("Tab")
    assert box.evaluate("document.activeElement.id") != "text", "the tabulator leads on as ever"


def test_the_mouse_and_the_select_do_the_same(box: Any) -> None:
    box.keyboard.type("/")
    box.click("#canned-1")
    assert box.input_value("#text") == REPLIES[1][1]
    box.select_option("select[data-fill=text]", label="Saluto")
    assert box.input_value("#text") == f"{REPLIES[1][1]}\n\n{REPLIES[0][1]}"
    assert box.evaluate("document.activeElement.id") == "text"


def test_the_list_closes_when_one_goes_elsewhere(box: Any) -> None:
    box.keyboard.type("/")
    box.click("h1 >> nth=-1")
    assert shown(box) == []
