"""Doing what a decision says, in the caller's transaction."""

from collections.abc import Collection
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import (
    acknowledgements,
    approvals,
    contacts,
    conversations,
    properties,
    signatures,
    snoozing,
    watchers,
    webhooks,
)
from inbox.clocks import targets
from inbox.db import new
from inbox.events import RULE, record
from inbox.models import Channel, Conversation, Message, Tag, Team, User, now
from inbox.models import Decision as DecisionRow
from inbox.models.conversation import OPEN, PENDING
from inbox.worktime.hours import Hours
from inbox.worktime.rota import Rota
from routing import cover, rules
from routing.engine import Decision
from routing.occasions import NEW
from routing.outcome import Actions
from routing.pick import DISABLED
from routing.turns import Turns

ROUTED = "conversation.routed"


class Targets:
    """What decisions name, looked up once for a batch: teams, people, tags, and the version of the rules."""

    def __init__(self, session: Session, public_url: str = "") -> None:
        self._session = session
        self.public_url = public_url.rstrip("/")
        self.version_id = rules.version_id(session)
        self.teams = {row.slug: row.id for row in session.execute(select(Team.slug, Team.id))}
        everybody = list(session.scalars(select(User)))
        self.people = {user.email: user for user in everybody}
        self.by_number = {user.id: user for user in everybody}
        self.tags = {tag.name: tag for tag in session.scalars(select(Tag))}
        self.rota = Rota(session, now().date())
        self.turns = Turns(session, self.by_number, self.rota)

    @cached_property
    def webhooks(self) -> dict[str, Channel]:
        """The programs that can be told, by name."""
        return webhooks.names(self._session)

    @cached_property
    def calendar(self) -> Hours:
        """The company's hours."""
        return self.rota.company

    @cached_property
    def office(self) -> acknowledgements.Office:
        """What acknowledging needs."""
        managers = [one.id for one in approvals.managers(self._session)]
        ours, footer = contacts.ours(self._session), signatures.footer(self._session)
        return acknowledgements.Office(ours, self.rota, footer, managers)


def apply(
    session: Session,
    conversation: Conversation,
    message: Message,
    decision: Decision,
    targets: Targets,
    at: datetime | None = None,
    *,
    quiet: bool = False,
    event: str = NEW,
    place: Collection[str] = (),
) -> DecisionRow:
    """Store the decision with its reasons and carry it out; returns the stored row.

    `quiet`: the message is history that was imported, of which nobody outside is told. `event`: what called for it.
    `place`: codes of the customer's country, region and province, as far as they are known.
    """
    actions, at = decision.actions, at or now()
    row = DecisionRow(
        conversation_id=conversation.id, message_id=message.id, rule_slug=decision.rule.slug,
        rule_name=decision.rule.name, rule_version_id=targets.version_id, outcome=actions.as_data(),
        reasons=decision.reasons, considered=decision.considered, event=event,
        matched=[one.as_data() for one in decision.matched[:-1]], at=at,
    )  # fmt: skip
    new(session, row)
    record(session, "routed", RULE, conversation_id=conversation.id, message_id=message.id, at=at, decision_id=row.id)
    _describe(session, conversation, actions, targets, at)
    row.skipped = _give(session, conversation, actions, targets, row.id, at, place)
    if actions.acknowledge and not quiet:
        acknowledgements.acknowledge(session, conversation, message, at, targets.office)
    _end(session, conversation, actions, targets, at)
    if not quiet:
        _announce(session, conversation, row, actions, targets)
    return row


def _describe(session: Session, conversation: Conversation, actions: Actions, known: Targets, at: datetime) -> None:
    """What it is: kind, priority, tags, language, stage, target; and who watches."""
    if actions.kind:
        conversations.set_kind(session, conversation, RULE, actions.kind, at)
    if actions.priority:
        conversations.set_priority(session, conversation, RULE, actions.priority, at)
    if actions.tags:
        conversations.add_tags(session, conversation, RULE, list(actions.tags), at, known.tags)
    if actions.language:
        properties.set_language(session, conversation, RULE, actions.language, at)
    if actions.stage:
        properties.set_stage(session, conversation, RULE, actions.stage, at)
    if actions.target:
        targets.set_target(session, conversation, RULE, actions.target, at)
    for address in actions.watchers:
        if address in known.people:
            watchers.watch(session, conversation, RULE, known.people[address], at)


def _give(
    session: Session,
    conversation: Conversation,
    actions: Actions,
    known: Targets,
    decision_id: int,
    at: datetime,
    place: Collection[str],
) -> list[dict[str, Any]]:
    """Give it to a team or person, or to who stands in; who was passed over, and why."""
    team_id, user_id = known.teams.get(actions.team), None
    skipped: list[dict[str, Any]] = []
    if actions.person:
        user = known.people.get(actions.person)
        if user is not None and user.disabled_at is None:
            user_id = user.id
        else:
            skipped = [{"user_id": user.id if user else None, "why": DISABLED}]
    elif actions.pick:
        owner_id = contacts.owner_of(conversation.contact)
        picked = known.turns.pick(actions.pick, team_id, owner_id, at, place)
        user_id, skipped = picked.user_id, picked.skipped
    user_id, instead = cover.stand_in(known.rota, known.by_number, team_id, user_id, at)
    skipped = [*instead, *skipped] if instead else skipped
    if team_id or user_id:
        conversations.assign(
            session, conversation, RULE, team_id=team_id, user_id=user_id, decision_id=decision_id, at=at
        )
    if user_id:
        known.turns.given(team_id, user_id, at)
    return skipped


def _end(session: Session, conversation: Conversation, actions: Actions, known: Targets, at: datetime) -> None:
    """Out of the queue, for good or for a while."""
    if actions.spam:
        conversations.mark_spam(session, conversation, RULE, at)
    elif actions.close and conversation.status in (OPEN, PENDING):
        conversations.close(session, conversation, RULE, at)
    elif actions.snooze:
        snoozing.snooze(session, conversation, RULE, known.calendar.after(at, actions.snooze), at)


def _announce(session: Session, conversation: Conversation, row: DecisionRow, actions: Actions, known: Targets) -> None:
    """Tell other programs what was decided; one that is not connected (any more) is written down."""
    for name in actions.webhook:
        channel = known.webhooks.get(name)
        if channel is None:
            record(session, "not_announced", RULE, conversation_id=conversation.id, at=row.at, name=name)
            continue
        webhooks.announce(session, conversation, channel, _facts(conversation, row, known), row.at)


def _facts(conversation: Conversation, row: DecisionRow, known: Targets) -> dict[str, Any]:
    """The decision for another program: no word that a customer wrote."""
    person = known.by_number.get(conversation.user_id or 0)
    return {
        "type": ROUTED, "id": conversation.id, "at": row.at.isoformat(), "rule": row.rule_slug,
        "team": next((slug for slug, number in known.teams.items() if number == conversation.team_id), None),
        "person": person.email if person else None, "kind": conversation.kind, "priority": conversation.priority,
        "tags": [tag.name for tag in conversation.tags], "link": f"{known.public_url}/conversations/{conversation.id}",
    }  # fmt: skip
