"""Which customers wait too long: red on the pages."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from inbox import calendars, targets
from inbox.models import Conversation, now


def late(session: Session, conversations: Iterable[Conversation]) -> set[int]:
    """The ids of those whose customer has waited longer than the conversation's target."""
    hours, moment = calendars.company(session), now()
    return {
        one.id
        for one in conversations
        if one.waiting_since
        and targets.counts(one)
        and hours.working_seconds(one.waiting_since, moment) > 60 * targets.minutes(one)
    }
