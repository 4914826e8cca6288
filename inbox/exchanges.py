"""The clocks: an exchange opens at the first unanswered customer message and closes when a person's answer is sent.

Hops are the parts of an exchange by holder; a hop ends when the conversation changes hands.
"""

from datetime import datetime

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from inbox import calendars, forgotten
from inbox.db import new
from inbox.models import Conversation, Delivery, Exchange, Hop, Message
from inbox.models.conversation import OPEN, PENDING, SPAM
from inbox.models.delivery import SENT, UNCERTAIN
from inbox.models.exchange import ANSWERED, ANSWERS, APPROVAL
from inbox.models.forgotten import REASONS
from inbox.models.message import INBOUND, MESSAGE


def open_for(session: Session, conversation: Conversation, message: Message, fetched_at: datetime) -> Exchange | None:
    """Open an exchange for a customer's message, unless one is open, the message is a machine's, or it is spam."""
    if message.machine or conversation.status == SPAM:
        return None
    running = conversation.running
    answer = _answer_elsewhere(session, conversation, message.at, running)
    if answer is not None:
        return _answered_before(session, conversation, message, fetched_at, answer)
    conversation.status = OPEN
    if running is not None:
        if message.at < running.opened_at:
            _begin_earlier(running, message)
            conversation.waiting_since = message.at
        return running
    exchange = _new(session, conversation, message, fetched_at)
    set_committed_value(conversation, "running", exchange)
    conversation.waiting_since = message.at
    return exchange


def _new(session: Session, conversation: Conversation, message: Message, fetched_at: datetime) -> Exchange:
    """An exchange that a message opens, with its first hops: ours until it was fetched, then the holder's."""
    exchange = Exchange(
        conversation_id=conversation.id,
        opened_by=message.id,
        opened_at=message.at,
        fetched_at=max(fetched_at, message.at),
        first=_is_first(session, conversation),
        channel_id=conversation.channel_id,
        team_id=conversation.team_id,
        user_id=conversation.user_id,
        kind=conversation.kind,
    )
    new(session, exchange)
    exchange.hops.append(Hop(holder="fetch", began_at=message.at, ended_at=exchange.fetched_at))
    _begin_hop(exchange, conversation, exchange.fetched_at)
    return exchange


def hand_over(conversation: Conversation, at: datetime) -> None:
    """The conversation changed hands: the running hop ends and the new holder's begins."""
    exchange = conversation.running
    if exchange is None:
        return
    _end_hops(exchange, at)
    exchange.team_id, exchange.user_id = conversation.team_id, conversation.user_id
    _begin_hop(exchange, conversation, at)


def wait_for_word(conversation: Conversation, approver_id: int, at: datetime) -> None:
    """An answer is written and waits for the approver: from now on the time is theirs."""
    exchange = conversation.running
    if exchange is not None:
        _end_hops(exchange, at)
        exchange.hops.append(
            Hop(holder=APPROVAL, team_id=conversation.team_id, user_id=approver_id, began_at=at)
        )  # fmt: skip


def have_word(conversation: Conversation, at: datetime) -> None:
    """The approver has spoken: the time is the holder's again."""
    exchange = conversation.running
    if exchange is not None and any(hop.holder == APPROVAL and hop.ended_at is None for hop in exchange.hops):
        _end_hops(exchange, at)
        _begin_hop(exchange, conversation, at)


def close(
    session: Session,
    conversation: Conversation,
    at: datetime,
    outcome: str = ANSWERED,
    *,
    message_id: int | None = None,
    flagged: bool = False,
    written_at: datetime | None = None,
) -> Exchange | None:
    """Close the open exchange at the moment of the act; customer messages after it open the next one.

    `written_at`: of an answer that was sent later than it was written; it answers nothing that came in between.
    """
    if conversation.snoozed_until is None or conversation.snoozed_until <= at:
        conversation.promised_at = None
    exchange = conversation.running
    if exchange is None or at < exchange.opened_at:
        return None
    exchange.closed_at, exchange.outcome, exchange.closed_by, exchange.flagged = at, outcome, message_id, flagged
    exchange.kind, exchange.team_id, exchange.user_id = conversation.kind, conversation.team_id, conversation.user_id
    measure(session, exchange, at)
    conversation.waiting_since = None
    set_committed_value(conversation, "running", None)
    forgotten.clear(session, conversation.id, *REASONS)
    session.flush()
    later = session.scalar(_unanswered_after(conversation.id, written_at or at))
    if later is not None:
        open_for(session, conversation, later, later.stored_at)
    elif conversation.status == OPEN and outcome == ANSWERED:
        conversation.status = PENDING
    return exchange


def confirm(session: Session, message_id: int) -> None:
    """The answer has gone out after all: its exchange is no longer flagged."""
    session.execute(update(Exchange).where(Exchange.closed_by == message_id).values(flagged=False))


def set_kind(session: Session, conversation: Conversation, kind: str) -> None:
    """Say of which kind all exchanges of a conversation are, also those that are over."""
    running = conversation.running
    if running is not None:
        running.kind = kind
    is_only_one = running.first if running is not None else conversation.messages_count <= 1
    if not is_only_one:
        session.execute(update(Exchange).where(Exchange.conversation_id == conversation.id).values(kind=kind))


def reopen(session: Session, conversation: Conversation, message_id: int) -> None:
    """The answer never arrived: the exchange it closed runs again from its old start, or until the next answer."""
    exchange = session.scalar(select(Exchange).where(Exchange.closed_by == message_id))
    if exchange is None or exchange.closed_at is None or conversation.status == SPAM:
        return
    ended = exchange.closed_at
    following = _next_end(session, exchange)
    if following is None and conversation.running is not None:
        session.delete(conversation.running)
    elif following is not None and following.id is not None:
        session.delete(following)
    session.flush()
    exchange.closed_at = exchange.closed_by = exchange.wall_seconds = exchange.working_seconds = None
    exchange.outcome, exchange.flagged = "", False
    if following is not None and following.closed_at is not None:
        if following.closed_at > ended:
            _begin_hop(exchange, conversation, ended)
        exchange.closed_at, exchange.closed_by = following.closed_at, following.closed_by
        exchange.outcome, exchange.flagged = following.outcome, following.flagged
        measure(session, exchange, exchange.closed_at)
        return
    session.flush()
    _begin_hop(exchange, conversation, ended)
    set_committed_value(conversation, "running", exchange)
    conversation.waiting_since, conversation.status, conversation.closed_at = exchange.opened_at, OPEN, None


def _next_end(session: Session, exchange: Exchange) -> Exchange | None:
    """What else ended the customer's waiting: a later exchange that an answer closed, or an answer that found none
    open (as an exchange that is not stored)."""
    went_out = exists().where(Delivery.message_id == Message.id, Delivery.state.in_((SENT, UNCERTAIN)))
    query = select(Message).where(
        Message.conversation_id == exchange.conversation_id, Message.direction != INBOUND, Message.kind == MESSAGE,
        Message.machine.is_(None), Message.id != exchange.closed_by, Message.at >= exchange.opened_at,
        went_out | ~exists().where(Delivery.message_id == Message.id),
        ~exists().where(Exchange.closed_by == Message.id),
    )  # fmt: skip
    answer = session.scalar(query.order_by(Message.at, Message.id).limit(1))
    later = session.scalar(
        select(Exchange)
        .where(
            Exchange.conversation_id == exchange.conversation_id, Exchange.opened_at >= exchange.opened_at,
            Exchange.id != exchange.id, Exchange.outcome.in_(ANSWERS), Exchange.closed_at.is_not(None),
        )
        .order_by(Exchange.closed_at, Exchange.id)
        .limit(1)
    )  # fmt: skip
    if answer is None or (later is not None and later.closed_at is not None and later.closed_at <= answer.at):
        return later
    state = session.scalar(select(Delivery.state).where(Delivery.message_id == answer.id).limit(1))
    return Exchange(closed_at=answer.at, closed_by=answer.id, outcome=ANSWERED, flagged=state == UNCERTAIN)


def _answer_elsewhere(
    session: Session, conversation: Conversation, at: datetime, running: Exchange | None
) -> Message | None:
    """The first answer after `at`, before what is running began, that was written in the mailbox itself.

    Its writer had the customer's message before us. One written on our page did not see a message that we had not
    fetched yet, so it answers nothing of that kind.
    """
    if at >= conversation.last_at:
        return None
    query = select(Message).where(
        Message.conversation_id == conversation.id, Message.direction != INBOUND, Message.kind == MESSAGE,
        Message.machine.is_(None), Message.at >= at, ~exists().where(Delivery.message_id == Message.id),
    )  # fmt: skip
    if running is not None:
        query = query.where(Message.at < running.opened_at)
    return session.scalar(query.order_by(Message.at, Message.id).limit(1))


def _answered_before(
    session: Session, conversation: Conversation, message: Message, fetched_at: datetime, answer: Message
) -> Exchange:
    """The exchange of a message whose answer was here first: the one that the answer closed, else a new, closed one."""
    exchange = session.scalar(select(Exchange).where(Exchange.closed_by == answer.id))
    if exchange is None:
        exchange = _new(session, conversation, message, fetched_at)
        exchange.closed_at, exchange.closed_by, exchange.outcome = answer.at, answer.id, ANSWERED
    elif message.at < exchange.opened_at:
        _begin_earlier(exchange, message)
    measure(session, exchange, answer.at)
    if conversation.status == OPEN and conversation.running is None:
        conversation.status = PENDING
    return exchange


def _begin_earlier(exchange: Exchange, message: Message) -> None:
    """A message that arrived late but was received earlier moves the start back."""
    for hop in exchange.hops:
        if hop.holder == "fetch":
            hop.began_at = message.at
    exchange.opened_by, exchange.opened_at = message.id, message.at


def _is_first(session: Session, conversation: Conversation) -> bool:
    """True if the customer began the conversation and nothing was answered or sent in it before."""
    if conversation.messages_count <= 1:
        return True
    earlier = select(func.count()).select_from(Exchange).where(Exchange.conversation_id == conversation.id)
    sent = (
        select(func.count())
        .select_from(Message)
        .where(Message.conversation_id == conversation.id, Message.direction != INBOUND, Message.kind == MESSAGE)
    )
    return not session.scalar(earlier) and not session.scalar(sent)


def _unanswered_after(conversation_id: int, at: datetime):  # type: ignore[no-untyped-def]
    return (
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.direction == INBOUND,
            Message.machine.is_(None),
            Message.at > at,
        )
        .order_by(Message.at, Message.id)
        .limit(1)
    )


def _end_hops(exchange: Exchange, at: datetime) -> None:
    for hop in exchange.hops:
        if hop.ended_at is None:
            hop.ended_at = max(at, hop.began_at)


def _begin_hop(exchange: Exchange, conversation: Conversation, at: datetime) -> None:
    holder = "person" if conversation.user_id else "team" if conversation.team_id else "triage"
    exchange.hops.append(Hop(holder=holder, team_id=conversation.team_id, user_id=conversation.user_id, began_at=at))


def measure(session: Session, exchange: Exchange, at: datetime) -> None:
    """Measure an exchange that ended `at`, and its hops.

    The hops end where it ended (the act may lie before a hand-over, or before we fetched the question); their whole
    seconds add up to the exchange's.
    """
    hours = calendars.company(session)
    exchange.wall_seconds = max(0, int((at - exchange.opened_at).total_seconds()))
    exchange.working_seconds = hours.working_seconds(exchange.opened_at, at)
    for hop in exchange.hops:
        hop.began_at, hop.ended_at = min(hop.began_at, at), min(hop.ended_at or at, at)
        began, ended = ((moment - exchange.opened_at).total_seconds() for moment in (hop.began_at, hop.ended_at))
        hop.wall_seconds = int(ended) - int(began)
        hop.working_seconds = hours.working_seconds(hop.began_at, hop.ended_at)
