"""Within which time a customer is to be answered: the conversation's own target, else the company's usual."""

from datetime import datetime

from sqlalchemy.orm import Session

from inbox.events import Actor, record
from inbox.hours import Hours
from inbox.models import Conversation
from inbox.models.conversation import CUSTOMER_KINDS

# Working time, so that a Monday morning does not begin all in red: half a day.
USUAL_MINUTES = 240
# So much at least must be left when somebody is reminded of it.
WARNING_MINUTES = 15


def minutes(conversation: Conversation) -> int:
    """Working minutes within which the customer is to be answered."""
    return conversation.target_minutes or USUAL_MINUTES


def counts(conversation: Conversation) -> bool:
    """Whether a customer is kept waiting at all: suppliers and the like are not, unless somebody set a target."""
    return conversation.kind in CUSTOMER_KINDS or conversation.target_minutes is not None


def due(hours: Hours, conversation: Conversation, since: datetime) -> datetime:
    """Until when (UTC) a customer who has waited since then is to be answered."""
    return hours.after(since, minutes(conversation))


def warned(hours: Hours, conversation: Conversation, since: datetime) -> datetime:
    """From when on (UTC) little is left of that time: less than a quarter of it, or than WARNING_MINUTES where that is
    more; but its half has always passed."""
    target = minutes(conversation)
    left = min(max(target // 4, WARNING_MINUTES), target // 2)
    return hours.after(since, target - left + 1)


def set_target(
    session: Session, conversation: Conversation, actor: Actor, wanted: int, at: datetime | None = None
) -> None:
    """Set the conversation's own target in working minutes. Raises ValueError for less than one."""
    if wanted < 1:
        raise ValueError(f"target must be at least one working minute (got {wanted!r})")
    if conversation.target_minutes != wanted:
        conversation.target_minutes = wanted
        record(session, "target_set", actor, conversation_id=conversation.id, at=at, minutes=wanted)
