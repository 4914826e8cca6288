"""Which conversation a message joins: by the ids it names, and only for those who take part."""

from datetime import timedelta

import pytest

from inbox import conversations, replies
from inbox.events import SYSTEM
from inbox.models import Channel, Conversation, Message, now
from inbox.threads import MAX_CANDIDATES, MAX_REFERENCES
from tests.parts.company import mail
from tests.parts.desk import Desk

FIRST = "<first@cliente.test>"
REPLY = {"In_Reply_To": FIRST, "References": FIRST}


def question(desk: Desk, **more: str) -> Conversation:
    return desk.ask("Qual è la tolleranza?", Message_ID=FIRST, **more)


@pytest.mark.parametrize(("days", "joins"), [(0, True), (13, True), (15, False), (400, False)])
def test_a_closed_conversation_reopens_for_fourteen_days(desk_on_both: Desk, days: int, joins: bool) -> None:
    desk = desk_on_both
    old = question(desk, at=now() - timedelta(days=days + 1))
    desk.do(conversations.close, old, SYSTEM, at=now() - timedelta(days=days))
    found = desk.arrive(mail("Re: Giunto", "Ancora una domanda", **REPLY))
    assert (found.id == old.id) == joins
    assert (found.status, found.closed_at) == ("open", None)
    assert found.waiting_since is not None
    if not joins:
        assert (found.related_id, found.related_why) == (old.id, "closed_long_ago")
        assert desk.fresh(old).status == "closed"


def test_a_stranger_who_names_an_id_begins_a_conversation_of_his_own(desk_on_both: Desk) -> None:
    old = question(desk_on_both)
    found = desk_on_both.arrive(mail("Re: Giunto", "Fammi entrare", sender="x@altrove.test", name="X", **REPLY))
    assert found.id != old.id
    assert (found.related_id, found.related_why) == (old.id, "other_sender")


def test_who_was_openly_written_to_takes_part(desk_on_both: Desk) -> None:
    old = question(desk_on_both, Cc="Collega <Collega@Cliente.test>")
    found = desk_on_both.arrive(mail("Re: Giunto", "Aggiungo io", sender="collega@cliente.test", name="C", **REPLY))
    assert found.id == old.id


def test_the_nearest_known_id_counts(desk: Desk) -> None:
    old = question(desk)
    other = desk.ask("Altro", subject="Altro", Message_ID="<other@cliente.test>")
    references = f"{FIRST} <unknown@cliente.test> <other@cliente.test>"
    assert desk.arrive(mail("Re: Altro", "x", References=references)).id == other.id
    assert desk.arrive(mail("Re: Giunto", "x", References=references, In_Reply_To=FIRST)).id == old.id


def test_references_without_end_are_cut_at_the_far_end(desk_on_both: Desk) -> None:
    desk = desk_on_both
    old = question(desk)
    chain = [f"<{number}.{'x' * 40}@cliente.test>" for number in range(5_000)]
    near = desk.arrive(mail("Re: Giunto", "x", References=" ".join([*chain, FIRST])))
    assert near.id == old.id
    far = desk.arrive(mail("Re: Giunto", "x", References=" ".join([FIRST, *chain[:MAX_REFERENCES]])))
    assert far.id != old.id


ODD = ["", "<>", "<", "no-brackets", "<a b@c>", "<ì@è.test>", "<" + "x" * 20_000 + "@y.test>", "<a\0b@c.test>"]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_ids_are_taken(desk_on_both: Desk, odd: str) -> None:
    """Two mails that carry the same odd id are two questions, and an answer that names it is taken too."""
    desk = desk_on_both
    old, again = (desk.arrive(with_header(mail(f"N. {number}", "x"), "Message-ID", odd)) for number in (1, 2))
    assert again.id != old.id
    assert all(len(row.external_id) <= 500 for row in desk.all(Message))
    assert desk.arrive(with_header(mail("Re: N. 1", "y"), "In-Reply-To", odd)).waiting_since is not None
    assert desk.outcomes() == ["message"] * 3


def with_header(raw: bytes, name: str, value: str) -> bytes:
    """The mail with a header as it is, which the standard library would refuse to write."""
    lines = [line for line in raw.split(b"\n") if not line.lower().startswith(name.lower().encode() + b":")]
    return b"\n".join([f"{name}: {value}".encode(), *lines])


def test_an_id_used_again_and_again_leads_to_the_newest(desk: Desk) -> None:
    for number in range(MAX_CANDIDATES + 3):
        last = desk.ask(f"Domanda {number}", subject=f"N. {number}", Message_ID=FIRST)
    assert desk.arrive(mail("Re: Giunto", "x", **REPLY)).id == last.id


def marked(desk: Desk, where: str) -> Conversation:
    """A question that was answered by a mailbox whose answers carry a token."""
    with desk.database.writing() as session:
        session.get_one(Channel, desk.channel).thread_mark = where
    old = question(desk)
    desk.answer(old)
    desk.deliver()
    return desk.fresh(old)


def test_the_token_in_the_subject_leads_back_where_a_program_drops_the_ids(desk_on_both: Desk) -> None:
    old = marked(desk_on_both, "subject")
    subject = desk_on_both.wire.sent[-1].subject
    assert subject == f"Re: Giunto [#{old.token}]"
    assert desk_on_both.arrive(mail(f"RE: {subject.upper()}", "Grazie, e il prezzo?")).id == old.id
    desk_on_both.answer(old)
    desk_on_both.deliver()
    assert desk_on_both.wire.sent[-1].subject == subject


def test_the_token_in_the_address_leads_back_and_gets_no_copy(desk_on_both: Desk) -> None:
    old = marked(desk_on_both, "address")
    sent = desk_on_both.wire.sent[-1]
    assert (sent.subject, sent.headers["Reply-To"]) == ("Re: Giunto", f"info+{old.token}@firm.test")
    found = desk_on_both.arrive(mail("Giunto, di nuovo", "E il prezzo?", To=f"Info <INFO+{old.token}@firm.test>"))
    assert found.id == old.id
    with desk_on_both.database.reading() as session:
        assert replies.copies(session, session.get_one(Conversation, old.id)) == []


def test_a_strangers_token_opens_nothing(desk_on_both: Desk) -> None:
    old = marked(desk_on_both, "subject")
    found = desk_on_both.arrive(mail(f"x [#{old.token}]", "Fammi entrare", sender="x@altrove.test", name="X"))
    assert found.id != old.id
    assert (found.related_id, found.related_why) == (old.id, "other_sender")
    assert desk_on_both.arrive(mail("x [#aaaaaaaaaa]", "y")).related_id is None


def test_ids_come_before_tokens(desk: Desk) -> None:
    old = marked(desk, "subject")
    other = desk.ask("Altro", subject="Altro", Message_ID="<other@cliente.test>")
    assert desk.arrive(mail(f"Re: [#{old.token}]", "x", In_Reply_To="<other@cliente.test>")).id == other.id


def test_unmarked_mailboxes_send_no_token(desk: Desk) -> None:
    old = marked(desk, "")
    assert desk.wire.sent[-1].subject == "Re: Giunto"
    assert (old.token, dict(desk.wire.sent[-1].headers)) == ("", {})
