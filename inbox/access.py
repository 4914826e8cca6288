"""Who may do what: the one function that every page, door and command asks at the moment of use."""

from inbox.models import Conversation, User
from inbox.models.user import COLLEAGUE, CONSULTANT, DIRECTOR, EXTERNAL, MANAGER

SEE_QUEUE, SEE, CHANGE, BEGIN = "queue", "see", "change", "begin"
SEE_REPORTS, RULES, PEOPLE, CHANNELS = "reports", "rules", "people", "channels"
# Given questions by a rule that chooses among a team: an external agent gets theirs by hand only.
TAKE_TURNS = "turns"

_ALLOWED = {
    MANAGER: {SEE_QUEUE, SEE, CHANGE, BEGIN, TAKE_TURNS, SEE_REPORTS, RULES, PEOPLE, CHANNELS},
    COLLEAGUE: {SEE_QUEUE, SEE, CHANGE, BEGIN, TAKE_TURNS, SEE_REPORTS},
    EXTERNAL: {SEE_QUEUE, SEE, CHANGE},
    DIRECTOR: {SEE_REPORTS},
    CONSULTANT: {SEE_REPORTS},
}


def may(user: User, action: str, conversation: Conversation | None = None) -> bool:
    """Whether the user may do this (to this conversation). An external agent has only what is in their own hands."""
    if user.disabled_at is not None or action not in _ALLOWED.get(user.role, set()):
        return False
    if user.role == EXTERNAL and conversation is not None:
        return conversation.user_id == user.id
    return True
