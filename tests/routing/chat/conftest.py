"""A question that was told in a chat."""

import pytest

from inbox.models import Conversation
from routing import rules
from routing.rules import Rule
from tests.parts.chat import ChatDesk
from tests.parts.desk import Desk

MARCO, LUCA = 4242, 4343


class Office(ChatDesk):
    """Marco and Luca of R&D, each with a chat; a question of a customer's for R&D."""

    conversation: Conversation
    marco: int
    luca: int

    def fresh(self) -> Conversation:
        return self.desk.fresh(self.conversation)

    def ask(self, **how: object) -> Conversation:
        self.conversation = self.desk.ask(**{"subject": "Giunto GX-40", **how})  # type: ignore[arg-type]
        self.run()
        return self.conversation


@pytest.fixture
def office(desk_on_both: Desk) -> Office:
    office = Office(desk_on_both)
    office.marco = desk_on_both.add_user("marco@firm.test", "colleague", "rd", notify_by_mail=False)
    office.luca = desk_on_both.add_user("luca@firm.test", "colleague", "rd", notify_by_mail=False)
    office.link(office.marco, MARCO)
    office.link(office.luca, LUCA)
    with desk_on_both.database.writing() as session:
        rules.save(session, [Rule("rest", "Rest", rules.Actions(team="rd"))])
    office.ask()
    return office
