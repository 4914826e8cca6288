"""Doing what a decision says, in the caller's transaction."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import conversations
from inbox.db import new
from inbox.events import RULE, record
from inbox.models import Conversation, Message, Tag, Team, User, now
from inbox.models import Decision as DecisionRow
from routing import rules
from routing.engine import Decision


class Targets:
    """What decisions name, looked up once for a batch: teams, people, tags, and the version of the rules."""

    def __init__(self, session: Session) -> None:
        self.version_id = rules.version_id(session)
        self.teams = {row.slug: row.id for row in session.execute(select(Team.slug, Team.id))}
        active = select(User.email, User.id).where(User.disabled_at.is_(None))
        self.people = {row.email: row.id for row in session.execute(active)}
        self.tags = {tag.name: tag for tag in session.scalars(select(Tag))}


def apply(
    session: Session,
    conversation: Conversation,
    message: Message,
    decision: Decision,
    targets: Targets,
    at: datetime | None = None,
) -> DecisionRow:
    """Store the decision with its reasons and carry it out; returns the stored row."""
    actions, at = decision.actions, at or now()
    row = DecisionRow(
        conversation_id=conversation.id, message_id=message.id, rule_slug=decision.rule.slug,
        rule_name=decision.rule.name, rule_version_id=targets.version_id, outcome=actions.as_data(),
        reasons=decision.reasons, considered=decision.considered, at=at,
    )  # fmt: skip
    new(session, row)
    record(session, "routed", RULE, conversation_id=conversation.id, message_id=message.id, at=at, decision_id=row.id)
    if actions.kind:
        conversations.set_kind(session, conversation, RULE, actions.kind, at)
    if actions.priority:
        conversations.set_priority(session, conversation, RULE, actions.priority, at)
    if actions.tags:
        conversations.add_tags(session, conversation, RULE, list(actions.tags), at, targets.tags)
    team_id, user_id = targets.teams.get(actions.team), targets.people.get(actions.person)
    if team_id or user_id:
        conversations.assign(session, conversation, RULE, team_id=team_id, user_id=user_id, decision_id=row.id, at=at)
    return row
