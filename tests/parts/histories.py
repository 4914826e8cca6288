"""Random histories of a conversation, played through the product's own functions, and an account of them that shares no
code with it: minute by minute, question by question."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from hypothesis import strategies as some
from sqlalchemy import select

from connectors.base import ConnectorError
from inbox import conversations, outcomes, snoozing
from inbox.events import SYSTEM, person
from inbox.models import Conversation, Delivery, Identity, Message, Team, User
from tests.parts.company import mail
from tests.parts.desk import Desk

MINUTE = timedelta(minutes=1)
# Over the ends of summer time in Italy: 25 hours on 26 October 2025, 23 on 29 March 2026.
STARTS = (datetime(2025, 10, 23, 6, tzinfo=UTC), datetime(2026, 3, 26, 6, tzinfo=UTC))
GAPS = (1, 7, 45, 300, 1_000)
LAGS = (0, 0, 0, 3, 50, 700)
# Who answers from the page or closes acts when it happens; mails may be fetched later than they were received.
LATE = ("ask", "elsewhere")
# An answer that the mail server takes at the second try goes out so much later.
AGAIN = timedelta(seconds=40)
DEEDS = {"phone": "by_phone", "not_needed": "not_needed", "close": "unanswered", "spam": "void"}
_VERBS = {
    "phone": conversations.answered_by_phone, "not_needed": conversations.no_answer_needed,
    "close": conversations.close, "spam": conversations.mark_spam,
}  # fmt: skip
_ACTS = ("ask", "ask", "ask", "elsewhere", "here", "here_late", "here_uncertain", "here_fails", "bounce", "phone", "not_needed",
         "close", "spam", "reopen", "assign", "claim", "note")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """What happened, when, and when it was here."""

    what: str
    at: datetime
    here: datetime
    number: int


@dataclass(slots=True)
class Waiting:
    """A question of the account: its minutes are counted while it waits."""

    at: datetime
    here: datetime
    wall: int = 0
    working: int = 0
    end: tuple[datetime, str] | None = None


@some.composite
def histories(draw: Any) -> list[Act]:
    """A question and up to a dozen acts after it, in the order in which they were here."""
    at = draw(some.sampled_from(STARTS))
    acts = [Act("ask", at, at, 0)]
    wanted = draw(some.lists(some.tuples(*map(some.sampled_from, (GAPS, _ACTS, LAGS))), min_size=1, max_size=12))
    for number, (gap, what, lag) in enumerate(wanted, 1):
        at += gap * MINUTE
        acts.append(Act(what, at, at + (lag * MINUTE if what in LATE else 0 * MINUTE), number))
    return sorted(acts, key=lambda act: act.here)


def play(desk: Desk, acts: Sequence[Act], key: str) -> Conversation:
    """Let it happen in a new conversation."""
    first = f"<{key}.first@cliente.test>"
    with time_machine.travel(acts[0].here, tick=False):
        sender = f"c{key}@cliente.test"
        conversation = desk.ask(Message_ID=first, at=acts[0].at, sender=sender)
    for act in acts[1:]:
        with time_machine.travel(act.here, tick=False):
            _perform(desk, desk.fresh(conversation), act, first, sender)
    return desk.fresh(conversation)


def _perform(desk: Desk, conversation: Conversation, act: Act, first: str, sender: str) -> None:
    reply = {"In_Reply_To": first, "Message_ID": f"<{act.number}.{first[1:]}"}
    is_spam = conversation.status == "spam"
    if act.what == "ask":
        desk.arrive(mail("Re: Giunto", f"Domanda {act.number}", sender=sender, **reply), at=act.at)
    elif act.what == "elsewhere":
        to = desk.all(Identity, Identity.contact_id == conversation.contact_id)[0].address
        ours = mail("Re: Giunto", f"Risposta {act.number}", sender="info@firm.test", name="Noi", To=to, **reply)
        desk.receive(ours, folder="sent", at=act.at)
        desk.take_in()
    elif act.what == "reopen":
        desk.do(conversations.reopen, conversation, SYSTEM)
    elif act.what == "bounce" and not is_spam:
        _bounce(desk, conversation, act)
    elif act.what.startswith("here") and not is_spam:
        # What was told to colleagues meanwhile goes its way first.
        desk.wire.after, desk.wire.before = [], []
        desk.deliver()
        desk.answer(conversation, f"Risposta {act.number}", at=act.at)
        desk.wire.after = (
            [ConnectorError("no answer after the mail", uncertain=True)] if act.what == "here_uncertain" else []
        )
        desk.wire.before = [ConnectorError("no such mailbox", permanent=True)] if act.what == "here_fails" else []
        desk.wire.before += [ConnectorError("busy")] if act.what == "here_late" else []
        desk.deliver()
        if act.what == "here_late":
            with time_machine.travel(act.here + AGAIN, tick=False):
                desk.deliver()
    elif act.what in _VERBS and not is_spam:
        more = [] if act.what in ("phone", "not_needed") else [SYSTEM]
        desk.do(_VERBS[act.what], conversation, *more, at=act.at)
    elif act.what in ("bot", "snooze"):
        _by_itself(desk, conversation, act)
    elif act.what in ("assign", "claim", "note"):
        _hand(desk, conversation, act)


def _bounce(desk: Desk, conversation: Conversation, act: Act) -> None:
    """It turns out that the last answer from the page did not arrive."""
    with desk.database.writing() as session:
        sent = select(Delivery).where(Delivery.conversation_id == conversation.id, Delivery.purpose == "answer")
        sent = sent.where(Delivery.state.in_(("sent", "uncertain"))).order_by(Delivery.id.desc()).limit(1)
        delivery = session.scalar(sent)
        if delivery is not None:
            outcomes.settle_bounced(session, delivery, delivery.recipient, "unknown", hard=True, at=act.at)


def _by_itself(desk: Desk, conversation: Conversation, act: Act) -> None:
    """A program answers, or a colleague puts it off."""
    with desk.database.writing() as session:
        row = session.get_one(Conversation, conversation.id)
        if act.what == "snooze":
            snoozing.snooze(session, row, person(desk.manager), act.at + timedelta(days=1), act.at)
        else:
            told = Message(
                channel_id=row.channel_id, direction="outbound", kind="message", machine="auto_reply", at=act.at,
                text="Grazie, risponderemo al più presto.",
            )  # fmt: skip
            conversations.add_message(session, row, told)


def _hand(desk: Desk, conversation: Conversation, act: Act) -> None:
    with desk.database.writing() as session:
        row = session.get_one(Conversation, conversation.id)
        user = session.get_one(User, desk.manager)
        if act.what == "claim":
            conversations.claim(session, row, user, act.at)
        elif act.what == "note":
            conversations.add_note(session, row, user, "Nota", act.at)
        else:
            teams = list(session.scalars(select(Team.id).order_by(Team.id)))
            conversations.assign(session, row, person(user.id), team_id=teams[act.number % len(teams)], at=act.at)


def account(acts: Sequence[Act], hours: dict[str, Any], zone: str) -> list[list[Any]]:
    """[opened, closed, outcome, flagged, minutes, working minutes] of each exchange, by looking at every minute."""
    effective = list(_effective(acts))
    begins, until = min(act.at for act in acts), max(act.here for act in acts) + MINUTE
    questions: list[Waiting] = []
    moment = begins
    while moment <= until:
        for act, spam, failed in effective:
            if act.at != moment:
                continue
            if act.what == "ask":
                questions += [] if spam else [Waiting(act.at, act.here)]
            elif failed is None:
                _end(questions, act, effective)
        works = _works(hours, zone, moment)
        for one in questions:
            if one.end is None:
                one.wall += 1
                one.working += works
        moment += MINUTE
    found: dict[Any, list[Any]] = {}
    for one in sorted(questions, key=lambda waiting: waiting.at):
        end = one.end
        closed, how = end if end is not None else (None, "")
        counted = [one.wall, one.working] if end is not None else [None, None]
        found.setdefault(end, [one.at, closed, how.removesuffix("?"), how.endswith("?"), *counted])
    return sorted(found.values(), key=lambda row: row[0])


def _effective(acts: Sequence[Act]) -> Any:
    """Each act that could be done, whether it came in spam, and when an answer turned out to have failed, else None."""
    spam, done, sent = False, [], []
    failed: dict[int, datetime] = {}
    for act in acts:
        if act.what in ("ask", "elsewhere"):
            done.append((act, spam))
        elif act.what == "reopen":
            spam = False
        elif act.what == "bounce" and not spam and sent:
            failed[sent.pop().number] = act.at
        elif not spam and act.what in ("here", "here_late", "here_uncertain", *DEEDS):
            done.append((act, spam))
            if act.what.startswith("here"):
                sent.append(act)
            spam = act.what == "spam"
    return ((act, was_spam, failed.get(act.number)) for act, was_spam in done)


def _end(questions: Sequence[Waiting], act: Act, effective: Sequence[Any]) -> None:
    """An act ends the wait of what was there for whoever did it to see."""
    outcome = DEEDS.get(act.what, "answered?" if act.what == "here_uncertain" else "answered")
    for one in questions:
        if one.end is not None or (act.what != "elsewhere" and one.here > act.here):
            continue
        believed = any(
            failed is not None and other.at < act.at < failed and one.at < other.at and one.here <= other.here
            for other, _spam, failed in effective
        )
        if act.what == "elsewhere" or outcome in ("answered", "answered?", "by_phone") or not believed:
            one.end = (act.at, outcome)


def _works(hours: dict[str, Any], zone: str, moment: datetime) -> bool:
    local = moment.astimezone(ZoneInfo(zone))
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[local.weekday()]
    clock = f"{local:%H:%M}"
    return any(begins <= clock < ends for begins, ends in hours.get(day, ()))
