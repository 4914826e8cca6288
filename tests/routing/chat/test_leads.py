"""Where a lead stands, and what it is worth, from a card."""

import pytest

from inbox.models import ChatCard, Lead, Message
from tests.routing.chat.conftest import MARCO, Office


def lead(office: Office) -> Lead:
    (found,) = office.desk.all(Lead)
    return found


def test_won_with_its_value(office: Office) -> None:
    office.presses(MARCO, "Lead")
    assert office.presses(MARCO, "Won") == ("Done.", False)
    asked, shown = office.newest(MARCO)
    assert "write the value here" in shown.text
    office.says(MARCO, "12.400", answers=asked)
    assert (lead(office).stage, lead(office).value_cents, lead(office).owner_id) == ("won", 1_240_000, office.marco)
    assert "Kept: €12,400" in office.newest(MARCO)[1].text
    assert office.desk.answers() == [], "nothing of it reaches the customer"
    assert [one.text for one in office.desk.all(Message, Message.direction == "outbound")] == []


def test_a_quote_until_a_day(office: Office) -> None:
    office.presses(MARCO, "Lead")
    office.presses(MARCO, "Quoted")
    asked = office.newest(MARCO)[0]
    office.says(MARCO, "tanto", answers=asked)
    assert "This is no sum" in office.newest(MARCO)[1].text
    office.says(MARCO, "8.000 entro il 15 dicembre", answers=asked)
    found = lead(office)
    assert (found.stage, found.value_cents) == ("quoted", 800_000)
    assert found.next_on is not None
    assert (found.next_on.month, found.next_on.day) == (12, 15)


def test_lost_and_why(office: Office) -> None:
    office.presses(MARCO, "Lead")
    office.presses(MARCO, "Lost")
    office.presses(MARCO, "the price")
    assert (lead(office).stage, lead(office).lost_reason) == ("lost", "price")
    office.presses(MARCO, "Lead")
    labels = [text for row in office.bot.shown[office.card(MARCO)].buttons for text, _ in row]
    assert "✓ Lost" in labels


@pytest.mark.parametrize("data", ["stand:", "stand:offer", "lost_by:price", "lost_by:x"])
def test_what_no_button_says(office: Office, data: str) -> None:
    card = {one.address: one.id for one in office.desk.all(ChatCard)}[str(MARCO)]
    assert office.presses_data(MARCO, f"card:{card}:{data}")[1]
    assert office.desk.all(Lead) == []
