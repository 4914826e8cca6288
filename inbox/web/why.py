"""Why a conversation came here: the sentence, and the words that decided, for showing them in the messages."""

from typing import Any

from flask import g
from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.models import Conversation, Team, User
from inbox.models import Decision as DecisionRow
from routing import explain
from routing.highlight import places
from routing.notify.texts import holder

# Facts whose value is what the page shows of a message.
OF_TEXT = ("text", "whole_text", "subject_or_text")


def decisions(session: Session, found: Conversation) -> list[DecisionRow]:
    """All decisions about it, the newest last."""
    query = select(DecisionRow).where(DecisionRow.conversation_id == found.id).order_by(DecisionRow.id)
    return list(session.scalars(query))


def sentence(session: Session, found: Conversation, decided: list[DecisionRow]) -> str:
    """The sentence that explains the last decision; "" where there is none."""
    return told(session, found, decided[-1]) if decided else ""


def told(session: Session, found: Conversation, decision: DecisionRow) -> str:
    """A decision in a sentence."""
    teams = {row.slug: row.name for row in session.execute(select(Team.slug, Team.name))}
    people = {row.email: row.name for row in session.execute(select(User.email, User.name))}
    then = decision.outcome
    target = teams.get(then.get("team", "")) or people.get(then.get("person", "")) or holder(found, g.language)
    return explain.sentence(decision.rule_name, decision.reasons, target, g.language, teams | people)


def reasons_by_message(decided: list[DecisionRow]) -> dict[int, list[dict[str, Any]]]:
    """What rules found in the words of messages, by message."""
    found: dict[int, list[dict[str, Any]]] = {}
    for one in decided:
        reasons = [*one.reasons, *(reason for rule in one.matched for reason in rule.get("reasons", ()))]
        found.setdefault(one.message_id, []).extend(reason for reason in reasons if reason["fact"] in OF_TEXT)
    return found


def highlighted(text: str, reasons: list[dict[str, Any]] | None) -> Markup:
    """A text with what decided marked in it."""
    pieces, last = [], 0
    for start, end in sorted({place for reason in reasons or () for place in places(text, reason)}):
        if start >= last:
            pieces += [escape(text[last:start]), Markup("<mark>%s</mark>") % text[start:end]]
            last = end
    return Markup("").join([*pieces, escape(text[last:])])
