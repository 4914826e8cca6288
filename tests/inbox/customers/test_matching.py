"""Which firm a line means, and what it changes there."""

from typing import Any

from inbox import contacts
from inbox.db import write_out
from inbox.models import Company, Contact, Event
from tests.inbox.customers.conftest import carry_out, firms, tied
from tests.parts.desk import Desk
from tests.parts.erp import VATS, lines

IT = [f"IT{one}" for one in VATS]


def told(desk: Desk, content: bytes) -> list[tuple[int, str, bool]]:
    with desk.database.writing() as session:
        _, problems = carry_out(session, content)
    return [(one.line, one.code, one.refused) for one in problems]


def known(desk: Desk, **values: Any) -> int:
    with desk.database.writing() as session:
        session.add(row := Company(**{"name": "", **values}))
        session.flush()
        return row.id


def now(desk: Desk) -> list[tuple[object, ...]]:
    with desk.database.reading() as session:
        return firms(session)


def test_a_firm_that_only_wrote_gets_its_name_and_keeps_its_contacts(desk_on_both: Desk) -> None:
    desk, file = desk_on_both, lines("name;vat;email;province", ["Cliente Srl", VATS[0], "info@cliente.test", "VI"])
    desk.ask(sender="anna@cliente.test")
    assert told(desk, file) == []
    assert now(desk) == [("Cliente Srl", IT[0], "", "cliente.test", "VI", "it", None)]
    with desk.database.reading() as session:
        assert tied(session) == {"anna@cliente.test": "Cliente Srl"}
    assert told(desk, file) == []
    events = [one.data for one in desk.all(Event, Event.action == "customers_imported")]
    assert [(one["new"], one["changed"], one["unchanged"]) for one in events] == [(0, 1, 0), (0, 0, 1)]


def test_vat_number_comes_before_number_before_domain_before_address(desk: Desk) -> None:
    known(desk, name="By VAT", vat=VATS[0], domain="a.test")
    known(desk, name="By number", code="7")
    known(desk, name="By domain", domain="b.test")
    with desk.database.writing() as session:
        one = contacts.for_address(session, "mail", "me@gmail.com")
        one.company = Company(name="By address", domain=None)
    heads = "vat;code;domain;email;name"
    rows = [
        [f"IT {VATS[0]}", "", "", "", "One"], ["", "7", "", "", "Two"], ["", "", "b.test", "", "Three"],
        ["", "", "", "ME@gmail.com", "Four"],
    ]  # fmt: skip
    assert told(desk, lines(heads, *rows)) == []
    assert [one[0] for one in now(desk)] == ["One", "Two", "Three", "Four"]


def test_what_contradicts_itself_is_left_out_alone(desk: Desk) -> None:
    known(desk, name="A", vat=IT[0])
    known(desk, name="B", code="7")
    content = lines(
        "vat;code;name",
        [VATS[0], "7", "C"],
        [VATS[1], "8", "D"],
        [VATS[2], "8", "E"],
        ["", "", "F"],
        [VATS[1], "9", "G"],
    )
    assert told(desk, content) == [
        (2, "two_firms", True), (4, "has_another", True), (5, "keyless", True), (6, "has_another", True),
    ]  # fmt: skip
    assert [one[:3] for one in now(desk)] == [("A", IT[0], ""), ("B", "", "7"), ("D", IT[1], "8")]


def test_a_number_that_the_file_no_longer_names_is_replaced(desk: Desk) -> None:
    known(desk, name="A", vat=IT[0], code="7", owner_id=desk.manager)
    assert told(desk, lines("vat;code;name", [VATS[0], "8", ""])) == []
    assert told(desk, lines("vat;code", [VATS[1], "8"])) == []
    assert now(desk) == [("A", IT[1], "8", None, "", "", desk.manager)]


def test_several_lines_of_a_firm_are_one_firm(desk: Desk) -> None:
    rows = [
        [VATS[0], "Rossi", "a@rossi.test"],
        [f"IT{VATS[0]}", "Rossi Srl", "b@rossi.it.test"],
        [VATS[0], "", "c@gmail.com"],
    ]
    assert told(desk, lines("vat;name;mail", *rows)) == []
    assert now(desk) == [("Rossi Srl", IT[0], "", "rossi.test", "", "", None)]
    with desk.database.reading() as session:
        assert tied(session) == {"b@rossi.it.test": "Rossi Srl", "c@gmail.com": "Rossi Srl"}


def test_what_several_firms_share_is_given_to_none(desk: Desk) -> None:
    rows = [[VATS[0], "studio@conti.test", "group.test"], [VATS[1], "studio@conti.test", "www.group.test"]]
    shared = [(line, "shared", False) for line in (2, 2, 3, 3)]
    assert told(desk, lines("vat;pec;domain", *rows)) == shared
    assert [one[3] for one in now(desk)] == [None, None]
    assert desk.all(Contact) == []


def test_a_sister_with_a_vat_number_of_its_own_is_another_firm(desk: Desk) -> None:
    known(desk, name="Rossi SpA", vat=IT[0], domain="rossi.test")
    rows = [[VATS[1], "Rossi Service", "info@rossi.test", "rossi.test"]]
    assert told(desk, lines("vat;name;email;domain", *rows)) == [(2, "elsewhere", False)]
    assert [one[0] for one in now(desk)] == ["Rossi SpA", "Rossi Service"]
    with desk.database.reading() as session:
        assert tied(session) == {"info@rossi.test": "Rossi Service"}


def test_our_own_addresses_are_no_customers(desk: Desk) -> None:
    assert told(desk, lines("code;email;sito", ["1", "giulia@firm.test", "firm.test"])) == [
        (2, "ours", False), (2, "ours", False),
    ]  # fmt: skip


def test_a_firm_known_by_number_takes_over_what_only_wrote(desk_on_both: Desk) -> None:
    desk = desk_on_both
    known(desk, name="Rossi", vat=IT[0])
    with desk.database.writing() as session:
        contacts.for_address(session, "mail", "anna@rossi.test")
        write_out(session)
    assert told(desk, lines("vat;email", [VATS[0], "info@rossi.test"])) == []
    assert now(desk) == [("Rossi", IT[0], "", "rossi.test", "", "", None)]
    with desk.database.reading() as session:
        assert tied(session) == {"anna@rossi.test": "Rossi"}
