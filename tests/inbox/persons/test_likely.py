"""The same person on several channels: suggested with a reason, brought together, separated again, in any order."""

import threading
from typing import Any

import pytest
from sqlalchemy import func, select

from inbox import access, likeness, phones, replies, stated
from inbox.models import Company, Contact, Conversation, Identity, Message, Trait, User
from inbox.persons import likely
from inbox.persons.merges import GONE, SAME, CannotMerge
from inbox.persons.merges import of as merges_of
from inbox.social.kinds import WHATSAPP
from tests.parts.company import mail
from tests.parts.crossing import TOLERANCE, Crossing
from tests.parts.whatsapp import ANNA

FORM = {"name": "Anna Bianchi", "email": "anna.b@gmail.com", "phone": "333 123 4567", "message": TOLERANCE}


def test_the_same_telephone(crossing: Crossing) -> None:
    """Typed in a form without a country, a WhatsApp id, in a signature: one number."""
    talk = crossing.desk.writes("Buongiorno, il giunto GX-40?")
    form = crossing.form.arrive(**FORM)
    signed = crossing.desk.ask(
        f"Buongiorno.\n\n-- \nA. Bianchi\nTel. +39 {ANNA[2:]}", sender="ab@altra.test", name="A. B."
    )
    numbers = {crossing.contact(one) for one in (talk, form, signed)}
    assert len(numbers) == 3
    for one in (talk, form, signed):
        found = crossing.alike(one)
        assert {number for number, _ in found} == numbers - {crossing.contact(one)}
        assert {why for _, why in found} == {("phone",)}


def test_the_same_mail_address(crossing: Crossing) -> None:
    """Typed in the chat before or after writing by it: the visitor and the mail's sender."""
    anna = crossing.chat.visitor()
    talk = crossing.chat.write(anna, TOLERANCE, answers={"name": "Anna", "email": "Anna.Bianchi@cliente.test"})
    assert crossing.alike(talk) == []
    letter = crossing.desk.ask()
    assert crossing.alike(talk) == [(crossing.contact(letter), ("mail",))]
    assert crossing.alike(letter) == [(crossing.contact(talk), ("mail",))]


def test_an_address_that_is_left_later_counts(crossing: Crossing) -> None:
    anna, letter = crossing.chat.visitor(), crossing.desk.ask()
    talk = crossing.chat.write(anna)
    assert anna.ask("POST", "email", json={"email": "anna.bianchi@cliente.test"}).status_code < 300
    assert crossing.alike(letter) == [(crossing.contact(talk), ("mail",))]


def test_what_the_site_signs_is_said_so(crossing: Crossing) -> None:
    """The site vouches for the address, and thereby for who the visitor of before is."""
    anna, letter = crossing.chat.visitor(), crossing.desk.ask()
    before = crossing.chat.write(anna, "Ancora senza nome")
    talk = crossing.signed(anna, email="anna.bianchi@cliente.test")
    by_mail, nameless, user = map(crossing.contact, (letter, before, talk))
    assert crossing.alike(talk) == [(by_mail, ("signed",)), (nameless, ("signed",))]
    assert crossing.alike(letter) == [(user, ("signed",))]
    assert crossing.alike(before) == [(user, ("signed",))]


def test_the_same_name_and_firm(crossing: Crossing) -> None:
    letter = crossing.desk.ask(sender="a.bianchi@meccanica-rossi.test", name="Ing. Anna Bianchì")
    form = crossing.form.arrive(**{**FORM, "name": "Bianchi Anna", "phone": "", "company": "Meccanica Rossi S.r.l."})
    other = crossing.form.arrive(
        **{**FORM, "name": "Anna Bianchi", "email": "x@libero.it", "company": "Altra S.p.A.", "phone": ""}
    )
    assert crossing.alike(letter) == [(crossing.contact(form), ("name",))]
    assert crossing.alike(form) == [(crossing.contact(letter), ("name",))]
    assert crossing.alike(other) == []


def test_a_company_that_gets_its_name_later_counts(crossing: Crossing) -> None:
    letter = crossing.desk.ask(sender="anna@abc.test", name="Anna Bianchi")
    form = crossing.form.arrive(**{**FORM, "phone": "", "company": "Officine Venete"})
    assert crossing.alike(letter) == []
    with crossing.database.writing() as session:
        contact = session.get_one(Contact, crossing.contact(letter))
        assert contact.company is not None
        contact.company.name = "Officine Venete s.a.s."
    assert crossing.alike(letter) == [(crossing.contact(form), ("name",))]


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("info@cliente.test", ""),
        ("info@cliente.test", "Ufficio Acquisti"),
        ("giulia@firm.test", "Giulia Verdi"),
        ("info@firm.test", "Noi"),
    ],
)
def test_offices_colleagues_and_we_are_nobody(crossing: Crossing, sender: str, name: str) -> None:
    crossing.desk.ask(sender=sender, name=name)
    anna = crossing.chat.visitor()
    talk = crossing.chat.write(anna, TOLERANCE, answers={"name": name or "Anna", "email": sender})
    assert crossing.alike(talk) == []


def test_what_many_share_is_nobodys_own(crossing: Crossing) -> None:
    talks = [crossing.form.arrive(**{**FORM, "email": f"a{number}@gmail.com", "name": "A"}) for number in range(7)]
    assert crossing.alike(talks[0]) == []


def test_a_firms_telephone_does_not_make_two_colleagues_one(crossing: Crossing) -> None:
    anna = crossing.form.arrive(**{**FORM, "email": "anna@cliente.test"})
    crossing.form.arrive(**{**FORM, "email": "mario@cliente.test", "name": "Mario Verdi"})
    assert crossing.alike(anna) == []


def test_our_own_number_says_nothing(crossing: Crossing) -> None:
    one = crossing.form.arrive(**{**FORM, "phone": "0421 000000"})
    crossing.form.arrive(**{**FORM, "phone": "+39 0421 000000", "email": "x@libero.it", "name": "X Y"})
    assert crossing.alike(one) == []


def test_somebody_else_is_not_suggested_again(crossing: Crossing) -> None:
    talk, form = crossing.desk.writes("Buongiorno"), crossing.form.arrive(**FORM)
    with crossing.database.writing() as session:
        pair = crossing.contact(talk), crossing.contact(form)
        assert likely.set_apart(session, *pair, crossing.desk.manager)
        assert not likely.set_apart(session, *reversed(pair), crossing.desk.manager)
    assert crossing.alike(talk) == crossing.alike(form) == []


def everything(crossing: Crossing) -> dict[str, list[tuple[Any, ...]]]:
    """Whose is what, as the database has it."""
    with crossing.database.reading() as session:
        rows = {
            "conversations": select(Conversation.id, Conversation.contact_id),
            "identities": select(Identity.id, Identity.contact_id, Identity.address),
            "traits": select(Trait.id, Trait.contact_id, Trait.value),
            "contacts": select(
                Contact.id, Contact.name, Contact.phone, Contact.company_id, Contact.owner_id, Contact.content,
                Contact.merged_into_id,
            ),
        }  # fmt: skip
        return {name: sorted(map(tuple, session.execute(query)), key=repr) for name, query in rows.items()}


def three(crossing: Crossing) -> tuple[Conversation, Conversation, Conversation]:
    """A mail, a talk by WhatsApp and a form of persons who know different things of themselves."""
    letter, talk, form = crossing.desk.ask(), crossing.desk.writes("Buongiorno"), crossing.form.arrive(**FORM)
    with crossing.database.writing() as session:
        session.get_one(Contact, crossing.contact(talk)).phone = "+39 333 1234567"
        session.get_one(Contact, crossing.contact(talk)).content = "minimal"
        session.get_one(Contact, crossing.contact(form)).owner_id = crossing.desk.manager
    return letter, talk, form


def test_a_merge_moves_all_and_its_undoing_all_back(crossing: Crossing) -> None:
    letter, talk, _ = three(crossing)
    before = everything(crossing)
    old = crossing.contact(talk)
    number = crossing.merge(letter, talk)
    with crossing.database.reading() as session:
        kept = session.get_one(Contact, crossing.contact(letter))
        assert {one.kind for one in kept.identities} == {"mail", WHATSAPP}
        assert (kept.phone, kept.content, kept.name) == ("+39 333 1234567", "minimal", "Anna Bianchi")
        assert session.scalar(select(func.count()).where(Conversation.contact_id == old)) == 0
        assert session.get_one(Contact, old).merged_into_id == kept.id
    assert crossing.contact(talk) == crossing.contact(letter)
    crossing.undo(number, letter)
    assert everything(crossing) == before


@pytest.mark.parametrize("order", ["first then second", "second then first"])
def test_a_chain_is_undone_in_any_order(crossing: Crossing, order: str) -> None:
    """A into B into C; a row always goes back to whom it was taken from."""
    letter, talk, form = three(crossing)
    before = everything(crossing)
    first = crossing.merge(talk, form)
    second = crossing.merge(letter, talk)
    assert {crossing.contact(one) for one in (talk, form)} == {crossing.contact(letter)}
    with crossing.database.reading() as session:
        kept = session.get_one(Contact, crossing.contact(letter))
        assert [one.id for one in merges_of(session, kept)] == [second, first]
        assert kept.owner_id == crossing.desk.manager
    if order.startswith("first"):
        crossing.undo(first, letter)
        assert crossing.contact(talk) == crossing.contact(letter) != crossing.contact(form)
        crossing.undo(second, letter)
    else:
        crossing.undo(second, letter)
        assert crossing.contact(talk) == crossing.contact(form) != crossing.contact(letter)
        crossing.undo(first, talk)
    assert everything(crossing) == before


def test_who_was_separated_and_merged_elsewhere_stays_there(crossing: Crossing) -> None:
    """A into B into C, A out, A into C by itself: undoing B into C takes A nowhere."""
    letter, talk, form = three(crossing)
    first, second = crossing.merge(talk, form), crossing.merge(letter, talk)
    crossing.undo(first, letter)
    crossing.merge(letter, form)
    crossing.undo(second, letter)
    assert crossing.contact(form) == crossing.contact(letter) != crossing.contact(talk)


def test_what_came_since_goes_with_its_address(crossing: Crossing) -> None:
    letter, talk, _ = three(crossing)
    number = crossing.merge(letter, talk)
    by_mail = crossing.desk.arrive(mail("Altro", "Un'altra domanda"))
    crossing.desk.do(lambda session, row: setattr(row, "status", "spam"), talk)
    with crossing.database.writing() as session:
        session.get_one(Conversation, talk.id).thread_key = "old"
    by_phone = crossing.desk.writes("Ancora io", ANNA)
    assert by_phone.id != talk.id
    assert {crossing.contact(one) for one in (by_mail, by_phone)} == {crossing.contact(letter)}
    crossing.undo(number, letter)
    assert crossing.contact(by_mail) == crossing.contact(letter)
    assert crossing.contact(by_phone) == crossing.contact(talk) != crossing.contact(letter)


def test_what_was_changed_since_stays(crossing: Crossing) -> None:
    letter, talk, _ = three(crossing)
    number = crossing.merge(letter, talk)
    with crossing.database.writing() as session:
        session.get_one(Contact, crossing.contact(letter)).phone = "+39 0444 111111"
    crossing.undo(number, letter)
    assert crossing.desk.all(Contact, Contact.id == crossing.contact(letter))[0].phone == "+39 0444 111111"
    assert crossing.desk.all(Contact, Contact.id == crossing.contact(talk))[0].phone == "+39 333 1234567"


def test_what_cannot_be_is_refused(crossing: Crossing) -> None:
    letter, talk, form = three(crossing)
    number = crossing.merge(letter, talk)
    with pytest.raises(CannotMerge) as same:
        crossing.merge(letter, talk)
    assert same.value.code == SAME
    old = crossing.merges()[0].merged_id
    with crossing.database.writing() as session:
        # An old page still shows the contact that is no more.
        session.get_one(Conversation, talk.id).contact_id = old
    for pair in ((form, talk), (talk, form)):
        with pytest.raises(CannotMerge) as gone:
            crossing.merge(*pair)
        assert gone.value.code == GONE
    crossing.undo(number, letter)
    with pytest.raises(CannotMerge) as twice:
        crossing.undo(number, letter)
    assert twice.value.code == GONE


def test_of_two_who_merge_at_once_one_is_refused(crossing: Crossing) -> None:
    letter, talk, form = three(crossing)
    said: list[str] = []
    gate = threading.Barrier(2)

    def press(kept: Conversation, merged: Conversation) -> None:
        gate.wait(10)
        try:
            crossing.merge(kept, merged)
            said.append("done")
        except CannotMerge as error:
            said.append(error.code)

    both = [threading.Thread(target=press, args=pair) for pair in ((letter, talk), (form, talk))]
    for one in both:
        one.start()
    for one in both:
        one.join(20)
    assert sorted(said) in (["done", GONE], ["done", "done"])
    assert len(crossing.merges()) == said.count("done")


def test_an_answer_leaves_by_the_address_the_question_came_from(crossing: Crossing) -> None:
    """One contact, three talks: each is answered where it came from, and each new word finds its own talk."""
    anna = crossing.chat.visitor()
    letter, talk = crossing.desk.ask(Message_ID="<q1@cliente.test>"), crossing.desk.writes("Buongiorno")
    chat = crossing.chat.write(anna)
    crossing.merge(letter, talk)
    crossing.merge(letter, chat)
    assert crossing.way(letter) == ("mail", "anna.bianchi@cliente.test")
    assert crossing.way(talk) == (WHATSAPP, ANNA)
    assert crossing.way(chat) == ("sitechat", crossing.chat.visit(anna).address)
    assert crossing.desk.writes("Ancora").id == talk.id
    assert crossing.chat.write(anna, "Ancora").id == chat.id
    again = crossing.desk.arrive(mail("Re: Giunto", "Ancora", In_Reply_To="<q1@cliente.test>"))
    assert again.id == letter.id
    with crossing.database.reading() as session:
        rows = [session.get_one(Conversation, one.id) for one in (letter, talk, chat)]
        assert [replies.recipient(session, row)["address"] for row in rows] == [
            "anna.bianchi@cliente.test", ANNA, crossing.chat.visit(anna).address,
        ]  # fmt: skip


def test_an_external_agent_has_only_own_contacts(crossing: Crossing) -> None:
    letter, talk, _ = three(crossing)
    agent = crossing.desk.add_user("luca@agents.test", "external")
    with crossing.database.writing() as session:
        session.get_one(Conversation, letter.id).user_id = agent
    with crossing.database.reading() as session:
        luca, giulia = session.get_one(User, agent), session.get_one(User, crossing.desk.manager)
        assert likely.theirs(session, luca, crossing.contact(letter))
        assert not likely.theirs(session, luca, crossing.contact(talk))
        assert likely.theirs(session, giulia, crossing.contact(talk))
        assert access.may(luca, access.CHANGE, session.get_one(Conversation, letter.id))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dott.ssa Anna Bianchì", "BIANCHI Anna"),
        ("Anna  Maria Rossi", "rossi, anna maria"),
        ("Groß Jürgen", "Jurgen GROSS"),
    ],
)
def test_names_are_compared_without_titles_accents_and_order(one: str, other: str) -> None:
    assert likeness.name(one) == likeness.name(other) != ""


@pytest.mark.parametrize(
    "name", ["", "Anna", "info", "Ufficio Acquisti", "Servizio Clienti", "a@b.it c", "A 1", "Visitor 7"]
)
def test_what_is_no_persons_name(name: str) -> None:
    assert likeness.name(name) == ""


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Rossi S.r.l.", "rossi"), ("ROSSI SRL", "rossi"), ("Rossi & C. s.n.c.", "rossi"), ("rossi.it", "rossi"),
        ("mail.giunti-rossi.co.uk", "giuntirossi"), ("Müller GmbH & Co. KG", "muller"), ("", ""), ("AB", ""), ("S.r.l.", ""),
    ],
)  # fmt: skip
def test_firms_are_compared_without_their_legal_form(name: str, key: str) -> None:
    assert likeness.firm(name) == key


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("333 123 4567", "+393331234567"), ("+39 0444-12 34 56", "+390444123456"), ("0039 0444 123456", "+390444123456"),
        ("0049 711 123456", "+49711123456"), ("12345", ""), ("chiamatemi", ""), ("", ""), ("9" * 400, ""),
    ],
)  # fmt: skip
def test_one_number_for_all_ways_of_writing_it(text: str, number: str) -> None:
    assert phones.e164(text) == number


def test_what_a_form_states() -> None:
    facts = {
        "field.e-mail": "Anna@X.test", "field.il tuo telefono": "333 1234567", "field.azienda": "Rossi Srl",
        "field.messaggio": "333 9999999", "signature.phone": "0444 123456", "field.mail": "no address",
    }  # fmt: skip
    assert stated.traits(facts) == {
        ("mail", "anna@x.test"), ("phone", "+393331234567"), ("phone", "+390444123456"), ("firm", "rossi"),
    }  # fmt: skip


def test_an_import_keeps_the_keys_of_names(crossing: Crossing) -> None:
    with crossing.database.writing() as session:
        session.add(Company(name="Officine Venete S.p.A.", domain=None))
        session.add(Contact(name="Anna Bianchi", phone="0444 123456"))
    assert crossing.desk.all(Company, Company.name_key == "officinevenete")
    (contact,) = crossing.desk.all(Contact, Contact.phone_key == "+390444123456")
    assert contact.name_key == "anna bianchi"
    assert crossing.desk.all(Message) == []
