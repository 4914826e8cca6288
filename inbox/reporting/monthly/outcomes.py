"""What came of a period's conversations: where they stand on the way to a sale, and what that is worth.

The only place that knows where stages and values are kept.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inbox.models import Conversation
from inbox.models.conversation import CUSTOMER_KINDS, SPAM, STAGES
from inbox.reporting.days import Period
from inbox.reporting.monthly.content import Outcome


def outcomes(session: Session, period: Period, timezone: str) -> list[Outcome]:
    """The conversations that began in the period and are leads, by stage in the order of a sale."""
    start, end = period.moments(timezone)
    query = (
        select(Conversation.stage, func.count())
        .where(Conversation.created_at >= start, Conversation.created_at < end)
        .where(Conversation.kind.in_(CUSTOMER_KINDS), Conversation.status != SPAM, Conversation.stage != "")
        .group_by(Conversation.stage)
    )
    counts = dict(session.execute(query).all())
    return [Outcome(stage, counts[stage], None) for stage in STAGES if stage in counts]
