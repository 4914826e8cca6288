"""Who gets an answer: the customer, and those the customer wrote to besides us."""

from typing import Any

from inbox import replies
from inbox.models import Attachment, Channel, Conversation, Message, User
from tests.parts.company import CUSTOMER, mail
from tests.parts.desk import Desk


def copies(desk: Desk, conversation: Conversation) -> list[str]:
    with desk.database.reading() as session:
        return [one["address"] for one in replies.copies(session, session.get_one(Conversation, conversation.id))]


def answered(desk: Desk, conversation: Conversation, **how: Any) -> dict[str, Any]:
    """The envelope of an answer."""
    with desk.database.writing() as session:
        from inbox.models import User

        found, user = session.get_one(Conversation, conversation.id), session.get_one(User, desk.manager)
        replies.reply(session, found, user, "Ecco.", **how)
    return desk.answers()[-1].envelope


def test_whom_the_customer_wrote_to_besides_us_gets_a_copy(desk_on_both: Desk) -> None:
    desk = desk_on_both
    desk.add_channel("vendite")
    conversation = desk.ask(
        To="Info <INFO@firm.test>, Capo <Capo@cliente.test>",
        Cc=f"vendite@firm.test, giulia@firm.test, capo@cliente.test, {CUSTOMER}, no-reply@cliente.test, b@partner.test",
    )
    assert copies(desk, conversation) == ["Capo@cliente.test", "b@partner.test"]
    envelope = answered(desk, conversation, left_out=["B@partner.test"])
    assert envelope["cc"] == [{"address": "Capo@cliente.test", "name": "Capo"}]
    assert desk.all(Message)[-1].recipients["cc"] == envelope["cc"]


def test_an_address_that_is_delivered_into_a_mailbox_is_ours(desk_on_both: Desk) -> None:
    desk = desk_on_both
    with desk.database.writing() as session:
        channel = session.get_one(Channel, desk.channel)
        channel.settings = {**channel.settings, "aliases": ["Vendite@firm.test"]}
    conversation = desk.ask(To="vendite@firm.test, capo@cliente.test")
    assert copies(desk, conversation) == ["capo@cliente.test"]


def test_the_last_mail_says_who_takes_part(desk: Desk) -> None:
    conversation = desk.ask(Message_ID="<1@c.test>", Cc="capo@cliente.test")
    assert answered(desk, conversation)["cc"]
    desk.arrive(mail("Re: Giunto", "Solo tra noi.", In_Reply_To="<1@c.test>"))
    assert answered(desk, conversation)["cc"] == []


def test_who_had_a_copy_may_go_on_and_a_stranger_puts_nobody_on_the_list(desk_on_both: Desk) -> None:
    desk = desk_on_both
    conversation = desk.ask(Message_ID="<1@c.test>", Cc="capo@cliente.test")
    assert desk.arrive(mail("Re", "Io", sender="capo@cliente.test", In_Reply_To="<1@c.test>")).id == conversation.id
    forged = mail("Re", "Ciao", sender="x@evil.test", In_Reply_To="<1@c.test>", Cc="y@evil.test")
    assert desk.arrive(forged).id != conversation.id
    assert copies(desk, conversation) == []
    assert answered(desk, conversation)["to"][0]["address"] == "capo@cliente.test"


def test_a_mail_without_others_has_no_copies(desk: Desk) -> None:
    envelope = answered(desk, desk.ask())
    assert envelope["cc"] == []
    assert "cc" not in desk.all(Message)[-1].recipients


def test_files_go_out_with_the_answer(desk_on_both: Desk) -> None:
    desk = desk_on_both
    asked = desk.ask()
    (name,) = desk.app.blobs.put([b"%PDF-1"])
    with desk.database.writing() as session:
        found, user = session.get_one(Conversation, asked.id), session.get_one(User, desk.manager)
        files = [
            Attachment(filename=f"{number}.pdf", content_type="application/pdf", size=6, sha256=name)
            for number in range(2)
        ]
        message = replies.reply(session, found, user, "In allegato.", files=files)
    desk.deliver()
    (sent,) = [one for one in desk.wire.sent if one.to[0].address == CUSTOMER]
    assert [(one.filename, one.content) for one in sent.attachments] == [("0.pdf", b"%PDF-1"), ("1.pdf", b"%PDF-1")]
    with desk.database.reading() as session:
        assert len(session.get_one(Message, message.id).attachments) == 2
