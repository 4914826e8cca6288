"""Every minute what was held is told whose time has come: one conversation as usual, several as one message.

What has meanwhile been taken by a colleague, answered, closed or put off is left out. Telling and forgetting are one
transaction for each colleague, so that nothing is told twice.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import forgotten, held
from inbox.db import Database
from inbox.events import SYSTEM, record
from inbox.held import BURST, DIGEST, FULL
from inbox.models import Assignment, Channel, Conversation, HeldNotice, Message, User, now
from inbox.models import Decision as DecisionRow
from inbox.models.forgotten import REASONS
from routing.notify import digest, fan_out, quiet, reminders
from routing.notify.texts import Handed
from routing.passing import PASSED


def sweep(database: Database, public_url: str, moment: datetime | None = None) -> int:
    """Tell what is due at a moment (UTC); how many conversations were told."""
    moment = moment or now()
    with database.reading() as session:
        people = held.due(session, moment)
    told = 0
    for user_id in people:
        with database.writing() as session:
            told += _Release(session, user_id, moment, public_url).run()
    return told


class _Release:
    """What waits for one colleague, at a moment (UTC)."""

    def __init__(self, session: Session, user_id: int, moment: datetime, public_url: str) -> None:
        self.session, self.moment, self.public_url = session, moment, public_url
        self.notices = held.of_user(session, user_id)
        self.user = session.get_one(User, user_id)
        self.audience = fan_out.Audience(session, at=moment)

    def run(self) -> int:
        """Tell what is due and drop what is over; how many conversations were told."""
        left = [one for one in self.notices if not self._is_over(one)]
        for one in self.notices:
            if one not in left:
                self.session.delete(one)
        due = self._not_full([one for one in self._due(left) if not self._waits_on(one)])
        for one in due:
            self.session.delete(one)
        self.session.flush()
        if len(due) == 1:
            self._tell_one(due[0])
        elif due:
            self._tell_all(due)
        return len(due)

    def _is_over(self, notice: HeldNotice) -> bool:
        conversation = notice.conversation
        if self.user.disabled_at is not None:
            return True
        if notice.why in REASONS:
            return notice.why not in forgotten.reasons(self.session, [conversation.id]).get(conversation.id, ())
        watches = self._watches(conversation)
        if held.is_over(notice, self.moment, watches=watches):
            return True
        return not watches and self.user not in self.audience.recipients(conversation)

    def _due(self, left: Sequence[HeldNotice]) -> list[HeldNotice]:
        """What came in one rush is told at once, with the first of it."""
        due = [one for one in left if one.due_at <= self.moment]
        rush = any(one.why == BURST for one in due)
        return due + [one for one in left if one not in due and rush and one.why == BURST]

    def _waits_on(self, notice: HeldNotice) -> bool:
        """Whether it is, by now, a quiet hour of the colleague's; then it waits for the end of that."""
        if notice.why == DIGEST:
            return False
        known = quiet.Load(is_known=True)
        is_there = self.audience.is_there(notice.conversation)
        later = quiet.decide(self.user, notice.conversation, self.moment, self.audience.rota, known, is_there=is_there)
        if later is None:
            return False
        notice.due_at = later.due_at
        if notice.why not in REASONS:
            notice.why = later.why
        return True

    def _not_full(self, due: list[HeldNotice]) -> list[HeldNotice]:
        """What a full chat holds comes one for each card that is done with, the longest wait first."""
        if self.user.max_cards is None:
            return due
        free = max(0, self.user.max_cards - len(self.audience.loads.cards(self.user)))
        alone = [one for one in due if one.why == FULL or (len(due) == 1 and one.why not in REASONS)]
        alone.sort(key=lambda one: (one.conversation.waiting_since or one.created_at, one.id))
        for one in alone[free:]:
            one.why, one.due_at = FULL, self.moment
        return [one for one in due if one not in alone[free:]]

    def _tell_one(self, notice: HeldNotice) -> None:
        conversation, session = notice.conversation, self.session
        if notice.why in REASONS:
            told = reminders.remind_one(session, conversation, notice.why, self.user, self.audience, self.public_url)
        else:
            watches = self._watches(conversation)
            groups = () if watches else self.audience.groups(conversation)
            decision = session.get(DecisionRow, notice.decision_id) if notice.decision_id is not None else None
            told = fan_out.tell_one(
                session, conversation, session.get_one(Message, notice.message_id), decision, self.user,
                self.audience.ways_beside(conversation, self.user, groups), self.audience, self.public_url,
                watching=watches, handed=None if watches else self._handed(conversation),
            )  # fmt: skip
        self._record(conversation, told)

    def _tell_all(self, due: Sequence[HeldNotice]) -> None:
        def is_told(channel: Channel, one: Conversation) -> bool:
            return channel.kind == "mail" or self._watches(one) or not self.audience.groups(one)

        conversations = [one.conversation for one in due]
        told = digest.tell(self.session, self.user, conversations, self.audience, self.public_url, is_told)
        for one in conversations:
            self._record(one, told)

    def _record(self, conversation: Conversation, told: Sequence[dict[str, object]]) -> None:
        record(self.session, "told", SYSTEM, conversation_id=conversation.id, at=self.moment, told=told)

    def _watches(self, conversation: Conversation) -> bool:
        return conversation.user_id != self.user.id and self.user in self.audience.watchers(conversation)

    def _handed(self, conversation: Conversation) -> Handed | None:
        """How the conversation came into the colleague's hands, where that was no rule."""
        query = select(Assignment).where(Assignment.conversation_id == conversation.id)
        last = self.session.scalar(query.order_by(Assignment.id.desc()).limit(1))
        if last is None or last.user_id != self.user.id:
            return None
        by = self.session.get(User, last.by_user_id) if last.by_user_id is not None else None
        if by is not None and by is not self.user:
            return Handed(by.name, last.note)
        return Handed() if last.why == PASSED else None
