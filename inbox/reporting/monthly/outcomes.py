"""What came of a period's first contacts: where their leads stand on the way to a sale, and what that is worth.

The only place here that knows where stages and values are kept.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inbox.models import Lead
from inbox.models.conversation import STAGES
from inbox.models.lead import CURRENCIES, WON
from inbox.reporting.days import Period
from inbox.reporting.monthly.content import Outcome

# Sales of the period whose first contact was earlier: apart, so that no euro counts twice.
EARLIER = "won_earlier"


def outcomes(session: Session, period: Period, timezone: str) -> list[Outcome]:
    """The leads whose first contact was in the period, by stage in the order of a sale; then what was won in it from
    earlier. Sums are of euros; a stage without any is not known."""
    start, end = period.moments(timezone)
    euros = func.sum(Lead.value_cents).filter(Lead.currency == CURRENCIES[0])
    query = select(Lead.stage, func.count(), euros)
    begun = query.where(Lead.contacted_at >= start, Lead.contacted_at < end).group_by(Lead.stage)
    found = {stage: Outcome(stage, count, _whole(cents)) for stage, count, cents in session.execute(begun)}
    earlier = query.where(
        Lead.stage == WON, Lead.won_at >= start, Lead.won_at < end, Lead.contacted_at < start
    ).group_by(Lead.stage)
    late = [Outcome(EARLIER, count, _whole(cents)) for _, count, cents in session.execute(earlier)]
    return [found[stage] for stage in STAGES if stage in found] + late


def _whole(cents: object) -> int | None:
    # PostgreSQL sums to a Decimal.
    return None if cents is None else int(str(cents))
