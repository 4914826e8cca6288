"""The clocks: an exchange opens at the first unanswered customer message and closes when a person's answer is sent.

Hops are the parts of an exchange by holder; a hop ends when the conversation changes hands. What happens in its order
is taken down step by step here; whatever comes out of order is told again from the beginning (inbox.clocks.rebuilding),
so that the order in which things become known changes nothing.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from inbox import forgotten
from inbox.clocks import rebuilding
from inbox.clocks.measuring import measure
from inbox.db import new
from inbox.models import Conversation, Exchange, Hop, Message
from inbox.models.conversation import OPEN, PENDING, SPAM
from inbox.models.exchange import ANSWERED, APPROVAL, DELIVERY, VOID
from inbox.models.forgotten import REASONS
from inbox.models.message import INBOUND, MESSAGE


def open_for(session: Session, conversation: Conversation, message: Message, fetched_at: datetime) -> Exchange | None:
    """Open an exchange for a customer's message, unless one is open, the message is a machine's, or it is spam.

    One that came behind what was received after it is put where it belongs.
    """
    if message.machine or conversation.status == SPAM:
        return None
    if message.at < conversation.last_at:
        rebuilding.rebuild(session, conversation, {message.id: fetched_at})
        if conversation.running is not None:
            conversation.status = OPEN
        elif conversation.status == OPEN:
            conversation.status = PENDING
        return conversation.running
    conversation.status = OPEN
    if conversation.running is not None:
        return conversation.running
    exchange = _new(session, conversation, message, fetched_at)
    set_committed_value(conversation, "running", exchange)
    conversation.waiting_since = message.at
    return exchange


def _new(session: Session, conversation: Conversation, message: Message, fetched_at: datetime) -> Exchange:
    """An exchange that a message opens, with its first hops: ours until it was fetched, then the holder's."""
    fetched_at = max(fetched_at, message.at)
    exchange = Exchange(
        conversation_id=conversation.id,
        opened_by=message.id,
        opened_at=message.at,
        fetched_at=fetched_at,
        first=_is_first(session, conversation),
        channel_id=conversation.channel_id,
        team_id=conversation.team_id,
        user_id=conversation.user_id,
        kind=conversation.kind,
        hops=[Hop(holder="fetch", began_at=message.at, ended_at=fetched_at), _hop(conversation, fetched_at)],
    )
    return new(session, exchange)


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
        began = max([at, *(hop.ended_at for hop in exchange.hops if hop.ended_at is not None)])
        exchange.hops.append(
            Hop(holder=APPROVAL, team_id=conversation.team_id, user_id=approver_id, began_at=began)
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
    gone_at: datetime | None = None,
) -> Exchange | None:
    """Close the open exchange at the moment of the act; customer messages after it open the next one. What is written
    down of the act, by which the clocks can be told again, is written before.

    `written_at`: of an answer that was sent later than it was written; it answers nothing that came in between.
    `gone_at`: when it had gone out, where that is known.
    """
    if conversation.snoozed_until is None or conversation.snoozed_until <= at:
        conversation.promised_at = None
    exchange = conversation.running
    if exchange is not None and at < exchange.opened_at and message_id is None:
        return None
    if _is_plain(session, conversation, at, message_id, written_at):
        if exchange is None:
            return None
        exchange.closed_at, exchange.outcome, exchange.closed_by, exchange.flagged = at, outcome, message_id, flagged
        exchange.kind = conversation.kind
        exchange.team_id, exchange.user_id = conversation.team_id, conversation.user_id
        if gone_at is not None and gone_at > at:
            exchange.hops.append(Hop(holder=DELIVERY, began_at=at, ended_at=gone_at))
        measure(session, exchange, at)
        conversation.waiting_since = None
        set_committed_value(conversation, "running", None)
    else:
        rebuilding.rebuild(session, conversation)
        if exchange is not None and exchange is conversation.running:
            return None
    forgotten.clear(session, conversation.id, *REASONS)
    session.flush()
    if conversation.running is not None:
        conversation.status = OPEN
    elif conversation.status == OPEN and outcome == ANSWERED:
        conversation.status = PENDING
    return exchange


def _is_plain(
    session: Session, conversation: Conversation, at: datetime, message_id: int | None, written_at: datetime | None
) -> bool:
    """Whether an act ends just what runs: nothing was asked after it, or came unseen before it, and nothing that is
    over ended later than it."""
    asked = select(Message.id).where(
        Message.conversation_id == conversation.id, Message.direction == INBOUND, Message.machine.is_(None)
    )
    unseen = Message.at > (written_at or at)
    if message_id is not None and written_at is not None:
        unseen |= Message.id > message_id
    if session.scalar(asked.where(unseen).limit(1)) is not None:
        return False
    over = select(Exchange.id).where(Exchange.conversation_id == conversation.id, Exchange.closed_at > at)
    return session.scalar(over.limit(1)) is None


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
    """The answer never arrived, as is written down: the exchange it closed runs again from its old start, or until the
    next answer."""
    exchange = session.scalar(select(Exchange.id).where(Exchange.closed_by == message_id).limit(1))
    if exchange is None or conversation.status == SPAM:
        return
    rebuilding.rebuild(session, conversation)
    if conversation.running is not None:
        conversation.status, conversation.closed_at = OPEN, None


def _is_first(session: Session, conversation: Conversation) -> bool:
    """True if the customer began the conversation and nothing was answered or sent in it before."""
    if conversation.messages_count <= 1:
        return True
    earlier = select(Exchange.id).where(Exchange.conversation_id == conversation.id, Exchange.outcome != VOID)
    sent = select(Message.id).where(
        Message.conversation_id == conversation.id, Message.direction != INBOUND, Message.kind == MESSAGE,
        Message.machine.is_(None),
    )  # fmt: skip
    return session.scalar(earlier.limit(1)) is None and session.scalar(sent.limit(1)) is None


def _end_hops(exchange: Exchange, at: datetime) -> None:
    for hop in exchange.hops:
        if hop.ended_at is None:
            hop.ended_at = max(at, hop.began_at)


def _begin_hop(exchange: Exchange, conversation: Conversation, at: datetime) -> None:
    at = max([at, *(hop.ended_at for hop in exchange.hops if hop.ended_at is not None)])
    exchange.hops.append(_hop(conversation, at))


def _hop(conversation: Conversation, at: datetime) -> Hop:
    """The time of whoever has the conversation, from a moment on."""
    holder = "person" if conversation.user_id else "team" if conversation.team_id else "triage"
    return Hop(holder=holder, team_id=conversation.team_id, user_id=conversation.user_id, began_at=at)
