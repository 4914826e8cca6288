"""What becomes of an answer: the server's word, reports of failure, copies and persons' decisions, in any order."""

import itertools
import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from connectors.base import ConnectorError, Outbound, Sent
from inbox import deliveries, outcomes
from inbox.models import Conversation, Delivery, Event, Job, now
from inbox.models.delivery import FAILED, QUEUED, RETRY, SENDING, SENT, UNCERTAIN
from tests.connectors.mail.letters import letter, mail, multipart, part
from tests.parts.company import CUSTOMER
from tests.parts.desk import Desk, Wire

PERMANENT = ConnectorError("the mail server refused: 550 no", permanent=True)
TEMPORARY = ConnectorError("the mail server refused: 451 later")
_numbers = itertools.count(1)
DOUBT = ConnectorError("the mail server gave no answer after the mail", uncertain=True)


class Scene(Wire):
    """A connector in whose sending something else happens, before and after the moment of no return."""

    def __init__(self, before: Callable[[], None] = lambda: None, after: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.first, self.then = before, after

    def send(self, message: Outbound, committing: Callable[[], None]) -> Sent:
        self.first()
        committing()
        self.then()
        self.sent.append(message)
        return Sent("provider")


def asked_and_answered(desk: Desk) -> tuple[Conversation, Delivery]:
    conversation = desk.ask(at=now() - timedelta(hours=2))
    desk.deliver()  # the notifications
    desk.wire.sent.clear()
    desk.answer(conversation, at=now() - timedelta(hours=1))
    return conversation, desk.answers()[-1]


def bounce(delivery: Delivery, action: str = "failed", status: str = "5.1.1", said: str = "550 user unknown") -> bytes:
    fields = (
        f"Final-Recipient: rfc822; x@y.test\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {said}"
    )
    original = part(f"Message-ID: {delivery.external_id}\r\nSubject: Giunto\r\n\r\nciao", "message/rfc822")
    report = part(f"Reporting-MTA: dns; mx.test\r\n\r\n{fields}", "message/delivery-status")
    body = multipart("report", part("Sorry."), report, original, report_type="delivery-status")
    return mail(body, From="MAILER-DAEMON@mx.test", Subject="Undelivered Mail", Return_Path="<>",
                Message_ID=f"<{next(_numbers)}@mx.test>")  # fmt: skip


def bounced(desk: Desk, delivery: Delivery, at: datetime | None = None, **how: str) -> None:
    desk.receive(bounce(delivery, **how), at=at)
    desk.take_in()


def copied(desk: Desk, delivery: Delivery) -> None:
    """The copy in the Sent folder is read."""
    desk.receive(letter("La tolleranza", From="info@firm.test", Message_ID=delivery.external_id), folder="sent")
    desk.take_in()


def decide(desk: Desk, delivery: Delivery, verb: Callable[..., bool] = outcomes.send_again) -> bool:
    with desk.database.writing() as session:
        return verb(session, session.get_one(Delivery, delivery.id))


def expire(desk: Desk) -> None:
    """All leases run out, as if their holders were dead."""
    with desk.database.writing() as session:
        session.execute(update(Job).values(lease_until=now() - timedelta(seconds=1)))


def due(desk: Desk) -> None:
    """What waits for a later try is due."""
    with desk.database.writing() as session:
        session.execute(update(Job).values(run_at=now() - timedelta(seconds=1)))


def attempt(desk: Desk, scene: Wire) -> None:
    (job,) = desk.claim("deliver", 1)
    deliveries.deliver(desk.database, desk.app.blobs, lambda _id: scene, job)


def fail(error: Exception) -> Callable[[], None]:
    def raising() -> None:
        raise error

    return raising


def told(desk: Desk, delivery: Delivery) -> list[str]:
    """What was written down of the delivery, in order."""
    events = desk.all(Event, Event.message_id == delivery.message_id)
    return [one.action.removeprefix("answer_") for one in events if "delivery_id" in one.data]


def waits(desk: Desk, conversation: Conversation) -> bool:
    open_ones = [one for one in desk.exchanges(conversation) if one.closed_at is None]
    assert (desk.fresh(conversation).waiting_since is not None) == bool(open_ones)
    return bool(open_ones)


@pytest.mark.parametrize(
    ("status", "said", "hard"),
    [("5.1.1", "550 user unknown", True), ("5.2.2", "552 mailbox full", False), ("5.7.1", "554 spam", False)],
)
def test_a_final_report_fails_the_answer_whatever_its_reason(
    desk_on_both: Desk, status: str, said: str, hard: bool
) -> None:
    desk = desk_on_both
    conversation, delivery = asked_and_answered(desk)
    desk.deliver()
    bounced(desk, delivery, status=status, said=said)
    assert (desk.fresh(delivery).state, desk.fresh(delivery).error) == (FAILED, said)
    assert waits(desk, conversation)
    (event,) = desk.all(Event, Event.action == "answer_failed")
    assert event.data["hard"] is hard


def test_a_report_of_delay_fails_nothing(desk: Desk) -> None:
    conversation, delivery = asked_and_answered(desk)
    desk.deliver()
    bounced(desk, delivery, action="delayed", status="4.4.1", said="connect timed out")
    assert desk.fresh(delivery).state == SENT
    assert not waits(desk, conversation)


def test_a_second_report_changes_nothing(desk_on_both: Desk) -> None:
    desk = desk_on_both
    conversation, delivery = asked_and_answered(desk)
    desk.deliver()
    bounced(desk, delivery)
    bounced(desk, delivery, said="550 no such user")
    assert told(desk, delivery) == ["sent", "failed"]
    assert desk.fresh(delivery).error == "550 user unknown"
    assert waits(desk, conversation)


def test_a_report_on_the_first_time_does_not_fail_what_was_sent_once_more(desk_on_both: Desk) -> None:
    desk = desk_on_both
    conversation, delivery = asked_and_answered(desk)
    desk.wire.after = [DOUBT]
    desk.deliver()
    assert decide(desk, delivery)
    bounced(desk, delivery, at=now() - timedelta(minutes=1))  # while it waits to be sent
    desk.deliver()
    bounced(desk, delivery, at=now() - timedelta(minutes=1), said="550 late")
    assert desk.fresh(delivery).state == SENT
    assert not waits(desk, conversation)
    bounced(desk, delivery, said="550 again")
    assert (desk.fresh(delivery).state, desk.fresh(delivery).error) == (FAILED, "550 again")
    assert waits(desk, conversation)


def test_a_report_that_is_faster_than_the_servers_word_counts(desk_on_both: Desk) -> None:
    desk = desk_on_both
    conversation, delivery = asked_and_answered(desk)
    attempt(desk, Scene(after=lambda: bounced(desk, delivery)))
    found = desk.fresh(delivery)
    assert (found.state, found.provider_id, found.sent_at is not None) == (FAILED, "provider", True)
    assert told(desk, delivery) == ["failed"]
    assert waits(desk, conversation)
    assert not desk.claim("deliver")


@pytest.mark.parametrize("error", [TEMPORARY, PERMANENT, DOUBT])
def test_a_copy_that_is_faster_than_the_servers_word_counts(desk_on_both: Desk, error: ConnectorError) -> None:
    desk = desk_on_both
    conversation, delivery = asked_and_answered(desk)

    def meanwhile() -> None:
        copied(desk, delivery)
        raise error

    attempt(desk, Scene(after=meanwhile))
    assert desk.fresh(delivery).state == SENT
    assert not waits(desk, conversation)
    assert not desk.all(Job, Job.kind == "deliver")


@pytest.mark.parametrize("error", [PERMANENT, TEMPORARY])
def test_a_refusal_counts_although_the_lease_is_lost(desk_on_both: Desk, error: ConnectorError) -> None:
    """Another worker found it in "sending" and could not know; this one was told."""
    desk = desk_on_both
    conversation, delivery = asked_and_answered(desk)

    def meanwhile() -> None:
        expire(desk)
        desk.deliver()
        assert desk.fresh(delivery).state == UNCERTAIN
        raise error

    attempt(desk, Scene(after=meanwhile))
    assert desk.fresh(delivery).state == (FAILED if error is PERMANENT else RETRY)
    assert waits(desk, conversation) is (error is PERMANENT)
    due(desk)
    desk.deliver()
    assert len(desk.wire.sent) == (0 if error is PERMANENT else 1)
    assert desk.fresh(delivery).state == (FAILED if error is PERMANENT else SENT)


def test_a_success_counts_although_the_lease_is_lost_and_stops_a_second_sending(desk_on_both: Desk) -> None:
    desk = desk_on_both
    conversation, delivery = asked_and_answered(desk)

    def meanwhile() -> None:
        expire(desk)
        desk.deliver()
        assert decide(desk, delivery)
        assert desk.fresh(delivery).state == QUEUED

    attempt(desk, Scene(after=meanwhile))
    desk.deliver()
    assert desk.fresh(delivery).state == SENT
    assert desk.wire.sent == []
    assert not waits(desk, conversation)


def test_a_worker_that_was_replaced_before_the_step_does_not_take_it(desk_on_both: Desk) -> None:
    desk = desk_on_both
    _, delivery = asked_and_answered(desk)

    def replaced() -> None:
        expire(desk)
        desk.deliver()

    scene = Scene(before=replaced)
    attempt(desk, scene)
    assert (len(desk.wire.sent), len(scene.sent), desk.fresh(delivery).state) == (1, 0, SENT)


def test_a_delay_is_told_once_also_if_the_first_try_was_killed(desk_on_both: Desk) -> None:
    desk = desk_on_both
    _, delivery = asked_and_answered(desk)
    desk.claim("deliver")  # the worker dies here
    expire(desk)
    for _ in range(3):
        desk.wire.before = [TEMPORARY]
        desk.deliver()
        assert desk.fresh(delivery).state == RETRY
        due(desk)
    desk.deliver()
    assert told(desk, delivery) == ["delayed", "sent"]


@pytest.mark.parametrize("state", [QUEUED, RETRY, SENDING, SENT])
@pytest.mark.parametrize("verb", [outcomes.send_again, outcomes.confirm])
def test_nothing_is_decided_where_nothing_is_open(desk: Desk, state: str, verb: Callable[..., bool]) -> None:
    _, delivery = asked_and_answered(desk)
    with desk.database.writing() as session:
        session.get_one(Delivery, delivery.id).state = state
    assert not decide(desk, delivery, verb)
    assert (desk.fresh(delivery).state, told(desk, delivery)) == (state, [])
    assert len(desk.all(Job, Job.kind == "deliver")) == 1


def test_sent_once_more_after_a_failure_the_customer_waited_until_then(desk_on_both: Desk) -> None:
    """What came meanwhile is not answered by words that were written before."""
    desk = desk_on_both
    conversation, delivery = asked_and_answered(desk)
    desk.wire.before = [PERMANENT]
    desk.deliver()
    desk.receive(letter("Ancora niente?", From=CUSTOMER, In_Reply_To=delivery.external_id),
                 at=now() - timedelta(minutes=30))  # fmt: skip
    desk.take_in()
    decide(desk, delivery)
    desk.deliver()
    requeued = desk.all(Event, Event.action == "answer_requeued")[0].at
    first, second = desk.exchanges(conversation)
    assert (first.closed_at, second.closed_at) == (requeued, None)
    assert desk.fresh(conversation).waiting_since == second.opened_at < requeued


def test_an_answer_fails_but_the_next_one_arrived(desk_on_both: Desk) -> None:
    desk = desk_on_both
    conversation, first = asked_and_answered(desk)
    desk.wire.after = [DOUBT]
    desk.deliver()
    asked = desk.exchanges(conversation)[0].opened_at
    second = desk.answer(conversation, "Ecco, di nuovo.", at=asked + timedelta(minutes=100))
    desk.deliver()
    bounced(desk, first)
    assert desk.fresh(first).state == FAILED
    assert not waits(desk, conversation)
    (exchange,) = desk.exchanges(conversation)
    assert (exchange.closed_by, exchange.outcome, exchange.flagged) == (second, "answered", False)
    assert exchange.wall_seconds == 100 * 60


def test_a_failed_answer_joins_two_waits_into_one(desk_on_both: Desk) -> None:
    """The customer asked twice and was answered once: that is one wait, from the first question on."""
    desk = desk_on_both
    conversation, first = asked_and_answered(desk)
    desk.deliver()
    desk.receive(letter("Allora?", From=CUSTOMER, In_Reply_To=first.external_id),
                 at=now() - timedelta(minutes=30))  # fmt: skip
    desk.take_in()
    again = [one for one in desk.exchanges(conversation) if one.closed_at is None]
    second = desk.answer(conversation, "Ecco.", at=now() - timedelta(minutes=20))
    desk.deliver()
    assert len(desk.exchanges(conversation)) == 1 + len(again)
    bounced(desk, first)
    (exchange,) = desk.exchanges(conversation)
    assert (exchange.closed_by, exchange.opened_at < now() - timedelta(minutes=110)) == (second, True)
    assert not waits(desk, conversation)


def test_a_copy_that_is_refused_or_comes_back_is_told_once_and_fails_nothing(desk_on_both: Desk) -> None:
    desk = desk_on_both
    conversation = desk.ask(at=now() - timedelta(hours=2), Cc="Capo <capo@cliente.test>, x@y.test")
    desk.deliver()
    desk.answer(conversation, at=now() - timedelta(hours=1))
    delivery = desk.answers()[-1]
    desk.wire.refused = {"capo@cliente.test": "550 no such user"}
    desk.deliver()
    bounced(desk, delivery)  # of x@y.test
    bounced(desk, delivery)
    events = desk.all(Event, Event.action == "answer_unreached")
    assert [(one.data["recipient"], one.data["reason"]) for one in events] == [
        ("capo@cliente.test", "550 no such user"), ("x@y.test", "550 user unknown"),
    ]  # fmt: skip
    assert desk.fresh(delivery).state == SENT
    assert not waits(desk, conversation)


def test_spam_stays_spam_when_an_answer_to_it_fails(desk: Desk) -> None:
    from inbox import conversations
    from inbox.events import person

    conversation, delivery = asked_and_answered(desk)
    desk.deliver()
    desk.do(conversations.mark_spam, conversation, person(desk.manager))
    bounced(desk, delivery)
    assert (desk.fresh(delivery).state, desk.fresh(conversation).status) == (FAILED, "spam")


@pytest.mark.parametrize("seed", range(12))
def test_any_order_of_events_ends_in_what_is_known(desk_on_both: Desk, seed: int) -> None:
    """A walk of random events beside a model of one variable: what a person reading the history would say."""
    desk, dice = desk_on_both, random.Random(seed)
    conversation, delivery = asked_and_answered(desk)
    model, reached, allowed = QUEUED, 0, 1
    for _ in range(12):
        act = dice.choice(["ok", "temporary", "permanent", "doubt", "kill", "bounce", "old bounce", "copy", "again",
                           "confirm"])  # fmt: skip
        on_the_way = model in (QUEUED, RETRY)
        due(desk)
        if act in ("ok", "temporary", "permanent", "doubt", "kill"):
            sends = desk.claim("deliver", 1)
            assert bool(sends) is on_the_way, (act, model)
            if not on_the_way:
                continue
            error = {"temporary": TEMPORARY, "permanent": PERMANENT, "doubt": DOUBT, "kill": KeyboardInterrupt()}
            scene = Scene(after=fail(error[act])) if act in error else Scene()  # type: ignore[arg-type]
            try:
                deliveries.deliver(desk.database, desk.app.blobs, lambda _id, scene=scene: scene, sends[0])  # type: ignore[misc]
            except KeyboardInterrupt:
                expire(desk)
                desk.deliver()
            reached += len(scene.sent)
            model = {"ok": SENT, "temporary": RETRY, "permanent": FAILED}.get(act, UNCERTAIN)
        elif act == "bounce":
            bounced(desk, delivery)
            model = FAILED if model in (SENT, UNCERTAIN) else model
        elif act == "old bounce":
            before = any(one == "requeued" for one in told(desk, delivery))
            bounced(desk, delivery, at=now() - timedelta(minutes=50))
            model = FAILED if model in (SENT, UNCERTAIN) and not before else model
        elif act == "copy":
            copied(desk, delivery)
            model = SENT if model == UNCERTAIN else model
        else:
            open_to = model in (FAILED, UNCERTAIN)
            verb = outcomes.send_again if act == "again" else outcomes.confirm
            assert decide(desk, delivery, verb) is open_to
            allowed += open_to and act == "again"
            model = (QUEUED if act == "again" else SENT) if open_to else model
        assert desk.fresh(delivery).state == model, act
        if model in (FAILED, SENT, UNCERTAIN):
            assert waits(desk, conversation) is (model == FAILED)
    assert reached <= allowed
