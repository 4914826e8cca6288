"""A conversation that continues one about a lead under way joins the lead and goes to whoever has it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from inbox import conversations
from inbox.events import person
from inbox.leads import keeping, stages
from inbox.models import Conversation, Message, now
from tests.parts.desk import Desk


@pytest.mark.parametrize(("stage", "inherits"), [("quoted", True), ("lost", False)])
def test_the_customer_comes_back_after_weeks(desk_on_both: Desk, stage: str, inherits: bool) -> None:
    desk = desk_on_both
    first = desk.ask(subject="Giunti")
    with desk.database.writing() as session:
        found, actor = session.get_one(Conversation, first.id), person(desk.manager)
        lead = stages.set_stage(session, found, actor, "quoted")
        assert lead is not None
        keeping.set_value(session, lead, actor, 800_000)
        stages.move(session, lead, actor, stage)
        conversations.close(session, found, actor, now() - timedelta(days=30))
    asked = desk.all(Message)[0]
    with desk.database.writing() as session:
        session.execute(update(Conversation).values(closed_at=now() - timedelta(days=30)))
    again = desk.ask("Eccomi.", subject="Re: Giunti", **{"In-Reply-To": asked.external_id})
    assert again.id != first.id
    fresh = desk.fresh(again)
    with desk.database.reading() as session:
        lead = keeping.of(session, again.id)
    assert (lead is not None) is inherits
    wanted = ("quoted", 800_000, desk.manager) if inherits else ("", None, None)
    assert (fresh.stage, fresh.value_cents, fresh.user_id) == wanted
