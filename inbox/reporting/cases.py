"""What reports count, one by one: the exchanges of customers, with all that they are told apart by.

A case belongs to the day on which it was opened. Only enquiries and customers count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from inbox.clocks import targets
from inbox.customers import classes
from inbox.models import Conversation, ConversationTag, Decision, Exchange, Message, MessageFacts, Opinion, Target
from inbox.models.conversation import CLOSED, CUSTOMER_KINDS, SPAM
from inbox.models.exchange import ANSWERS, UNANSWERED
from inbox.reporting import moves
from inbox.worktime import calendars
from inbox.worktime.hours import Hours

FIRST, NEXT, RESOLUTION = "first", "next", "resolution"
# What came of a case; what ended outside both counts (no answer needed) is "".
DONE, WITHOUT, WAITING, OUTSIDE = "answered", "unanswered", "waiting", ""
ALL, TEAM, CHANNEL, KIND, LANGUAGE, RULE, SOURCE, PRODUCT = (
    "all", "team", "channel", "kind", "language", "rule", "source", "product",
)  # fmt: skip
DIMENSIONS = (TEAM, CHANNEL, KIND, LANGUAGE, RULE, SOURCE, PRODUCT)
# The rules' word for a message that nobody has decided about yet (routing.occasions).
NEW = "new"
CLICKS = {"gclid": "google", "fbclid": "facebook", "msclkid": "bing"}


@dataclass(frozen=True, slots=True)
class Timed:
    """How one question went: what came of it, the seconds it took, and whether within the target (None: no target).

    `moves`: how often people passed its conversation from team to team; told with its first question only. `opinion`:
    what the customer said of the answer, "" for nothing yet, None where nobody asked.
    """

    measure: str
    state: str
    wall: int | None = None
    working: int | None = None
    within: bool | None = None
    uncertain: bool = False
    moves: int = 0
    opinion: str | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One exchange, its target in working seconds. `values`: by dimension what it counts under, "" where nothing is
    known; products may be several.

    `answer` is its first or next response; `resolution` that of the conversation, with its first exchange only.
    """

    exchange_id: int
    conversation_id: int
    opened_at: datetime
    opened: datetime
    user_id: int | None
    target: int
    values: Mapping[str, tuple[str, ...]]
    answer: Timed
    resolution: Timed | None

    @property
    def day(self) -> date:
        """The local day that it belongs to."""
        return self.opened.date()


def of_period(session: Session, start: datetime, end: datetime, timezone: str) -> list[Case]:
    """All cases opened from `start` on and before `end`."""
    return load(session, timezone, Exchange.opened_at >= start, Exchange.opened_at < end)


def load(session: Session, timezone: str, *where: ColumnElement[bool], limit: int | None = None) -> list[Case]:
    """The cases of some exchanges, the newest first, at most `limit`. Days are those of the zone."""
    newest = (Exchange.opened_at.desc(), Exchange.id.desc())
    chosen = select(Exchange.id).where(Exchange.kind.in_(CUSTOMER_KINDS), *where)
    if limit is not None:
        chosen = chosen.order_by(*newest).limit(limit)
    rows = session.execute(_details(chosen).order_by(*newest)).all()
    conversations = select(Exchange.conversation_id).where(Exchange.id.in_(chosen))
    known = _Known(
        _rules(session, conversations), targets.lines(session), _tags(session, conversations),
        _classes(session, conversations), moves.by_hand(session, conversations), calendars.company(session),
        ZoneInfo(timezone),
    )  # fmt: skip
    return [_case(row, known) for row in rows]


def local_day(moment: datetime, timezone: str) -> date:
    """The day of a moment (UTC) in a zone."""
    return moment.astimezone(ZoneInfo(timezone)).date()


def state_of(outcome: str, closed_at: datetime | None) -> str:
    """What came of an exchange, one of DONE, WITHOUT, WAITING and OUTSIDE."""
    if closed_at is None:
        return WAITING
    return DONE if outcome in ANSWERS else WITHOUT if outcome == UNANSWERED else OUTSIDE


def source_of(facts: Mapping[str, Any]) -> str:
    """Where a customer came from, as far as the first message tells: campaign, paid click, or the site before."""
    if told := str(facts.get("utm_source", "")).strip().lower():
        return told[:100]
    for name, source in CLICKS.items():
        if facts.get(name):
            return source
    referrer = str(facts.get("referrer", ""))
    try:
        return ((urlsplit(referrer).hostname if referrer else "") or "").removeprefix("www.")[:100]
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True)
class _Known:
    rules: Mapping[int, str]
    targets: Sequence[Target]
    tags: Mapping[int, set[int]]
    classes: Mapping[int, str]
    moves: Mapping[int, int]
    hours: Hours
    zone: ZoneInfo


def _details(chosen: Select[Any]) -> Select[Any]:
    return (
        select(
            Exchange, Conversation.language, Conversation.target_minutes, Conversation.priority, Conversation.status,
            Conversation.closed_at,
            Message.facts, MessageFacts.facts["products"], Opinion.value, Opinion.comment,
        )
        .join(Conversation, Conversation.id == Exchange.conversation_id)
        .outerjoin(Message, Message.id == Exchange.opened_by)
        .outerjoin(MessageFacts, MessageFacts.message_id == Exchange.opened_by)
        .outerjoin(Opinion, Opinion.message_id == Exchange.closed_by)
        .where(Exchange.id.in_(chosen))
    )  # fmt: skip


def _rules(session: Session, conversations: Select[Any]) -> dict[int, str]:
    """By conversation the rule that first decided about it."""
    query = (
        select(Decision.conversation_id, Decision.rule_slug)
        .where(Decision.event == NEW, Decision.conversation_id.in_(conversations))
        .order_by(Decision.id.desc())
    )
    return dict(session.execute(query).all())


def _tags(session: Session, conversations: Select[Any]) -> dict[int, set[int]]:
    """The tags of conversations, by number, where targets go by any."""
    found: dict[int, set[int]] = {}
    if any(one.tag_id for one in targets.lines(session)):
        query = select(ConversationTag.conversation_id, ConversationTag.tag_id)
        for number, tag in session.execute(query.where(ConversationTag.conversation_id.in_(conversations))):
            found.setdefault(number, set()).add(tag)
    return found


def _classes(session: Session, conversations: Select[Any]) -> dict[int, str]:
    """What the contacts of conversations are, by number, where targets go by it."""
    is_asked = any(one.contact_class for one in targets.lines(session))
    return classes.of(session, conversations) if is_asked else {}


def _target(exchange: Exchange, own: int | None, priority: str, known: _Known) -> int:
    """Working seconds within which the customer is to be answered."""
    tags = known.tags.get(exchange.conversation_id, ())
    named = known.classes.get(exchange.conversation_id, "")
    asked = targets.Asked(exchange.team_id, exchange.channel_id, priority, exchange.kind, tags, named)
    return 60 * (own if own is not None else targets.fitting(known.targets, asked))


def _case(row: Any, known: _Known) -> Case:
    exchange, language, own, priority, status, ended, facts, products, opinion, comment = row
    target = _target(exchange, own, priority, known)
    answered = state_of(exchange.outcome, exchange.closed_at)
    within = None if exchange.working_seconds is None else exchange.working_seconds <= target
    return Case(
        exchange.id, exchange.conversation_id, exchange.opened_at, exchange.opened_at.astimezone(known.zone),
        exchange.user_id,
        target,
        {
            ALL: ("",),
            TEAM: (_text(exchange.team_id),),
            CHANNEL: (_text(exchange.channel_id),),
            KIND: (exchange.kind,),
            LANGUAGE: (language,),
            RULE: (known.rules.get(exchange.conversation_id, ""),),
            SOURCE: (source_of(facts or {}),),
            PRODUCT: tuple(dict.fromkeys(products or ("",))),
        },
        Timed(
            FIRST if exchange.first else NEXT, answered, exchange.wall_seconds, exchange.working_seconds,
            within if answered == DONE else None, exchange.flagged,
            known.moves.get(exchange.conversation_id, 0) if exchange.first else 0, opinion, comment or "",
        ),
        _resolution(exchange, status, ended, known.hours) if exchange.first else None,
    )  # fmt: skip


def _resolution(exchange: Exchange, status: str, ended: datetime | None, hours: Hours) -> Timed | None:
    if status == SPAM:
        return None
    if status != CLOSED or ended is None:
        return Timed(RESOLUTION, WAITING)
    ended = max(ended, exchange.opened_at)
    wall = int((ended - exchange.opened_at).total_seconds())
    return Timed(RESOLUTION, DONE, wall, hours.working_seconds(exchange.opened_at, ended))


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
