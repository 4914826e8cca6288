"""A firm where answers wait for an approver."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

from inbox import approvals, drafts
from inbox.models import Draft, Event, Hop, Team, User
from routing import rules
from routing.rules import Rule
from tests.parts.desk import Desk

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STAFF = {
    "boss": ("boss@firm.test", "colleague", "rd"), "deputy": ("deputy@firm.test", "colleague", "rd"),
    "marco": ("marco@firm.test", "colleague", "rd"), "other": ("other@firm.test", "colleague"),
    "agent": ("agent@agents.test", "external"),
}  # fmt: skip


class House:
    """A team with an approver and a deputy, a customer's question from Monday morning on, and an answer by Marco."""

    def __init__(self, desk: Desk, *, author_may_send: bool = False) -> None:
        self.desk = desk
        self.ids = {name: desk.add_user(*one) for name, one in STAFF.items()} | {"manager": desk.manager}
        with desk.database.writing() as session:
            rules.save(session, [Rule("rest", "Rest", rules.Actions(team="rd"))])
            team = session.query(Team).filter_by(slug="rd").one()
            team.approver_id, team.deputy_id, team.author_may_send = (
                self.ids["boss"],
                self.ids["deputy"],
                author_may_send,
            )
        with time_machine.travel(MONDAY, tick=False):
            self.conversation = desk.ask(at=MONDAY)

    def submit(self, at: datetime = MONDAY + timedelta(minutes=10), text: str = "È H7.") -> int:
        with self.desk.database.writing() as session:
            draft = drafts.begin(session, self.user(session, "marco"), self.conversation.id)
            drafts.add(session, draft, text)
            approvals.submit(session, draft, at)
            return draft.id

    def user(self, session: Any, name: str) -> User:
        return session.get_one(User, self.ids[name])

    def word(self, number: int, by: str, at: datetime, verb: Any = approvals.approve, **more: Any) -> Any:
        with self.desk.database.writing() as session:
            return verb(session, session.get_one(Draft, number), self.user(session, by), at=at, **more)

    def hops(self) -> list[tuple[str, int | None, datetime, datetime | None]]:
        return [(one.holder, one.user_id, one.began_at, one.ended_at) for one in self.desk.all(Hop)]

    def actions(self) -> list[str]:
        return [one.action for one in self.desk.all(Event, Event.conversation_id == self.conversation.id)]
