"""Who may do what: the one function that every page, door and command asks at the moment of use."""

from inbox.models import Conversation, User
from inbox.models.user import COLLEAGUE, CONSULTANT, DIRECTOR, EXTERNAL, MANAGER

SEE_QUEUE, SEE, CHANGE, BEGIN = "queue", "see", "change", "begin"
SEE_REPORTS, RULES, PEOPLE, CHANNELS = "reports", "rules", "people", "channels"
# Whose questions a report is about; without it, figures only.
NAMES = "names"
# How fast each colleague answers, where it was agreed that managers see it.
TIMES = "times"
# Given questions by a rule that chooses among a team: an external agent gets theirs by hand only.
TAKE_TURNS = "turns"
# Who is there when; why somebody is away only the managers see.
WEEK = "week"

_ALLOWED = {
    MANAGER: {SEE_QUEUE, SEE, CHANGE, BEGIN, TAKE_TURNS, WEEK, SEE_REPORTS, NAMES, TIMES, RULES, PEOPLE, CHANNELS},
    COLLEAGUE: {SEE_QUEUE, SEE, CHANGE, BEGIN, TAKE_TURNS, WEEK, SEE_REPORTS, NAMES},
    EXTERNAL: {SEE_QUEUE, SEE, CHANGE},
    DIRECTOR: {SEE_REPORTS, NAMES, WEEK},
    CONSULTANT: {SEE_REPORTS},
}


def may_set_hours(user: User, team_id: int | None, user_id: int | None) -> bool:
    """Whether the user may set the hours and absences of a team, a person (themselves) or, both None, the company."""
    if user.id == user_id and user.disabled_at is None:
        return True
    return may(user, PEOPLE)


def may_see_times(user: User, person_id: int | None, *, agreed: bool) -> bool:
    """Whether the user may see how fast a person answers (None: each of them): whoever answers customers their own
    times, a manager everybody's where it was `agreed` (inbox.reporting.agreements; art. 4, legge 300/1970)."""
    if user.disabled_at is None and user.id == person_id:
        return user.role in (MANAGER, COLLEAGUE, EXTERNAL)
    return agreed and may(user, TIMES)


def may(user: User, action: str, conversation: Conversation | None = None) -> bool:
    """Whether the user may do this (to this conversation). An external agent has only what is in their own hands."""
    if user.disabled_at is not None or action not in _ALLOWED.get(user.role, set()):
        return False
    if user.role == EXTERNAL and conversation is not None:
        return conversation.user_id == user.id
    return True
