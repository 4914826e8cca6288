"""What a changed rule would have done with the messages of the last 90 days, without doing any of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inbox.models import Assignment, Message, MessageFacts, Team, User, now
from inbox.models import Decision as DecisionRow
from routing import occasions, outcome, words
from routing.conditions import Condition, Node
from routing.factdata import from_data
from routing.facts import Facts
from routing.matcher import Matcher, compile_rules
from routing.rules import Rule
from routing.trace import reasons, trace_all

DAYS, MOST = 90, 10_000
SHOWN, SAMPLES, WORDS = 20, 10, 30
# Which words did it is looked up in so many of the messages that a rule fits, the newest.
TRACED = 1_500


@dataclass(frozen=True, slots=True)
class Seen:
    """A message of those days. `hand`: the places a person's hand sent its conversation to (see `place`), if any."""

    conversation_id: int
    subject: str
    facts: Facts
    hand: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A message in a list: where it would go, and where a person sent it."""

    conversation_id: int
    subject: str
    now: str
    hand: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """How many messages would go from one place to another."""

    was: str
    now: str
    count: int


@dataclass(slots=True)
class Trial:
    """What came out. Places are teams' short names or people's addresses; `words` and rules are counted.

    `idle`: words found in no message, where all that the rule fits were looked at for words.
    """

    total: int = 0
    cut: bool = False
    days: int = DAYS
    saved: bool = False
    fits: int = 0
    takes: int = 0
    by_hand: int = 0
    right: int = 0
    more_differing: int = 0
    moved: list[Move] = field(default_factory=list)
    differing: list[Line] = field(default_factory=list)
    samples: list[Line] = field(default_factory=list)
    words: list[tuple[str, int]] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    earlier: list[tuple[str, int]] = field(default_factory=list)
    later: list[tuple[str, int]] = field(default_factory=list)


def run(session: Session, before: Sequence[Rule], after: Sequence[Rule], slug: str) -> Trial:
    """Try the rule `slug` of the rules `after` a change against those `before` it."""
    seen = load(session)
    trial = compare(seen, before, after, slug)
    trial.cut = len(seen) >= MOST
    return trial


def load(session: Session) -> list[Seen]:
    """The newest MOST messages that the rules decided about as new ones within DAYS."""
    texts = (Message.conversation_id, Message.subject, Message.reply, Message.text)
    query = (
        select(*texts, MessageFacts.facts, MessageFacts.stems)
        .join(MessageFacts, MessageFacts.message_id == Message.id)
        .join(DecisionRow, (DecisionRow.message_id == Message.id) & (DecisionRow.event == occasions.NEW))
        .where(MessageFacts.at >= now() - timedelta(days=DAYS))
        .order_by(MessageFacts.at.desc())
        .limit(MOST)
    )
    hands = by_hand(session)
    return [
        Seen(number, subject, _facts(subject, reply, text, facts, stems), hands.get(number, ()))
        for number, subject, reply, text, facts, stems in session.execute(query)
    ]


def compare(seen: Iterable[Seen], before: Sequence[Rule], after: Sequence[Rule], slug: str) -> Trial:
    """See `run`. Only messages that the rule fits, as it is or as it was, can go elsewhere."""
    rule, old = (next((one for one in some if one.slug == slug), None) for some in (after, before))
    fits = _alone(rule, slug, after)
    was_fit = _alone(old, slug, before)
    was, would = compile_rules(before), compile_rules(after)
    trial, counts = Trial(saved=old is not None), _Counts()
    for one in seen:
        trial.total += 1
        fit = bool(fits and fits.every(one.facts))
        if not fit and not (was_fit and was_fit.every(one.facts)):
            continue
        _look(trial, counts, one, rule if fit else None, was.first(one.facts), would.first(one.facts))
    trial.moved = [Move(was, now, count) for (was, now), count in counts.moves.most_common()]
    trial.words = counts.words.most_common(WORDS)
    if trial.total and trial.fits <= TRACED:
        trial.idle = [word for word in _asked(rule.when if rule else ()) if not counts.words[word]]
    trial.earlier, trial.later = counts.earlier.most_common(), counts.later.most_common()
    return trial


def place(taken: Sequence[Rule]) -> str:
    """Where the rules that held send a message, "" for nowhere in particular."""
    then = outcome.Actions()
    for rule in taken:
        then = outcome.merged(then, rule.then)
    return then.team or then.person


class _Counts:
    def __init__(self) -> None:
        self.moves: Counter[tuple[str, str]] = Counter()
        self.words: Counter[str] = Counter()
        self.earlier: Counter[str] = Counter()
        self.later: Counter[str] = Counter()


def _look(
    trial: Trial, counts: _Counts, one: Seen, rule: Rule | None, was: Sequence[Rule], would: Sequence[Rule]
) -> None:
    """Count one message that the rule fits (`rule`), or did before its change."""
    there, now_there = place(was), place(would)
    line = Line(one.conversation_id, one.subject, now_there, one.hand[0] if one.hand else "")
    if there != now_there:
        counts.moves[there, now_there] += 1
    if one.hand:
        trial.by_hand += 1
        trial.right += now_there in one.hand
        if now_there not in one.hand and len(trial.differing) < SHOWN:
            trial.differing.append(line)
        elif now_there not in one.hand:
            trial.more_differing += 1
    if rule is None:
        return
    trial.fits += 1
    if trial.fits <= TRACED:
        for reason in reasons(trace_all(rule.when, one.facts)):
            counts.words.update(str(word) for word in reason["found"])
    if rule in would:
        trial.takes += 1
        if len(trial.samples) < SAMPLES:
            trial.samples.append(line)
        if was and was[-1].slug != rule.slug:
            counts.later[was[-1].name] += 1
    elif would:
        counts.earlier[would[-1].name] += 1


def _alone(rule: Rule | None, slug: str, rules: Sequence[Rule]) -> Matcher | None:
    """The rule by itself, asked of every message whenever it is usually asked; the catch-all fits what is left."""
    if rule is None or not rule.enabled:
        return None
    if rule is rules[-1]:
        return compile_rules(rules)
    return compile_rules([Rule(slug, rule.name, rule.then, rule.when)])


def _asked(nodes: Sequence[Node]) -> list[str]:
    """The words and values that conditions ask for, but for those that must not be there."""
    found: list[str] = []
    for node in nodes:
        if isinstance(node, Condition):
            found += node.values
        elif node.kind != "none":
            found += _asked(node.parts)
    return list(dict.fromkeys(found))


def _facts(subject: str, reply: str, text: str, known: Mapping[str, Any], stems: bytes) -> Facts:
    texts = {"subject": subject, "text": reply or text, "whole_text": text}
    return Facts(from_data(known, texts).values, words.unpack(stems))


def by_hand(session: Session) -> dict[int, tuple[str, ...]]:
    """Where people sent conversations last: the team, or the person and the teams that he belongs to."""
    teams = {row.id: row.slug for row in session.execute(select(Team.id, Team.slug))}
    people = {user.id: (user.email, *(teams[team.id] for team in user.teams)) for user in session.scalars(select(User))}
    query = select(Assignment.conversation_id, Assignment.team_id, Assignment.user_id)
    # Who takes a question for himself passes nothing on.
    others = or_(Assignment.user_id.is_(None), Assignment.user_id != Assignment.by_user_id)
    moved = query.where(Assignment.by_user_id.is_not(None), others, Assignment.at >= now() - timedelta(days=DAYS))
    found: dict[int, tuple[str, ...]] = {}
    for number, team_id, user_id in session.execute(moved.order_by(Assignment.id)):
        if team_id:
            found[number] = (teams[team_id],)
        elif user_id and number not in found:
            found[number] = people[user_id]
    return found
