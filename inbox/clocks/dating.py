"""When an item counts as received, where what the provider says of it cannot be."""

from datetime import UTC, datetime, timedelta

from inbox.models import now

# Under which name what the provider said is kept with the item, and with the message.
DATED = "dated"
# No mailbox is older; a server that lost its clock says 1970.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# By so much a provider's clock may be ahead of ours without a word about it.
CLOCKS_APART = timedelta(minutes=2)


def received(told: datetime, fetched_at: datetime) -> tuple[datetime, dict[str, str]]:
    """When it counts: not later than now, and not before there was mail, else when it was fetched; and what was told
    instead, where that is far from it."""
    latest = now() + timedelta(seconds=1)
    if told < EARLIEST:
        return min(fetched_at, latest), {DATED: told.isoformat()}
    if told > latest + CLOCKS_APART:
        return latest, {DATED: told.isoformat()}
    return min(told, latest), {}
