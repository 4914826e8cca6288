"""A batch of raw items, stored together: each ends as it would alone, whatever the others do."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from inbox import intake, queue, taking
from inbox.models import Contact, Conversation, Exchange, Identity, Intake, Job, Message, now
from tests.parts.company import CUSTOMER, mail
from tests.parts.desk import Desk

FIRST, SECOND, OURS = "<first@cliente.test>", "<second@cliente.test>", "<ours@firm.test>"
OTHER = "klaus.weber@kunde.test"


def subjects(desk: Desk) -> list[str]:
    return [row.subject for row in desk.all(Message)]


def test_an_answer_in_the_batch_of_its_question_joins_it(desk_on_both: Desk) -> None:
    desk = desk_on_both
    desk.receive(mail("Giunto", "Uno", Message_ID=FIRST), mail("Re: Giunto", "Due", In_Reply_To=FIRST))
    desk.take_in()
    (conversation,) = desk.all(Conversation)
    assert (conversation.messages_count, conversation.snippet) == (2, "Due")
    assert len(desk.exchanges(conversation)) == 1


def test_a_stranger_in_the_same_batch_gets_a_conversation_of_their_own(desk_on_both: Desk) -> None:
    desk = desk_on_both
    desk.receive(
        mail("Giunto", "Uno", Message_ID=FIRST),
        mail("Re: Giunto", "Due", sender=OTHER, name="Klaus Weber", In_Reply_To=FIRST),
    )
    desk.take_in()
    first, second = desk.all(Conversation)
    assert (second.related_id, second.related_why) == (first.id, "other_sender")


def test_one_who_was_written_to_in_the_same_batch_joins(desk_on_both: Desk) -> None:
    desk = desk_on_both
    desk.receive(
        mail("Giunto", "Uno", Message_ID=FIRST, Cc=OTHER),
        mail("Re: Giunto", "Due", sender=OTHER, name="Klaus Weber", In_Reply_To=FIRST),
    )
    desk.take_in()
    assert [row.messages_count for row in desk.all(Conversation)] == [2]


def test_mails_that_have_neither_id_nor_date_are_one_only_if_all_their_bytes_are(desk_on_both: Desk) -> None:
    """A device that writes "alarm" twice means it twice; a folder read once more gives the same bytes."""
    desk = desk_on_both
    plain = b"From: cliente@c.test\r\nSubject: Allarme\r\n\r\nTemperatura alta\r\n"
    desk.receive(b"Received: by mx with id 1\r\n" + plain, b"Received: by mx with id 2\r\n" + plain)
    desk.take_in()
    desk.receive(b"Received: by mx with id 1\r\n" + plain)
    desk.take_in()
    assert desk.outcomes() == ["message", "message", "repeat"]


def test_the_same_mail_twice_in_a_batch_is_one_message(desk_on_both: Desk) -> None:
    desk = desk_on_both
    raw = mail("Giunto", "Uno")
    assert desk.receive(raw, raw) == 2
    desk.take_in()
    assert desk.outcomes() == ["message", "repeat"]
    first, second = desk.all(Intake)
    assert first.message_id == second.message_id == desk.all(Message)[0].id


def test_two_mails_of_a_new_sender_make_one_contact(desk_on_both: Desk) -> None:
    desk = desk_on_both
    desk.receive(mail("A", "Uno"), mail("B", "Due", sender=CUSTOMER.upper()), mail("C", "Tre", sender="x@cliente.test"))
    desk.take_in()
    assert [row.address for row in desk.all(Identity)] == [CUSTOMER, "x@cliente.test"]
    first, second = desk.all(Contact)
    assert first.company_id == second.company_id is not None


def test_what_one_item_breaks_the_others_do_not_feel(desk_on_both: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The batch fails as a whole, then each is done alone; the bad one is tried again and held in the end."""
    desk = desk_on_both
    break_on("Guasto", monkeypatch)
    desk.receive(mail("Uno", "1"), mail("Guasto", "2"), mail("Tre", "3"))
    desk.take_in()
    assert subjects(desk) == ["Uno", "Tre"]
    assert desk.outcomes() == ["message", "new", "message"]
    for hours in range(1, intake.POISONOUS_ATTEMPTS):
        with time_machine.travel(now() + timedelta(hours=hours)):
            desk.take_in()
    held = desk.all(Intake)[1]
    assert (held.state, held.reason) == ("held", "RuntimeError: this one cannot be stored")
    assert desk.all(Job, Job.kind == "take_in") == []
    monkeypatch.undo()
    with desk.database.writing() as session:
        intake.retry_held(session, session.get_one(Intake, held.id))
    desk.take_in()
    assert sorted(subjects(desk)) == ["Guasto", "Tre", "Uno"]


def break_on(subject: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Storing a message with this subject fails after part of it was done."""
    real = taking.message

    def message(batch: taking.Batch, item: Intake, read: Any) -> taking.Taken:
        taken = real(batch, item, read)
        if read.subject == subject:
            raise RuntimeError("this one cannot be stored")
        return taken

    monkeypatch.setattr(taking, "message", message)


def test_an_answer_written_elsewhere_waits_for_its_question(desk_on_both: Desk) -> None:
    """The Sent folder was fetched first: the others of the batch go on, the answer comes later."""
    desk = desk_on_both
    ours = mail(
        "Re: Giunto", "H7", sender="info@firm.test", name="Noi", Message_ID=OURS, In_Reply_To=FIRST, To=CUSTOMER
    )
    desk.receive(ours, folder="sent")
    desk.receive(mail("Altro", "Uno", sender=OTHER, name="Klaus Weber"))
    desk.take_in()
    assert subjects(desk) == ["Altro"]
    desk.receive(mail("Giunto", "Tolleranza?", Message_ID=FIRST), at=now() - timedelta(minutes=5))
    desk.take_in()
    with time_machine.travel(now() + timedelta(seconds=60)):
        desk.take_in()
    assert subjects(desk) == ["Altro", "Giunto", "Re: Giunto"]
    conversation = desk.one(select(Conversation).where(Conversation.subject == "Giunto"))
    assert [row.outcome for row in desk.exchanges(conversation)] == ["answered"]


def test_a_lost_lease_keeps_nothing_of_the_batch(desk_on_both: Desk) -> None:
    desk = desk_on_both
    desk.receive(mail("Uno", "1"), mail("Due", "2"))
    jobs = desk.claim("take_in")
    readings = intake.read_all(desk.database, desk.app.blobs, desk.reader, jobs)
    with time_machine.travel(now() + timedelta(seconds=60)):
        again = desk.claim("take_in")
        assert len(again) == 2
        intake.store_all(desk.database, desk.app.blobs, jobs, readings)
        assert subjects(desk) == []
        intake.store_all(desk.database, desk.app.blobs, again, renamed(readings, jobs, again))
    assert subjects(desk) == ["Uno", "Due"]


def renamed(
    readings: dict[int, intake.Readings], old: Sequence[queue.Claim], new: Sequence[queue.Claim]
) -> dict[int, intake.Readings]:
    """The readings under the new claims' numbers (they are the same jobs)."""
    return {after.id: readings[before.id] for before, after in zip(old, new, strict=True)}


def test_a_large_batch_is_read_ahead_in_order(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one run of reading and storing, cut by count and by bytes: order and threads are as if one by one."""
    monkeypatch.setattr(intake, "BATCH", 3)
    monkeypatch.setattr(intake, "BATCH_BYTES", 2_000)
    letters = [mail("Giunto", "0", Message_ID="<0@cliente.test>")]
    for number in range(1, 10):
        size = 3_000 if number % 4 == 0 else 10
        before = f"<{number - 1}@cliente.test>"
        letters.append(mail("Re: Giunto", "x" * size, Message_ID=f"<{number}@cliente.test>", In_Reply_To=before))
    desk.receive(*letters)
    desk.take_in()
    (conversation,) = desk.all(Conversation)
    assert conversation.messages_count == 10
    assert [row.external_id for row in desk.all(Message)] == [f"<{number}@cliente.test>" for number in range(10)]
    assert [row.first for row in desk.all(Exchange)] == [True]


def test_a_note_moves_nothing_and_a_bounce_hides_no_words(desk: Desk) -> None:
    from inbox import conversations

    conversation = desk.ask("Tolleranza?")
    desk.do(conversations.add_note, conversation, "Per noi", at=now() + timedelta(hours=1))
    after = desk.fresh(conversation)
    assert (after.last_at, after.snippet) == (conversation.last_at, "Tolleranza?")
