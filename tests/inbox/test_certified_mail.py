"""Certified mail (PEC) the whole way: what a receipt, a failure or an answer does to conversation and clock."""

from datetime import timedelta

import time_machine
from sqlalchemy import select

from inbox.models import Conversation, Delivery, Event, Intake, Message, now
from inbox.models.delivery import FAILED, SENT, UNCERTAIN
from tests.connectors.mail.letters import letter
from tests.parts import pec
from tests.parts.desk import Desk

CUSTOMER, THEIRS, OUTER = "ditta@pec.example", "<domanda@pec.example>", "<opec-domanda@gestore.pec.example>"


def question(text: str = "Buongiorno, diffidiamo.", **headers: str) -> bytes:
    inside = letter(text, **({"From": f"Ditta <{CUSTOMER}>", "Message_ID": THEIRS, "Subject": "Diffida"} | headers))
    return pec.transport(inside, identifier=headers.get("Envelope", OUTER), original=headers.get("Message_ID", THEIRS))


def answered(desk: Desk) -> tuple[Conversation, Delivery]:
    """A certified question, taken in and answered."""
    conversation = desk.arrive(question(), at=now() - timedelta(minutes=5))
    desk.answer(conversation)
    desk.deliver()
    (delivery,) = desk.answers()
    return desk.fresh(conversation), delivery


def told(desk: Desk) -> list[tuple[str, str]]:
    """The receipts that are kept, with whom they are about."""
    events = desk.all(Event, Event.action.in_(("answer_accepted", "answer_taken_over", "answer_delivered")))
    return [(one.action.removeprefix("answer_"), one.data["recipient"]) for one in events]


def shape(desk: Desk, conversation: Conversation) -> tuple[object, ...]:
    """All that a receipt must leave alone."""
    found = desk.fresh(conversation)
    clock = [(one.opened_at, one.closed_at, one.outcome, one.flagged) for one in desk.exchanges(conversation)]
    return found.status, found.messages_count, found.last_at, found.snippet, found.waiting_since, clock


def test_a_certified_mail_is_the_one_inside_and_says_so(desk_on_both: Desk) -> None:
    conversation = desk_on_both.arrive(question())
    (message,) = desk_on_both.all(Message)
    assert (conversation.certified, conversation.subject, message.from_address) == (True, "Diffida", CUSTOMER)
    assert (message.external_id, message.alias) == (THEIRS, OUTER)
    assert len(desk_on_both.exchanges(conversation)) == 1


def test_receipts_are_kept_with_the_answer_and_move_nothing(desk_on_both: Desk) -> None:
    desk = desk_on_both
    conversation, delivery = answered(desk)
    before = shape(desk, conversation)
    at = now().replace(microsecond=0)
    desk.receive(
        pec.receipt("accettazione", original=delivery.external_id, at=pec.zoned(at), number=1),
        pec.receipt("avvenuta-consegna", original=delivery.external_id, to=[CUSTOMER], number=2),
    )
    desk.take_in()
    desk.route()
    assert told(desk) == [("accepted", ""), ("delivered", CUSTOMER)]
    assert shape(desk, conversation) == before
    assert desk.outcomes() == ["message", "status", "status"]
    (first, *_) = desk.all(Event, Event.action == "answer_accepted")
    assert (first.at, first.message_id) == (at, delivery.message_id)
    assert desk.app.blobs.get(desk.fresh(desk.all(Intake)[1]).sha256).startswith(b"From: posta-certificata")


def test_a_receipt_that_comes_twice_is_kept_once(desk_on_both: Desk) -> None:
    desk = desk_on_both
    _, delivery = answered(desk)
    for number in (1, 2):
        desk.receive(pec.receipt("accettazione", original=delivery.external_id, number=number))
    desk.receive(pec.receipt("avvenuta-consegna", original=delivery.external_id, to=["altro@pec.example"]))
    desk.take_in()
    assert told(desk) == [("accepted", ""), ("delivered", "altro@pec.example")]
    assert desk.outcomes() == ["message", "status", "repeat", "status"]


def test_a_receipt_is_never_later_than_it_came(desk: Desk) -> None:
    """A provider's clock that runs ahead does not bring the future into a report."""
    _, delivery = answered(desk)
    ahead = pec.zoned(now() + timedelta(days=3))
    came = now() - timedelta(seconds=1)
    desk.receive(pec.receipt("accettazione", original=delivery.external_id, at=ahead), at=came)
    desk.take_in()
    (event,) = desk.all(Event, Event.action == "answer_accepted")
    assert event.at == came


def test_an_acceptance_settles_a_doubt(desk_on_both: Desk) -> None:
    desk = desk_on_both
    conversation, delivery = answered(desk)
    with desk.database.writing() as session:
        session.get_one(Delivery, delivery.id).state = UNCERTAIN
    desk.receive(pec.receipt("accettazione", original=delivery.external_id))
    desk.take_in()
    assert desk.fresh(delivery).state == SENT
    assert [one.outcome for one in desk.exchanges(conversation)] == ["answered"]


def test_a_receipt_counts_only_in_the_mailbox_that_sent(desk: Desk) -> None:
    """Anybody can write one; only the mailbox's own provider delivers there."""
    _, delivery = answered(desk)
    other = desk.add_channel("altra")
    desk.receive(pec.receipt("avvenuta-consegna", original=delivery.external_id), channel=other)
    desk.take_in()
    assert told(desk) == []
    item = desk.all(Intake)[-1]
    assert (item.outcome, item.reason) == ("status", "it was sent by another mailbox")


def test_a_failure_fails_the_answer_and_the_clock_runs_again(desk_on_both: Desk) -> None:
    desk = desk_on_both
    conversation, delivery = answered(desk)
    desk.arrive(
        pec.receipt(
            "errore-consegna", original=delivery.external_id, error="no-dest", explanation="5.1.1 - sconosciuto"
        )
    )
    failed = desk.fresh(delivery)
    assert (failed.state, failed.error) == (FAILED, "5.1.1 - sconosciuto")
    (exchange,) = desk.exchanges(conversation)
    assert (exchange.closed_at, exchange.outcome) == (None, "")
    assert len(desk.all(Conversation)) == 1
    assert desk.all(Message)[-1].bounce == {
        "status": "5.1.1", "hard": True, "reason": "5.1.1 - sconosciuto", "recipient": "cliente@pec.example",
        "original_id": delivery.external_id, "final": True,
    }  # fmt: skip


def test_an_advance_notice_is_shown_and_fails_nothing(desk_on_both: Desk) -> None:
    desk = desk_on_both
    conversation, delivery = answered(desk)
    desk.arrive(pec.receipt("preavviso-errore-consegna", original=delivery.external_id, error="altro"))
    assert desk.fresh(delivery).state == SENT
    assert [one.outcome for one in desk.exchanges(conversation)] == ["answered"]
    assert desk.fresh(conversation).messages_count == 3


def written_elsewhere(desk: Desk) -> Conversation:
    """A certified question, answered in the mailbox's own program, which answers the envelope."""
    conversation = desk.arrive(question(), at=now() - timedelta(minutes=5))
    ours = letter(
        "Rispondiamo.", From="info@firm.test", To=CUSTOMER, Message_ID="<altrove@firm.test>", In_Reply_To=OUTER
    )
    desk.receive(ours, folder="sent")
    desk.take_in()
    return desk.fresh(conversation)


def test_an_answer_to_the_envelope_is_one_to_the_mail(desk_on_both: Desk) -> None:
    conversation = written_elsewhere(desk_on_both)
    assert [one.outcome for one in desk_on_both.exchanges(conversation)] == ["answered"]
    assert conversation.messages_count == 2


def test_receipts_of_an_answer_written_elsewhere_are_kept_with_it(desk_on_both: Desk) -> None:
    desk = desk_on_both
    conversation = written_elsewhere(desk)
    before = shape(desk, conversation)
    desk.receive(pec.receipt("accettazione", original="<altrove@firm.test>"))
    desk.receive(pec.receipt("avvenuta-consegna", original="<altrove@firm.test>", to=[CUSTOMER]))
    desk.take_in()
    assert told(desk) == [("accepted", ""), ("delivered", CUSTOMER)]
    assert shape(desk, conversation) == before


def test_an_answer_written_elsewhere_that_failed_is_none(desk_on_both: Desk) -> None:
    desk = desk_on_both
    conversation = written_elsewhere(desk)
    desk.arrive(pec.receipt("errore-consegna", original="<altrove@firm.test>", error="no-dest"))
    assert len(desk.all(Conversation)) == 1
    assert [one.closed_at for one in desk.exchanges(conversation)] == [None]
    assert desk.fresh(conversation).waiting_since is not None


def test_a_receipt_may_come_before_the_copy_in_the_sent_folder(desk_on_both: Desk) -> None:
    desk = desk_on_both
    desk.arrive(question(), at=now() - timedelta(minutes=5))
    desk.receive(pec.receipt("accettazione", original="<altrove@firm.test>"))
    desk.take_in()
    assert desk.outcomes() == ["message", "new"]
    ours = letter("Sì.", From="info@firm.test", To=CUSTOMER, Message_ID="<altrove@firm.test>", In_Reply_To=THEIRS)
    desk.receive(ours, folder="sent")
    desk.take_in()
    with time_machine.travel(now() + timedelta(seconds=30)):
        desk.take_in()
    assert told(desk) == [("accepted", "")]


def test_a_receipt_of_something_unknown_is_kept_with_a_reason(desk_on_both: Desk) -> None:
    desk = desk_on_both
    desk.receive(pec.receipt("avvenuta-consegna", original="<mai@firm.test>"))
    desk.take_in()
    with time_machine.travel(now() + timedelta(minutes=3)):
        desk.take_in()
    (item,) = desk.all(Intake)
    assert (item.state, item.outcome) == ("done", "status")
    assert item.reason == "delivered: of something that is in no conversation"
    assert desk.all(Conversation) == []
    assert desk.app.blobs.get(item.sha256)


def test_the_customer_answers_the_envelope_of_our_answer(desk_on_both: Desk) -> None:
    """Their mail program knows our answer only by the id that our provider gave its envelope."""
    desk = desk_on_both
    conversation, delivery = answered(desk)
    ours = "<opec-nostra@gestore.pec.example>"
    desk.receive(pec.receipt("accettazione", original=delivery.external_id, identifier=ours))
    desk.take_in()
    desk.arrive(question("Grazie, allora", Message_ID="<seconda@pec.example>", In_Reply_To=ours, Envelope="<o2@x>"))
    assert desk.fresh(conversation).messages_count == 3
    assert len(desk.all(Conversation)) == 1


def test_an_answer_leaves_by_the_mailbox_the_certified_mail_came_to(desk_on_both: Desk) -> None:
    """Also where it names a conversation that runs by another mailbox: that one stays as it is."""
    desk = desk_on_both
    certified = desk.add_channel("pec")
    earlier = desk.arrive(letter("Prima", From=f"Ditta <{CUSTOMER}>", Message_ID="<prima@pec.example>"))
    conversation = desk.arrive(question(In_Reply_To="<prima@pec.example>"), channel=certified)
    assert (conversation.channel_id, conversation.certified) == (certified, True)
    assert (conversation.related_id, conversation.related_why) == (earlier.id, "other_channel")
    assert not desk.fresh(earlier).certified
    desk.answer(conversation)
    (delivery,) = desk.answers()
    assert (delivery.channel_id, delivery.recipient) == (certified, CUSTOMER)
    assert delivery.envelope["in_reply_to"] == THEIRS


def test_nothing_answers_a_certified_mail_by_itself(desk: Desk) -> None:
    desk.arrive(question())
    desk.deliver()
    assert desk.answers() == []
    assert [one for one in desk.wire.sent if any(to.address == CUSTOMER for to in one.to)] == []


def test_an_anomaly_is_a_conversation_like_any_other(desk: Desk) -> None:
    inside = letter("Da Gmail", From="anna@cliente.example", Message_ID="<anna@cliente.example>")
    conversation = desk.arrive(pec.transport(inside, kind="errore", sender="anna@cliente.example"))
    (message,) = desk.all(Message)
    assert (conversation.certified, message.facts) == (False, {"pec_anomaly": "yes"})
    assert len(desk.exchanges(conversation)) == 1


def test_the_interchange_systems_mails_are_administration(desk: Desk) -> None:
    sdi = "sdi12@pec.fatturapa.it"
    inside = letter("Ricevuta di consegna del certificato tecnico", From=sdi, Subject="Invio File 118, il disegno")
    conversation = desk.arrive(pec.transport(inside, sender=sdi))
    assert conversation.kind == "administration"
    assert desk.one(select(Event).where(Event.action == "routed"))
