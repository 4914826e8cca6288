"""A suggestion where no rule fitted: whose it might be, which conversations it resembles, and passing it there."""

from dataclasses import dataclass

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import access
from inbox.models import Conversation, Decision, Team, User
from inbox.models.conversation import OPEN, PENDING


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`to`: as the form that passes a conversation on names it; `like`: those that the reader may see."""

    to: str
    name: str
    like: list[Conversation]


def of(session: Session, found: Conversation, decided: list[Decision]) -> Suggestion | None:
    """What is suggested for an open conversation that nobody has passed on or taken since; None for nothing."""
    latest = decided[-1] if decided else None
    if latest is None or not latest.suggested or found.status not in (OPEN, PENDING) or found.claimed_at is not None:
        return None
    told = latest.suggested
    team = session.scalars(select(Team).where(Team.slug == told["place"])).first()
    user = session.scalars(select(User).where(User.email == told["place"], User.disabled_at.is_(None))).first()
    place = team or user
    is_there = found.team_id == team.id if team else user is not None and found.user_id == user.id
    if place is None or is_there or _is_moved(found, latest, session):
        return None
    rows = session.scalars(select(Conversation).where(Conversation.id.in_(told["nearest"])))
    by_number = {row.id: row for row in rows if access.may(g.user, access.SEE, row)}
    like = [by_number[number] for number in told["nearest"] if number in by_number]
    return Suggestion(f"{'team' if team else 'user'}:{place.id}", place.name, like)


def _is_moved(found: Conversation, decision: Decision, session: Session) -> bool:
    """Whether it is elsewhere than where the catch-all sent it."""
    team = session.get(Team, found.team_id) if found.team_id else None
    user = session.get(User, found.user_id) if found.user_id else None
    sent_to = decision.outcome.get("team"), decision.outcome.get("person")
    return (team.slug if team else None) not in (sent_to[0], None) or (user is not None and sent_to[1] != user.email)
