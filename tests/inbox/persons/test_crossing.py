"""What is looked up for a batch misses nothing that is found one by one, and costs no query for a single message."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from inbox.models import Company, Contact, Conversation, Event, HeldNotice, Identity, Trait, User, now
from inbox.persons import duplicates, likely, sharing
from inbox.persons.crossing import Crossings, perhaps
from inbox.persons.traits import Known
from inbox.sitechat import settings as sitechat
from inbox.social.kinds import WHATSAPP
from routing.twice import SEEN
from tests.parts.company import mail
from tests.parts.crossing import TOLERANCE, Crossing
from tests.parts.desk import Desk

NUMBERS = ("+393331234567", "+390444123456")
PLACES = tuple(f"{name}@cliente.test" for name in "abc")
MARKS = (
    *((kind, value) for kind in ("mail", "signed") for value in PLACES),
    *(("phone", value) for value in NUMBERS), ("firm", "rossi"), ("firm", "altra"), ("visit", "visit-1"),
)  # fmt: skip
IDENTITIES = (
    *(("mail", value) for value in PLACES), *((WHATSAPP, value[1:]) for value in NUMBERS), (sitechat.KIND, "visit-1"),
)  # fmt: skip
PEOPLE = st.lists(
    st.fixed_dictionaries({
        "name": st.sampled_from(("Anna Bianchi", "Bianchi, Anna", "Marco Rossi", "Ufficio Acquisti", "")),
        "phone": st.sampled_from(("", *NUMBERS)),
        "firm": st.sampled_from((None, "Rossi S.r.l.", "Rossi spa", "Altra")),
        "traits": st.sets(st.sampled_from(MARKS), max_size=4),
        "identities": st.sets(st.sampled_from(IDENTITIES), max_size=2),
    }),
    min_size=2,
    max_size=9,
)  # fmt: skip


def laid(session: Any, people: list[dict[str, Any]]) -> list[Contact]:
    """These people as contacts; an address is its first owner's."""
    firms = {name: Company(name=name) for name in ("Rossi S.r.l.", "Rossi spa", "Altra")}
    session.add_all(firms.values())
    free, made = set(IDENTITIES), []
    for one in people:
        contact = Contact(name=one["name"], phone=one["phone"], company=firms.get(one["firm"]))
        session.add(contact)
        session.flush()
        session.add_all(Trait(contact_id=contact.id, kind=kind, value=value) for kind, value in one["traits"])
        session.add_all(
            Identity(contact_id=contact.id, kind=kind, address=value) for kind, value in one["identities"] & free
        )
        free -= one["identities"]
        made.append(contact)
    session.flush()
    return made


@given(PEOPLE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_who_is_suggested_is_missed(desk_on_both: Desk, people: list[dict[str, Any]]) -> None:
    with desk_on_both.database.writing() as session:
        contacts = laid(session, people)
        found = sharing.others(session, {one.id for one in contacts})
        for one in contacts:
            assert {alike.contact.id for alike in likely.alike(session, one)} <= found[one.id]
        session.rollback()


@contextmanager
def statements(session: Any) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    yield said
    event.remove(session.get_bind(), "before_cursor_execute", note)


def test_no_query_is_made_for_a_single_message(crossing: Crossing) -> None:
    for number in range(6):
        crossing.desk.ask(f"{TOLERANCE} {number} " * 3, sender=f"x{number}@firma{number}.test", name=f"Anna {number}")
    counts = []
    for some in (1, 6):
        with crossing.database.reading() as session:
            talks = session.scalars(select(Conversation).limit(some)).all()
            with statements(session) as said:
                looked = Crossings(session, talks)
                assert [looked.of(one) for one in talks] == [[]] * some
            counts.append(len(said))
    assert counts[0] == counts[1]


def test_two_of_a_batch_that_are_one_matter_both_say_so(crossing: Crossing) -> None:
    """Neither was routed when the other came; each is looked at once all are stored."""
    desk = crossing.desk
    desk.receive(mail("Giunto", TOLERANCE, sender="x@libero.it", name="X"))
    desk.receive(mail("Altro", "Tutt'altra cosa, per favore: dove siete?", sender="y@libero.it", name="Y"))
    desk.take_in()
    form = crossing.form.arrive(message=TOLERANCE)
    desk.route()
    letter, _, _ = desk.all(Conversation)
    told = {(row.conversation_id, row.data["other"]) for row in desk.all(Event, Event.action == SEEN)}
    assert told == {(letter.id, form.id), (form.id, letter.id)}
    with crossing.database.reading() as session:
        assert perhaps(session, session.scalars(select(Conversation)).all()) == {letter.id, form.id}


def test_what_is_found_to_be_spam_meanwhile_is_told_no_more(crossing: Crossing) -> None:
    letter = crossing.desk.ask(TOLERANCE, sender="x@libero.it", name="X")
    form = crossing.form.arrive(message=TOLERANCE)
    with crossing.database.writing() as session:
        looked = Crossings(session, session.scalars(select(Conversation)).all())
        (one,) = looked.of(session.get_one(Conversation, letter.id))
        assert one.conversation.id == form.id
        one.conversation.status = "spam"
        assert looked.of(session.get_one(Conversation, letter.id)) == []
        assert duplicates.find(session, session.get_one(Conversation, letter.id)) == []


def test_what_a_batch_states_twice_is_kept_once(desk_on_both: Desk) -> None:
    """Of a new sender, and of one that is known."""
    desk = desk_on_both
    letter = mail("Giunto", "Buongiorno.\n\n-- \nAnna Bianchi\nTel. +39 0444 123456\n")
    again = mail("Piastra", "Salve.\n\n-- \nAnna Bianchi\nTel. +39 0444 123456\n")
    desk.receive(letter, again)
    desk.take_in()
    desk.receive(mail("Vite", "Salve.\n\n-- \nAnna Bianchi\nTel. 0444 123456\n"))
    desk.take_in()
    assert [(row.kind, row.value) for row in desk.all(Trait)] == [("phone", "+390444123456")]


def test_what_is_known_of_a_contact_is_looked_up_when_asked(desk_on_both: Desk) -> None:
    conversation = desk_on_both.ask()
    with desk_on_both.database.writing() as session:
        Known(session).keep(conversation.contact_id, {("phone", NUMBERS[0])})
    with desk_on_both.database.writing() as session:
        Known(session).keep(conversation.contact_id, {("phone", NUMBERS[0]), ("phone", NUMBERS[1])})
    assert {row.value for row in desk_on_both.all(Trait)} == set(NUMBERS)


def test_two_messages_of_one_conversation_in_a_batch_wait_as_one(desk_on_both: Desk) -> None:
    """The colleague's digest holds one notice, of the newer."""
    desk = desk_on_both
    with desk.database.writing() as session:
        session.get_one(User, desk.manager).digest_at = "08:30"
    desk.receive(
        mail("Giunto", "Uno", Message_ID="<1@c.test>"),
        mail("Re: Giunto", "Due", Message_ID="<2@c.test>", In_Reply_To="<1@c.test>"),
        at=now(),
    )
    desk.take_in()
    desk.route()
    (held,) = desk.all(HeldNotice)
    (conversation,) = desk.all(Conversation)
    assert held.message_id == conversation.messages_count == 2
