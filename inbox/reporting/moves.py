"""Questions that people passed on from one team to another."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from inbox.models import Assignment


def by_hand(session: Session, conversations: Select[Any]) -> dict[int, int]:
    """By conversation how often a person gave it to another team than had it; those never passed on are left out."""
    earlier = func.lag(Assignment.team_id).over(
        partition_by=Assignment.conversation_id, order_by=(Assignment.at, Assignment.id)
    )
    turns = (
        select(Assignment.conversation_id, Assignment.team_id, Assignment.by_user_id, earlier.label("earlier"))
        .where(Assignment.conversation_id.in_(conversations))
        .subquery()
    )
    counted = (
        select(turns.c.conversation_id, func.count())
        .where(turns.c.by_user_id.is_not(None), turns.c.team_id != turns.c.earlier)
        .group_by(turns.c.conversation_id)
    )
    return dict(session.execute(counted).all())
