"""Which customers wait too long: red on the pages."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from inbox import calendars
from inbox.models import Conversation, now
from inbox.models.conversation import CUSTOMER_KINDS

# Working time, so that a Monday morning does not begin all in red.
TOO_LONG_SECONDS = 4 * 3600


def late(session: Session, conversations: Iterable[Conversation]) -> set[int]:
    """The ids of those whose customer has waited longer than a half day of work."""
    versions, moment = calendars.versions(session), now()
    return {
        one.id
        for one in conversations
        if one.waiting_since
        and one.kind in CUSTOMER_KINDS
        and calendars.working_seconds(versions, one.waiting_since, moment) > TOO_LONG_SECONDS
    }
