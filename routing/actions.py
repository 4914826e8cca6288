"""Doing what a decision says, in the caller's transaction."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import conversations
from inbox.events import RULE, record
from inbox.models import Conversation, Message, Team, User, now
from inbox.models import Decision as DecisionRow
from routing import rules
from routing.engine import Decision


def apply(
    session: Session, conversation: Conversation, message: Message, decision: Decision, at: datetime | None = None
) -> DecisionRow:
    """Store the decision with its reasons and carry it out; returns the stored row."""
    actions, at = decision.actions, at or now()
    row = DecisionRow(
        conversation_id=conversation.id, message_id=message.id, rule_slug=decision.rule.slug,
        rule_name=decision.rule.name, rule_version_id=rules.version_id(session), outcome=actions.as_data(),
        reasons=decision.reasons, considered=decision.considered, at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, "routed", RULE, conversation_id=conversation.id, message_id=message.id, at=at, decision_id=row.id)
    if actions.kind:
        conversations.set_kind(session, conversation, RULE, actions.kind, at)
    if actions.priority:
        conversations.set_priority(session, conversation, RULE, actions.priority, at)
    if actions.tags:
        conversations.add_tags(session, conversation, RULE, list(actions.tags), at)
    team_id, user_id = _target(session, actions.team, actions.person)
    if team_id or user_id:
        conversations.assign(session, conversation, RULE, team_id=team_id, user_id=user_id, decision_id=row.id, at=at)
    return row


def _target(session: Session, team: str, person: str) -> tuple[int | None, int | None]:
    team_id = session.scalar(select(Team.id).where(Team.slug == team)) if team else None
    user = session.scalar(select(User).where(User.email == person, User.disabled_at.is_(None))) if person else None
    return team_id, user.id if user else None
