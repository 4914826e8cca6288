"""Why here, and why not there: every rule in force asked about a message, condition by condition."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, g, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import access
from inbox.models import Conversation, Decision, Message
from inbox.models.message import INBOUND, MESSAGE
from inbox.web import context, suggested, why
from inbox.web.rule_desk import names
from inbox.web.wording import gettext as _
from inbox.web.wording import today
from routing import cases, describe, engine, gather, occasions, rules
from routing.facts import Facts
from routing.trace import Trace

blueprint = Blueprint("why", __name__)
TAKES, NEAR, OTHER, OFF = "takes", "near", "other", "off"


@dataclass(frozen=True, slots=True)
class Shown:
    """A condition or group as the page shows it; `words` of a group is what it asks of its `children`."""

    held: bool
    words: str
    found: tuple[str, ...] = ()
    children: tuple["Shown", ...] = ()


@blueprint.get("/conversations/<int:conversation_id>/why")
def show(conversation_id: int) -> str:
    """All rules for the first message that came, or the one asked for."""
    context.user(access.SEE)
    with context.reading() as session:
        found = context.conversation(session, conversation_id, access.SEE)
        message = _message(session, found)
        (facts,) = gather.gather(session, [message])
        called, rule_set = names(session), rules.load(session)
        decided = why.decisions(session, found)
        told = [_told(session, found, one, called) for one in decided]
        suggestion = suggested.of(session, found, decided)
        place = cases.place_of(session, found)
    return render_template(
        "why.html", conversation=found, message=message, told=told, asked=list(_asked(rule_set, facts, called)),
        wanted=request.args.get("rule", ""), may_rule=access.may(g.user, access.RULES),
        place_now=called.get(place, place), suggestion=suggestion,
    )  # fmt: skip


def _told(session: Session, found: Conversation, decision: Decision, called: dict[str, str]) -> dict[str, Any]:
    """A decision as it was taken: its sentence, the rules that went on before, and those that nearly held."""
    near = [
        _('"%(rule)s" nearly did; missing was: %(condition)s')
        % {"rule": one["name"], "condition": describe.conditions([one["failed"]], g.language, called)}
        for one in decision.considered
        if one.get("held")
    ]
    return {
        "at": decision.at,
        "sentence": why.told(session, found, decision),
        "before": [one["name"] for one in decision.matched],
        "near": near,
    }


def _message(session: Session, conversation: Conversation) -> Message:
    query = select(Message).where(
        Message.conversation_id == conversation.id, Message.direction == INBOUND, Message.kind == MESSAGE
    )
    number = request.args.get("message", type=int)
    if number is not None:
        query = query.where(Message.id == number)
    return session.scalars(query.order_by(Message.at, Message.id)).first() or abort(404)


def _asked(rule_set: list[rules.Rule], facts: Facts, called: dict[str, str]) -> Iterator[dict[str, Any]]:
    taken = False
    for rule in rule_set:
        trace = engine.why_not(rule, facts)
        outcome, said = _outcome(rule, trace, taken)
        taken = taken or (outcome == TAKES and not rule.occasion.goes_on)
        yield {
            "slug": rule.slug, "name": rule.name, "outcome": outcome, "said": said,
            "trace": [_shown(part, called) for part in trace.parts],
        }  # fmt: skip


def _outcome(rule: rules.Rule, trace: Trace, taken: bool) -> tuple[str, str]:
    """What became of a rule, as a code and in words."""
    if not rule.enabled:
        return OFF, _("switched off")
    if rule.occasion.on != occasions.NEW:
        return OTHER, _("asked at another time: %s") % describe.occasion(rule.as_data(), g.language)
    if not rule.occasion.valid(today(), None):
        return OFF, _("not valid today")
    if trace.held:
        if taken:
            return OTHER, _("fits, but a rule above it takes the message")
        return TAKES, _("fits, and goes on") if rule.occasion.goes_on else _("takes it")
    failed = sum(not part.held for part in trace.parts)
    if failed == 1 and len(trace.parts) > 1:
        return NEAR, _("nearly: one condition does not hold")
    return OTHER, _("does not fit")


def _shown(trace: Trace, called: dict[str, str]) -> Shown:
    data: dict[str, Any] = trace.node.as_data()
    if not trace.parts:
        return Shown(trace.held, describe.conditions([data], g.language, called), trace.found)
    texts = {"all": _("all of this"), "any": _("at least one of these"), "none": _("none of these")}
    return Shown(trace.held, texts[next(iter(data))], (), tuple(_shown(part, called) for part in trace.parts))
