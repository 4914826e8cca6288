"""Reminders of what was promised in an answer: offered to its author, set by a press, told at their moment."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import promises, queue
from inbox.db import new
from inbox.events import person, record
from inbox.models import Conversation, Message, Reminder, User, now
from inbox.models.reminder import DECLINED, OFFERED, SET
from inbox.worktime import calendars
from inbox.worktime.hours import Hours

KIND = "promise"
# What is promised for today is told of after so long.
TODAY_AFTER = timedelta(hours=3)
MAX_WORDS = 300
# An offer that nobody took up is no longer shown then.
OFFERED_FOR = timedelta(days=2)


def offer(session: Session, conversation: Conversation, message: Message, user: User) -> Reminder | None:
    """Offer the author of an answer a reminder of what it promises; None where it promises nothing."""
    if not promises.may_hold(message.reply):
        return None
    hours = calendars.company(session)
    found = promises.find(message.reply, hours.local_day(message.at))
    due = moment(hours, found.day, message.at) if found is not None else None
    if found is None or due is None or due <= now():
        return None
    # The row names the message.
    session.flush()
    reminder = Reminder(
        conversation_id=conversation.id, message_id=message.id, user_id=user.id, words=found.words[:MAX_WORDS],
        due_at=due,
    )  # fmt: skip
    return new(session, reminder)


def moment(hours: Hours, day: date, at: datetime) -> datetime:
    """When to be reminded of what is due on a day: at its opening, of a day off at that of the last before it."""
    if day <= hours.local_day(at):
        return at + TODAY_AFTER
    for back in range(7):
        opening = hours.next_opening(datetime.combine(day - timedelta(days=back), time.min, hours.zone))
        if hours.local_day(opening) == day - timedelta(days=back) and opening > at:
            return opening
    return hours.next_opening(datetime.combine(day, time.min, hours.zone))


def of_message(session: Session, message_id: int) -> Reminder | None:
    """What is offered about an answer."""
    query = select(Reminder).where(Reminder.message_id == message_id, Reminder.state == OFFERED)
    return session.scalar(query.limit(1))


def offered(session: Session, conversation_id: int, user_id: int) -> Sequence[Reminder]:
    """What a colleague can still have themselves reminded of in a conversation."""
    query = select(Reminder).where(
        Reminder.conversation_id == conversation_id, Reminder.user_id == user_id, Reminder.state == OFFERED,
        Reminder.due_at > now(), Reminder.created_at > now() - OFFERED_FOR,
    )  # fmt: skip
    return session.scalars(query.order_by(Reminder.due_at, Reminder.id)).all()


def waiting(session: Session, conversation_id: int, user_id: int) -> Sequence[Reminder]:
    """What a colleague will be reminded of in a conversation."""
    query = select(Reminder).where(
        Reminder.conversation_id == conversation_id, Reminder.user_id == user_id, Reminder.state == SET
    )
    return session.scalars(query.order_by(Reminder.due_at, Reminder.id)).all()


def decide(session: Session, reminder_id: int, user_id: int, *, wanted: bool) -> Reminder | None:
    """The author takes it up, or does not (any more); None where it is not theirs, or over."""
    reminder = session.get(Reminder, reminder_id, with_for_update=True)
    if reminder is None or reminder.user_id != user_id or reminder.state not in (OFFERED, SET):
        return None
    if wanted and reminder.state == OFFERED:
        reminder.state = SET
        lane = f"{KIND}:{reminder.id}"
        queue.enqueue(session, KIND, reminder.id, lane, run_at=reminder.due_at)
        record(session, "reminder_set", person(user_id), conversation_id=reminder.conversation_id,
               until=reminder.due_at.isoformat())  # fmt: skip
    elif not wanted:
        reminder.state = DECLINED
    return reminder
