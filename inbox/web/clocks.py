"""Which customers wait too long, or soon will: red and amber on the pages."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from inbox import calendars, targets
from inbox.models import Conversation, now


def states(session: Session, conversations: Iterable[Conversation]) -> dict[int, str]:
    """Which targets are missed or nearly so, by conversation (inbox.targets)."""
    return targets.states(session, calendars.company(session), conversations, now())
