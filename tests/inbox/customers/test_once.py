"""Whatever a file says: the second time changes nothing, what is left out is told, the rest is kept."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox import contacts
from inbox.customers import importing, reading
from inbox.db import write_out
from inbox.events import SYSTEM
from inbox.models import Company
from tests.inbox.customers.conftest import carry_out, firms, tied
from tests.parts.desk import Desk
from tests.parts.erp import VATS, lines

HEADS = "name;vat;code;domain;email;pec;province;country;owner"
CELLS = (
    st.sampled_from(["Rossi", "Bianchi", "=1+1", "", "Verdi & Co"]),
    st.sampled_from([*VATS[:3], f"IT{VATS[0]}", "", "", "123"]),
    st.sampled_from(["1", "2", "3", "", ""]),
    st.sampled_from(["a.test", "www.b.test", "gmail.com", "firm.test", "", "", "?"]),
    st.sampled_from(["x@a.test", "y@a.test", "x@b.test", "me@gmail.com", "info@firm.test", "", "", "nobody"]),
    st.sampled_from(["p@pec.it", "q@c.test", "", "", ""]),
    st.sampled_from(["VI", "Padova", "EE", "", "Atlantis"]),
    st.sampled_from(["Italia", "de", "", "", "Nowhere"]),
    st.sampled_from(["giulia", "giulia@firm.test", "", "", "Nobody"]),
)
FILES = st.lists(st.tuples(*CELLS), min_size=1, max_size=7)
WRITERS = st.lists(st.sampled_from(["x@a.test", "z@b.test", "me@gmail.com", "q@c.test", "p@pec.it"]), max_size=3)


class Undo(Exception):
    pass


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(FILES, min_size=1, max_size=2), writers=WRITERS)
def test_a_second_time_changes_nothing(desk: Desk, files: list[Any], writers: list[str]) -> None:
    try:
        with desk.database.writing() as session:
            contacts.Book(session, "mail", writers).contact("w@c.test")
            for address in writers:
                contacts.for_address(session, "mail", address)
            for rows in files:
                content = lines(HEADS, *rows)
                first, problems = carry_out(session, content)
                write_out(session)
                after, ties = firms(session), tied(session)
                again, _ = carry_out(session, content)
                write_out(session)
                assert (again.new, again.changed, again.addresses) == (0, 0, 0)
                assert (firms(session), tied(session)) == (after, ties)
                assert again.unchanged == first.new + first.changed + first.unchanged
                kept_or_told(content, problems, after, ties)
            raise Undo
    except Undo:
        pass


def kept_or_told(content: bytes, problems: Any, after: Any, ties: Any) -> None:
    told = {one.line for one in problems}
    for line, (name, vat, code, domain, email, *_) in reading.read(content).lines:
        if line not in told:
            assert not vat or f"IT{vat.removeprefix('IT')}" in [one[1] for one in after]
            assert not code or code in [one[2] for one in after]
            assert not domain or domain.removeprefix("www.") in [one[3] for one in after]
            assert not email or ties.get(email) or email.partition("@")[2] in [one[3] for one in after]
            assert not name or name in [one[0] for one in after] or (vat or code or domain or email)


def test_the_look_is_what_happens_then(desk: Desk) -> None:
    content = lines(
        HEADS, ["Rossi", VATS[0], "1", "", "x@a.test", "", "VI", "", "giulia"], ["B", "123"], ["C", VATS[1]]
    )
    sheet = reading.read(content)
    with desk.database.reading() as session:
        prepared = importing.prepare(session, sheet)
    looked = importing.told(prepared)
    assert desk.all(Company) == []
    with desk.database.writing() as session:
        assert importing.carry_out(session, prepared, SYSTEM) == looked


def test_what_changed_since_it_was_prepared_counts(desk: Desk) -> None:
    with desk.database.reading() as session:
        prepared = importing.prepare(session, reading.read(lines("name;vat;email", ["Rossi", VATS[0], "a@rossi.test"])))
    with desk.database.writing() as session:
        contacts.for_address(session, "mail", "b@rossi.test")
    with desk.database.writing() as session:
        summary, _ = importing.carry_out(session, prepared, SYSTEM)
        write_out(session)
        assert (summary.new, summary.changed) == (0, 1)
        assert tied(session) == {"b@rossi.test": "Rossi"}
