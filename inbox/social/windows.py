"""How long one may write freely to whoever wrote by a social channel, where its platform sets a bound.

Beyond that only texts leave that WhatsApp has approved beforehand: the channel's templates, a list of name, language
and text with {{1}}, {{2}} … for what is put in
(https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inbox.channels import ChannelError
from inbox.models import Channel, Conversation, Message
from inbox.models.message import INBOUND, MESSAGE
from inbox.social.kinds import HUMAN_AGENT, HUMAN_AGENT_WINDOW, KINDS, TEMPLATES
from inbox.worktime.hours import Hours

# Whoever has no more than this of working time left hears of it.
# In the key of a talk that everybody can read.
PUBLIC = ":"
WARNED_SECONDS = 3600.0
LONGEST_TEXT, MOST_TEMPLATES = 1024, 50
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:_[A-Z]{2})?")
_PLACE = re.compile(r"\{\{(\d+)\}\}")


@dataclass(frozen=True, slots=True)
class Template:
    """An approved text. `places`: how many values it takes."""

    name: str
    language: str
    text: str

    @property
    def places(self) -> int:
        return len(set(_PLACE.findall(self.text)))

    def filled(self, values: Sequence[str]) -> str:
        """The text as the customer sees it. Raises IndexError for too few values."""
        return _PLACE.sub(lambda found: values[int(found[1]) - 1], self.text)


def length(channel: Channel) -> timedelta | None:
    """How long one may write freely after a customer's message; None for ever."""
    window = KINDS[channel.kind].window if channel.kind in KINDS else None
    return HUMAN_AGENT_WINDOW if window and channel.settings.get(HUMAN_AGENT) else window


def is_public(conversation: Conversation) -> bool:
    """Whether it is a talk of comments, which everybody can read, and in which one may write for ever."""
    kind = KINDS.get(conversation.channel.kind)
    return kind is not None and kind.public and PUBLIC in conversation.thread_key


def is_late(session: Session, conversation: Conversation, at: datetime) -> bool:
    """Whether only what the platform allows after its window leaves."""
    end, kind = until(session, conversation), KINDS.get(conversation.channel.kind)
    if end is None or kind is None or kind.window is None:
        return False
    return end - (length(conversation.channel) or kind.window) + kind.window <= at


def until(session: Session, conversation: Conversation) -> datetime | None:
    """Until when one may write freely (UTC); None where that has no end, or nobody has written."""
    if length(conversation.channel) is None or is_public(conversation):
        return None
    return ends(session, [conversation.id]).get(conversation.id)


def ends(session: Session, numbers: Collection[int] | None = None) -> Mapping[int, datetime]:
    """The same of several conversations, by default of all in which somebody waits; those without an end are left
    out."""
    bounded = {kind for kind, one in KINDS.items() if one.window is not None}
    lengths = {one.id: length(one) for one in session.scalars(select(Channel).where(Channel.kind.in_(bounded)))}
    said = (Message.direction == INBOUND, Message.kind == MESSAGE, Message.machine.is_(None))
    query = select(Message.conversation_id, Message.channel_id, func.max(Message.at)).join(Conversation).where(
        Conversation.channel_id.in_(lengths), Message.channel_id == Conversation.channel_id,
        ~Conversation.thread_key.contains(PUBLIC), *said
    )  # fmt: skip
    wanted = Conversation.waiting_since.is_not(None) if numbers is None else Conversation.id.in_(numbers)
    rows = session.execute(query.where(wanted).group_by(Message.conversation_id, Message.channel_id))
    return {number: last + (lengths[channel] or timedelta()) for number, channel, last in rows}


def is_over(session: Session, conversation: Conversation, at: datetime) -> bool:
    """Whether a free text does not reach the customer any more; so it is where they never wrote."""
    if length(conversation.channel) is None or is_public(conversation):
        return False
    end = until(session, conversation)
    return end is None or end <= at


def ends_before_work(hours: Hours, end: datetime, at: datetime) -> bool:
    """Whether hardly any working time is left until then."""
    return at < end and hours.working_seconds(at, end) <= WARNED_SECONDS


def templates(channel: Channel) -> Sequence[Template]:
    """The channel's approved texts."""
    return [Template(**one) for one in channel.settings.get(TEMPLATES, ())]


def find(channel: Channel, name: str, language: str) -> Template | None:
    """One of them."""
    return next((one for one in templates(channel) if (one.name, one.language) == (name, language)), None)


def set_templates(channel: Channel, wanted: Sequence[Template]) -> None:
    """Replace them. Raises ChannelError naming what is wrong."""
    if len(wanted) > MOST_TEMPLATES:
        raise ChannelError("templates: too many texts")
    for one in wanted:
        numbers = sorted({int(found) for found in _PLACE.findall(one.text)})
        if not _NAME.fullmatch(one.name):
            raise ChannelError("name: small letters, digits and _ only, as in Meta's list of templates")
        if not _LANGUAGE.fullmatch(one.language):
            raise ChannelError("language: a code such as it, en_US or de")
        if not 0 < len(one.text) <= LONGEST_TEXT:
            raise ChannelError("text: needed, and at most 1,024 characters")
        if numbers != list(range(1, len(numbers) + 1)):
            raise ChannelError("text: what is put in is numbered from {{1}} on, without a gap")
    if len({(one.name, one.language) for one in wanted}) < len(wanted):
        raise ChannelError("name: each name once in each language")
    kept: list[dict[str, Any]] = [{"name": one.name, "language": one.language, "text": one.text} for one in wanted]
    channel.settings = {**channel.settings, TEMPLATES: kept}
