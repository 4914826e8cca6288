"""A colleague's own times in the chat: the median, not the shortest."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import select

from inbox.models import Exchange, User, now
from routing.chat import commands
from tests.parts.desk import Desk


def test_the_median_of_the_week(desk: Desk) -> None:
    for n in range(3):
        desk.ask(sender=f"c{n}@cliente{n}.test")
    said: list[Any] = []
    with desk.database.writing() as session:
        user = session.get_one(User, desk.manager)
        for number, one in enumerate(session.scalars(select(Exchange))):
            one.user_id, one.outcome, one.closed_at = user.id, "answered", now() + timedelta(seconds=1)
            one.working_seconds = 600 * (number + 1)
        commands._stats(cast(Any, SimpleNamespace(session=session, user=user, say=said.append)))
    assert "Half of them within: 20 min\nThe longest: 30 min" in said[0].text
