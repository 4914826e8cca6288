"""Which customers wait too long, or soon will: red and amber on the pages."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from inbox.clocks import targets
from inbox.models import Conversation, now
from inbox.worktime import calendars


def states(session: Session, conversations: Iterable[Conversation]) -> dict[int, str]:
    """Which targets are missed or nearly so, by conversation (inbox.clocks.targets)."""
    return targets.states(session, calendars.company(session), conversations, now())
