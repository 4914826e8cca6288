"""When this server was away: told once it is back, with what may be missing because a platform keeps it no longer.

What the platforms keep comes by itself; those that have to be asked to go on calling are asked.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import i18n
from inbox import alarms
from inbox.db import Database
from inbox.events import SYSTEM, record
from inbox.models import Channel, Setting, now
from inbox.social import trials
from inbox.social.kinds import KINDS

BEAT, LAST = "beat", "outage"
# So long it takes to bring a server up to date.
NOTICED = timedelta(minutes=10)
SHOWN_FOR = timedelta(days=14)


class Outage(BaseModel):
    """From when to when (UTC), and the channels (numbers) of which something may be missing."""

    begun: datetime
    ended: datetime
    channels: list[int] = []


def beat(database: Database, timezone: str) -> Outage | None:
    """Note that the server runs, a minute apart; the outage that this ends, if it does."""
    moment = now()
    with database.writing() as session:
        row = session.get(Setting, BEAT)
        last = datetime.fromisoformat(row.value) if row else moment
        session.merge(Setting(key=BEAT, value=moment.isoformat()))
        if moment - last <= NOTICED:
            return None
        social = session.scalars(select(Channel).where(Channel.enabled, Channel.kind.in_(KINDS))).all()
        for channel in social:
            trials.look(session, channel, last)
        missing = [one for one in social if _is_missing(one, moment - last)]
        found = Outage(begun=last, ended=moment, channels=[one.id for one in missing])
        session.merge(Setting(key=LAST, value=found.model_dump_json()))
        told = alarms.tell_managers(session, _words(found, missing, timezone)) if missing else []
        record(session, "outage_over", SYSTEM, begun=last.isoformat(), ended=moment.isoformat(), told=told)
    return found


def last(session: Session) -> Outage | None:
    """The last outage by which something may be missing, for a while after it."""
    row = session.get(Setting, LAST)
    found = Outage.model_validate_json(row.value) if row else None
    return found if found and found.channels and now() - found.ended <= SHOWN_FOR else None


def _is_missing(channel: Channel, length: timedelta) -> bool:
    keeps = KINDS[channel.kind].keeps
    return keeps is not None and length > keeps


def _words(found: Outage, missing: Sequence[Channel], timezone: str) -> Callable[[str], tuple[str, str]]:
    """Subject and text, by language."""
    lost = [(one.name, KINDS[one.kind].kept) for one in missing]

    def words(language: str) -> tuple[str, str]:
        _ = i18n.translator(language)
        today = found.ended.astimezone(ZoneInfo(timezone)).date()
        begun, ended = (i18n.moment(one, language, timezone, today) for one in (found.begun, found.ended))
        told = _("This server was away from %(begun)s to %(ended)s.") % {"begun": begun, "ended": ended}
        rest = _("All that waits elsewhere is being fetched. Something may be missing of these:")
        lines = [f"– {name}: {_(kept)}" for name, kept in lost]
        return _("This server was away, and messages may be missing"), "\n\n".join([told, rest, *lines])

    return words
