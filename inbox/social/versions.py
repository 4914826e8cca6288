"""What a customer changes is a version of the same message: the earlier wordings stay.

A change that nobody would see (https://core.telegram.org/bots/api#update: platforms tell of such, too) is none.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from connectors import base
from inbox import threads
from inbox.models import Message
from inbox.models.message import INBOUND

EDITS = "edits"
# What says that a file is the same, and what would have it fetched again.
_SAME_FILE, _NAMED = ("media_key", "media_sha256"), "media_id"


def of(session: Session, channel_id: int, read: base.Message) -> Sequence[Message]:
    """The versions known of what a message changes, the oldest first."""
    edits = read.facts.get(EDITS)
    talks = [one.id for one in threads.by_thread_key(session, read.thread_key, channel_id)] if edits else []
    named = select(Message).where(
        Message.conversation_id.in_(talks), Message.direction == INBOUND,
        or_(Message.external_id == edits, Message.in_reply_to == edits),
    )  # fmt: skip
    found = session.scalars(named.order_by(Message.at, Message.id)) if talks else ()
    return [one for one in found if _original(one) == edits]


def changed(known: Sequence[Message], read: base.Message) -> base.Message | None:
    """A change as it is to be kept: a file that is here already is not fetched again. None where nothing changed."""
    file = _file(read.facts)
    same_file = any(file == _file(one.facts) for one in known[-1:])
    if same_file and known[-1].text == read.text:
        return None
    if file and any(file == _file(one.facts) for one in known):
        return dataclasses.replace(read, facts={name: one for name, one in read.facts.items() if name != _NAMED})
    return read


def neighbours(messages: Iterable[Message]) -> Mapping[int, tuple[int | None, int | None]]:
    """Of each of a talk's messages (in order of time) that was changed: the versions just before and after it."""
    chains: dict[str, list[Message]] = {}
    for one in messages:
        if one.direction == INBOUND and _original(one):
            chains.setdefault(_original(one), []).append(one)
    found: dict[int, tuple[int | None, int | None]] = {}
    for chain in (some for some in chains.values() if any(EDITS in one.facts for one in some)):
        ids = [None, *(one.id for one in chain), None]
        found |= {number: (ids[place], ids[place + 2]) for place, number in enumerate(ids[1:-1]) if number}
    return found


def _original(message: Message) -> str:
    return str(message.facts.get(EDITS) or message.external_id)


def _file(facts: Mapping[str, str]) -> str:
    return next((facts[name] for name in _SAME_FILE if facts.get(name)), "")
