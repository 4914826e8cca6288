"""Alarms: a channel that has not worked for a while is told to the managers by another way, and that it works again.

Once an outage, never through the channel that fails; the pages show it to managers all the while. A mailbox that works
and yet receives nothing, far longer than is usual for it, is told too.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from config import i18n
from inbox import replies, webhooks
from inbox.db import Database
from inbox.events import record
from inbox.models import Channel, Delivery, Intake, User, now
from inbox.models.delivery import NOTIFICATION
from inbox.models.user import MANAGER
from inbox.social.kinds import KINDS

PATIENCE = timedelta(minutes=15)
SILENCE_AT_LEAST, SILENCE_LOOKS_BACK = timedelta(days=2), timedelta(days=90)
SILENCE_NEEDS, SILENCE_LOOKS_AT = 20, 1_000


def troubles(session: Session) -> list[Channel]:
    """The channels by which messages come that do not work and should, the longest first."""
    failing = select(Channel).where(Channel.enabled, Channel.error != "", Channel.error_at <= now() - PATIENCE)
    query = failing.where(Channel.kind != webhooks.KIND)
    return list(session.scalars(query.order_by(Channel.error_at)))


def look(database: Database, timezone: str, public_url: str = "") -> int:
    """Tell what began to fail, or works again, since the last look; returns how many channels were told about."""
    with database.reading() as session:
        told = select(Channel.id).where(Channel.alarmed_at.is_not(None), Channel.error == "")
        if not list(session.scalars(told)) and all(one.alarmed_at for one in troubles(session)):
            return 0
    count = 0
    with database.writing() as session:
        for channel in troubles(session):
            if channel.alarmed_at is None:
                channel.alarmed_at = now()
                _tell(session, channel, timezone, public_url)
                count += 1
        over = select(Channel).where(Channel.alarmed_at.is_not(None), (Channel.error == "") | ~Channel.enabled)
        for channel in session.scalars(over):
            channel.alarmed_at = None
            if channel.enabled:
                _tell(session, channel, timezone, public_url)
                count += 1
    return count


def look_for_silence(database: Database, timezone: str) -> int:
    """Tell of mailboxes where nothing arrives any more; returns how many. Told once until something arrives."""
    moment = now()
    with database.reading() as session:
        query = select(Channel).where(Channel.kind == "mail", Channel.enabled, Channel.error == "")
        found = [(one.id, _last_arrivals(session, one.id)) for one in session.scalars(query)]
    silent = {number for number, times in found if is_silent(times, moment)}
    count = 0
    with database.writing() as session:
        for number, times in found:
            channel = session.get_one(Channel, number)
            if number not in silent:
                channel.silence_told_at = None
            elif channel.silence_told_at is None:
                channel.silence_told_at = moment
                _send(session, channel, "silence_told", _silence(channel, times[0], timezone))
                count += 1
    return count


def is_silent(times: Sequence[datetime], moment: datetime) -> bool:
    """Whether it has been quiet for far longer than ever among the last arrivals (`times`, newest first).

    Three times the longest pause so far, and two days at least; not before there are enough arrivals to judge by.
    """
    if len(times) < SILENCE_NEEDS:
        return False
    longest = max(later - earlier for later, earlier in pairwise(times))
    return moment - times[0] > max(SILENCE_AT_LEAST, 3 * longest)


def _last_arrivals(session: Session, channel_id: int) -> list[datetime]:
    query = select(Intake.received_at).where(
        Intake.channel_id == channel_id, Intake.folder == "inbox", Intake.received_at > now() - SILENCE_LOOKS_BACK
    )
    return list(session.scalars(query.order_by(Intake.received_at.desc()).limit(SILENCE_LOOKS_AT)))


def _silence(channel: Channel, last: datetime, timezone: str) -> Callable[[str], tuple[str, str]]:
    """Subject and text of the warning, by language."""

    def words(language: str) -> tuple[str, str]:
        _ = i18n.translator(language)
        since = i18n.moment(last, language, timezone, now().astimezone(ZoneInfo(timezone)).date())
        text = _(
            "Nothing has arrived at %(name)s since %(since)s, which is unusual. The mailbox can be read; perhaps the "
            "mails are forwarded or sorted elsewhere. A mail to it from outside shows whether it still receives."
        )
        return _("Nothing arrives at %s") % channel.name, text % {"name": channel.name, "since": since}

    return words


def _tell(session: Session, channel: Channel, timezone: str, public_url: str) -> None:
    action = "alarm_raised" if channel.error else "alarm_over"
    _send(session, channel, action, lambda language: _words(channel, language, timezone, public_url))


def _send(session: Session, channel: Channel, action: str, words: Callable[[str], tuple[str, str]]) -> None:
    """Tell the managers by a way that is not this channel."""
    record(session, action, channel_id=channel.id, told=tell_managers(session, words, channel))


def tell_managers(
    session: Session, words: Callable[[str], tuple[str, str]], broken: Channel | None = None, *, pressing: bool = True
) -> list[dict[str, Any]]:
    """Tell the managers; see `tell`."""
    query = select(User).where(User.role == MANAGER, User.disabled_at.is_(None)).options(selectinload(User.links))
    users = session.scalars(query.order_by(User.id)).all()
    return tell(session, users, words, broken, pressing=pressing)


def tell(
    session: Session,
    users: Iterable[User],
    words: Callable[[str], tuple[str, str]],
    broken: Channel | None = None,
    *,
    pressing: bool = True,
) -> list[dict[str, Any]]:
    """Tell colleagues (subject and text by language), not by a channel that is broken; who was told, and by what.

    Where it is not pressing, who wishes no mails gets none.
    """
    told: list[dict[str, Any]] = []
    for user in users:
        for way, address in _ways(session, user, broken):
            is_mail = way.kind == "mail"
            if is_mail and not pressing and not user.notify_by_mail:
                continue
            subject, text = words(user.language)
            envelope = {
                "to": [{"address": address, "name": user.name}], "subject": subject, "text": text,
                "headers": replies.AUTO_GENERATED if is_mail else {},
            }  # fmt: skip
            delivery = Delivery(
                purpose=NOTIFICATION, channel_id=way.id, recipient=address, user_id=user.id, envelope=envelope,
                external_id=replies.message_id_for(way.address) if is_mail else "",
            )  # fmt: skip
            replies.queue_delivery(session, delivery)
            told.append({"user_id": user.id, "by": way.kind})
    return told


def _ways(session: Session, user: User, broken: Channel | None) -> Iterable[tuple[Channel, str]]:
    """A colleague's chats, else a mailbox that works."""
    without = broken.id if broken else 0
    chats = [(session.get(Channel, link.channel_id), link.address) for link in user.links if link.works]
    found = [(way, address) for way, address in chats if way and way.enabled and not way.error and way.id != without]
    if found:
        return found
    query = select(Channel).where(Channel.kind == "mail", Channel.enabled, Channel.error == "", Channel.id != without)
    mailbox = session.scalar(query.order_by(Channel.id).limit(1))
    if mailbox is None or mailbox.address.lower() == user.email.lower():
        return []
    return [(mailbox, user.email)]


def page(channel: Channel) -> str:
    """The path of the page where a channel is mended."""
    if channel.kind in KINDS:
        return f"/channels/{channel.kind}/{channel.id}"
    return f"/channels/mailboxes/{channel.id}" if channel.kind == "mail" else "/channels"


def _words(channel: Channel, language: str, timezone: str, public_url: str) -> tuple[str, str]:
    _ = i18n.translator(language)
    if not channel.error:
        return (
            _("The channel %s works again") % channel.name,
            _("The channel %s works again. What arrived meanwhile is being taken in.") % channel.name,
        )
    today = now().astimezone(ZoneInfo(timezone)).date()
    since = i18n.moment(channel.error_at, language, timezone, today) if channel.error_at else ""
    waits = _("Nothing is lost: what customers write waits there and is taken in as soon as it works again.")
    kept = _(KINDS[channel.kind].kept) if channel.kind in KINDS else ""
    parts = [
        _("The channel %(name)s has not worked since %(since)s.") % {"name": channel.name, "since": since},
        kept or waits,
        _("What it says: %s") % channel.error,
        *([_("Here it is mended: %s") % f"{public_url}{page(channel)}"] if public_url else []),
    ]
    return _("The channel %s does not work") % channel.name, "\n\n".join(parts)
