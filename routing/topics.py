"""What would be worth writing about: questions that several customers ask, and products that give trouble.

Questions of different words are one where they share most of their stems. Only what customers themselves wrote counts,
each contact once; addresses, links and long numbers are left out, as the text is meant to be published after editing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import products
from inbox.folding import fold
from inbox.models import Conversation, Message
from inbox.models.conversation import CUSTOMER_KINDS, SPAM
from inbox.models.message import INBOUND, MESSAGE
from routing.learning.stopwords import STOPWORDS
from routing.words import stems

ASKED, SHOWN = 3, 30
# Two questions are one where they share so much of their stems.
ALIKE, LEAST_STEMS, MOST_WORDS, MOST_MESSAGES = 0.5, 2, 40, 20_000
_QUESTION = re.compile(r"[^.!?\n]{8,300}\?")
_PRIVATE = re.compile(r"\S+@\S+|https?://\S+|\+?\d[\d /-]{6,}\d")
_TROUBLE = re.compile(
    r"\b(?:reclam\w*|difett\w*|rott[oaie]|guast\w*|non funziona\w*|problem\w*|perdita|perde|rumor\w*"
    r"|danneggiat\w*|sbagliat\w*"
    r"|defect\w*|broken|faulty|not working|does not work|doesn't work|complain\w*|leak\w*|damaged|wrong|noise"
    r"|reklamation\w*|mangel\w*|defekt\w*|kaputt|beschadigt\w*|undicht\w*|funktioniert nicht|falsch\w*)\b"
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was first put, how many contacts asked it, and in which conversations (the newest first)."""

    words: str
    asked: int
    conversations: Sequence[int]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A product, and the conversations in which customers tell of trouble with it."""

    product: str
    told: int
    conversations: Sequence[int]


@dataclass(slots=True)
class _Group:
    words: str
    stems: frozenset[str]
    contacts: set[int]
    conversations: dict[int, None]


def questions(session: Session, since: datetime) -> list[Question]:
    """What at least ASKED different contacts have asked since a moment, the most asked first."""
    groups: list[_Group] = []
    by_stem: dict[str, list[int]] = {}
    for conversation_id, contact_id, _, text in _texts(session, since):
        for words in _asked(text):
            told = _stems(words)
            if len(told) < LEAST_STEMS:
                continue
            # Only groups that share a word can be alike.
            near = {number for stem in told for number in by_stem.get(stem, ())}
            best = max(near, key=lambda number: (_likeness(told, groups[number].stems), -number), default=None)
            if best is None or _likeness(told, groups[best].stems) < ALIKE:
                best = len(groups)
                groups.append(_Group(words, told, set(), {}))
                for stem in told:
                    by_stem.setdefault(stem, []).append(best)
            groups[best].contacts.add(contact_id)
            groups[best].conversations[conversation_id] = None
    found = [
        Question(one.words, len(one.contacts), list(one.conversations)[::-1])
        for one in groups
        if len(one.contacts) >= ASKED
    ]
    return sorted(found, key=lambda one: (-one.asked, one.words))[:SHOWN]


def troubles(session: Session, since: datetime) -> list[Trouble]:
    """Products with which customers told of trouble since a moment, the most often first."""
    finder, found = products.finder(session), dict[str, dict[int, None]]()
    for conversation_id, _, subject, text in _texts(session, since):
        if _TROUBLE.search(fold(f"{subject}\n{text}")):
            for name in finder.find(subject, text):
                found.setdefault(name, {})[conversation_id] = None
    told = [Trouble(name, len(numbers), list(numbers)[::-1]) for name, numbers in found.items()]
    return sorted(told, key=lambda one: (-one.told, one.product))[:SHOWN]


def _texts(session: Session, since: datetime) -> Iterator[tuple[int, int, str, str]]:
    query = (
        select(Conversation.id, Conversation.contact_id, Message.subject, Message.reply, Message.text)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(
            Message.direction == INBOUND, Message.kind == MESSAGE, Message.machine.is_(None), Message.at >= since,
            Conversation.status != SPAM, Conversation.kind.in_(CUSTOMER_KINDS),
        )
        .order_by(Message.at.desc(), Message.id.desc())
        .limit(MOST_MESSAGES)
    )  # fmt: skip
    for row in reversed(session.execute(query).all()):
        yield row.id, row.contact_id, row.subject, (row.reply or row.text)[:5_000]


def _asked(text: str) -> Iterator[str]:
    for place in _QUESTION.finditer(_PRIVATE.sub("…", text)):
        words = " ".join(place[0].split()).lstrip("-–•>*, ")
        if len(words.split()) <= MOST_WORDS:
            yield words[:1].upper() + words[1:]


def _stems(words: str) -> frozenset[str]:
    plain = (word for word in re.findall(r"[^\W_]+", fold(words)) if word not in STOPWORDS and len(word) > 1)
    return frozenset(stems(word)[0] for word in plain)


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)
