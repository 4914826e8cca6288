"""The questions that come most often: first messages with the same rare words together, and what was answered to them.

Compared are stems that were kept when the rules decided, of the message's own language; those that many messages have
count little. Each message joins the group that it resembles most, or begins one, so one pass is enough.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from inbox.models import Exchange, Message, MessageFacts
from inbox.models.conversation import CUSTOMER_KINDS
from routing import words
from routing.learning.stopwords import means_nothing

# The newest so many are looked at while somebody waits for the page.
MOST = 500
# Cosine between a message and a group from which on they are alike; stems that more of all messages have say nothing.
ALIKE, TOO_COMMON = 0.32, 0.4
SMALLEST, GROUPS, ANSWERS, WORDS = 2, 20, 3, 5
SNIPPET = 400
Vector = dict[str, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: its conversation, what it was about, its stems with a word that has
    them, and the answer of a person, if any."""

    conversation_id: int
    subject: str
    text: str
    stems: Mapping[str, str]
    answer: str = ""


@dataclass(slots=True)
class Group:
    """Questions that resemble one another; the first is the one most like all. `words`: what they have in common."""

    asked: list[Asked]
    words: list[str] = field(default_factory=list)

    @property
    def answers(self) -> list[Asked]:
        """Those with different answers, at most ANSWERS."""
        seen: dict[str, Asked] = {}
        for one in self.asked:
            if one.answer:
                seen.setdefault(" ".join(one.answer.split()).lower(), one)
        return list(seen.values())[:ANSWERS]


@dataclass(frozen=True, slots=True)
class Found:
    """The groups, the largest first, of so many questions looked at; `cut`: there were more."""

    groups: Sequence[Group]
    looked_at: int
    cut: bool


def frequent(session: Session, start: datetime, end: datetime) -> Found:
    """The groups of similar questions that opened a conversation from `start` on and before `end`."""
    asked = load(session, start, end)
    return Found(grouped(asked[:MOST]), len(asked[:MOST]), len(asked) > MOST)


def load(session: Session, start: datetime, end: datetime) -> list[Asked]:
    """The newest first, MOST and one more."""
    answer = aliased(Message)
    query = (
        select(
            Message.conversation_id, Message.subject, Message.reply, Message.text, Message.language,
            MessageFacts.stems, answer.reply, answer.text,
        )
        .join(Exchange, Exchange.opened_by == Message.id)
        .join(MessageFacts, MessageFacts.message_id == Message.id)
        .outerjoin(answer, answer.id == Exchange.closed_by)
        .where(Exchange.opened_at >= start, Exchange.opened_at < end, Exchange.first.is_(True))
        .where(Exchange.kind.in_(CUSTOMER_KINDS))
        .order_by(Exchange.opened_at.desc(), Exchange.id.desc())
        .limit(MOST + 1)
    )  # fmt: skip
    return [
        Asked(number, subject, (reply or text)[:SNIPPET], stems_of(packed, language),
              (answer_reply or answer_text or "")[:SNIPPET])
        for number, subject, reply, text, language, packed, answer_reply, answer_text in session.execute(query)
    ]  # fmt: skip


def stems_of(packed: bytes, language: str) -> dict[str, str]:
    """What a message's kept stems say it is about: stems of its language (else Italian), each with a word it has."""
    place = list(words.LANGUAGES).index(language) if language in words.LANGUAGES else 0
    found: dict[str, str] = {}
    for one in words.unpack(packed).values():
        for word, stem in zip(one.words.split(), one.texts[place].split(), strict=True):
            if not means_nothing(word):
                found.setdefault(stem, word)
    return found


def grouped(asked: Sequence[Asked]) -> list[Group]:
    """Similar ones together, the largest group first; what stands alone is left out."""
    counts = Counter(stem for one in asked for stem in one.stems)
    rare = {stem: math.log(1 + len(asked) / count) for stem, count in counts.items()
            if 1 < count <= max(3, TOO_COMMON * len(asked))}  # fmt: skip
    vectors = [_unit({stem: rare[stem] for stem in one.stems if stem in rare}) for one in asked]
    sums: list[Vector] = []
    members: list[list[int]] = []
    holding: dict[str, set[int]] = {}
    for number, vector in enumerate(vectors):
        place = _nearest(vector, sums, holding)
        if place is None:
            place = len(sums)
            sums.append({})
            members.append([])
        members[place].append(number)
        for stem, weight in vector.items():
            sums[place][stem] = sums[place].get(stem, 0.0) + weight
            holding.setdefault(stem, set()).add(place)
    found = [
        _group([asked[one] for one in some], [vectors[one] for one in some], sums[place])
        for place, some in enumerate(members)
        if len(some) >= SMALLEST
    ]
    return sorted(found, key=lambda one: -len(one.asked))[:GROUPS]


def _nearest(vector: Vector, sums: Sequence[Vector], holding: dict[str, set[int]]) -> int | None:
    best, alike = None, ALIKE
    for place in sorted({place for stem in vector for place in holding.get(stem, ())}):
        cosine = _dot(vector, sums[place]) / math.sqrt(_dot(sums[place], sums[place]))
        if cosine > alike:
            best, alike = place, cosine
    return best


def _group(asked: list[Asked], vectors: Sequence[Vector], whole: Vector) -> Group:
    order = sorted(range(len(asked)), key=lambda one: -_dot(vectors[one], whole))
    shared = Counter(stem for one in asked for stem in one.stems)
    common = [stem for stem, _ in sorted(whole.items(), key=lambda one: -one[1]) if shared[stem] * 2 > len(asked)]
    first = asked[order[0]]
    return Group([asked[one] for one in order], [first.stems[stem] for stem in common if stem in first.stems][:WORDS])


def _dot(one: Vector, other: Vector) -> float:
    return sum(weight * other.get(stem, 0.0) for stem, weight in one.items())


def _unit(vector: Vector) -> Vector:
    length = math.sqrt(_dot(vector, vector)) or 1.0
    return {stem: weight / length for stem, weight in vector.items()}
