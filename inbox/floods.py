"""A flood: far more posts of one form, or first messages of one chat, than people send, all alike. They are put aside
as spam and told once.

What is alike has the same sender, or the same words but for numbers and links. The first of them go the usual way,
since nobody knows yet. A person who says that they are genuine has them all taken in as if they had just come, and for
a day what looks alike is let through.
"""

import hashlib
import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import i18n
from connectors.formroles import MESSAGE, SUBJECT, Filled
from inbox import alarms, company, conversations, queue
from inbox.events import SYSTEM, Actor, record
from inbox.folding import fold
from inbox.models import Channel, Conversation, Message, now
from inbox.models.conversation import SPAM

FLOOD = "flood"
MOST, WITHIN_SECONDS = 20, 600.0
# After so long without one more, the next is another flood.
OVER = timedelta(days=1)
LET_THROUGH = timedelta(days=1)
# Short questions are often the same: "Vorrei il catalogo".
_FEWEST_WORDS = 4
_MOST_KNOWN = 5_000
_LINK = re.compile(r"\b(?:https?://|www\.)\S+")
_WORD = re.compile(r"[^\W\d_]+")


class Alike:
    """How many posts looked alike lately; in memory, and bounded. After a restart it counts anew."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: seconds that only grow."""
        self._clock = clock
        self._seen: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def too_many(self, form: str, filled: Filled) -> bool:
        """Count one more post of this form; whether more than MOST like it came within WITHIN_SECONDS."""
        at = self._clock()
        with self._lock:
            if len(self._seen) > _MOST_KNOWN:
                self._seen = {one: times for one, times in self._seen.items() if at - times[-1] < WITHIN_SECONDS}
            return max([self._count(f"{form} {mark}", at) for mark in marks(filled)], default=False)

    def _count(self, name: str, at: float) -> bool:
        times = self._seen.setdefault(name, deque(maxlen=MOST + 1))
        times.append(at)
        return len(times) > MOST and at - times[0] < WITHIN_SECONDS


def marks(filled: Filled) -> list[str]:
    """By what a post is like another: its sender, its words without numbers and links."""
    text = f"{filled.roles.get(SUBJECT, '')} {filled.roles.get(MESSAGE, '')}"
    words = _WORD.findall(_LINK.sub(" ", fold(text)))
    found = [f"from {fold(filled.email)}"] if filled.email else []
    if len(words) >= _FEWEST_WORDS:
        found.append(hashlib.sha256(" ".join(words).encode()).hexdigest())
    return found


@dataclass(frozen=True, slots=True)
class Flood:
    """A form's flood: since when, how many were put aside and are spam still."""

    since: datetime
    count: int


def put_aside(session: Session, form: Channel, conversation: Conversation, at: datetime) -> None:
    """One more of a flood: spam, tagged by its day; the managers are told of the first."""
    conversations.mark_spam(session, conversation, SYSTEM, at)
    state = _state(session, form)
    last = state.get("last")
    if last is None or at - last > OVER:
        state = {}
        told = alarms.tell_managers(session, lambda language: _words(form, language))
        record(session, "flood_told", channel_id=form.id, told=told)
    since = min(at, state.get("since", at))
    conversations.add_tags(session, conversation, SYSTEM, [f"flood-{since:%Y-%m-%d}"], at)
    _keep(session, form, {"since": since, "last": max(at, state.get("last", at))})


def lets_through(session: Session, form: Channel, at: datetime) -> bool:
    """Whether a person said lately that what looks like a flood of this form is genuine."""
    until = _state(session, form).get("genuine_until")
    return until is not None and at < until


def of(session: Session, form: Channel) -> Flood | None:
    """The flood of this form on which nobody has decided yet."""
    since = _state(session, form).get("since")
    found = _conversations(session, form, since) if since else []
    return Flood(since, len(found)) if since and found else None


def release(session: Session, form: Channel, actor: Actor) -> int:
    """They are genuine: each is open, its clock runs, the rules are asked; returns how many."""
    since = _state(session, form).get("since")
    found = _conversations(session, form, since) if since else []
    for conversation, message in found:
        conversations.reopen(session, conversation, actor, message)
        queue.enqueue(session, "route", message.id, f"route:{conversation.id}", payload={"quiet": False})
    _keep(session, form, {"genuine_until": now() + LET_THROUGH})
    record(session, "flood_released", actor, channel_id=form.id, count=len(found))
    return len(found)


def dismiss(session: Session, form: Channel, actor: Actor) -> None:
    """They are spam: they stay so, and while more of them come nobody is told again."""
    _keep(session, form, {name: at for name, at in _state(session, form).items() if name == "last"})
    record(session, "flood_dismissed", actor, channel_id=form.id)


def _conversations(session: Session, form: Channel, since: datetime) -> list[tuple[Conversation, Message]]:
    query = (
        select(Conversation, Message)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Conversation.status == SPAM, Conversation.last_at >= since, Message.channel_id == form.id)
        .order_by(Message.id)
    )
    return [(talk, message) for talk, message in session.execute(query) if message.facts.get("trap") == FLOOD]


def _state(session: Session, form: Channel) -> dict[str, datetime]:
    kept = json.loads(company.get(session, f"flood.{form.id}") or "{}")
    return {name: datetime.fromisoformat(value) for name, value in kept.items()}


def _keep(session: Session, form: Channel, state: dict[str, datetime]) -> None:
    company.put(session, f"flood.{form.id}", json.dumps({name: value.isoformat() for name, value in state.items()}))


def _words(form: Channel, language: str) -> tuple[str, str]:
    _ = i18n.translator(language)
    text = _(
        "More than %(most)s posts to %(name)s came within ten minutes and look alike. The further ones are put aside "
        "as spam, nothing is lost. Its page, under Channels, says how many; if they are genuine they can be taken in "
        "from there."
    )
    return _("A flood of posts: %s") % form.name, text % {"most": MOST, "name": form.name}
