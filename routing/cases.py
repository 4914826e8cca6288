"""Test cases kept with the rules: this message must go there. They are run again at every change of the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.i18n import translator
from inbox.models import Conversation, Message, RuleCase, Team, User
from routing import engine
from routing.factdata import as_data, from_data
from routing.facts import Facts
from routing.matcher import compile_rules
from routing.outcome import Actions
from routing.rules import Rule

TEXTS = ("subject", "text", "whole_text")


@dataclass(frozen=True, slots=True)
class Result:
    """One case and where the rules send it. A place is a team's short name, or a person's address."""

    case_id: int
    name: str
    expected: str
    got: str

    @property
    def holds(self) -> bool:
        """Whether it comes out as expected."""
        return self.expected == self.got


def keep(session: Session, facts: Facts, message: Message, name: str, user_id: int | None) -> RuleCase:
    """A case from a message: it must go where its conversation is now. Raises ValueError where that is nobody's."""
    expected = place_of(session, session.get_one(Conversation, message.conversation_id))
    if not expected:
        raise ValueError("the conversation is in nobody's hands")
    known = as_data(facts) | {one: str(facts.value(one)) for one in TEXTS}
    case = RuleCase(name=name, message_id=message.id, facts=known, expected={"place": expected}, user_id=user_id)
    session.add(case)
    session.flush()
    return case


def place_of(session: Session, conversation: Conversation) -> str:
    """Whose a conversation is: its team's short name, else its holder's address."""
    team = session.get(Team, conversation.team_id) if conversation.team_id else None
    user = session.get(User, conversation.user_id) if conversation.user_id else None
    return team.slug if team else user.email if user else ""


def place(actions: Actions) -> str:
    """Where a decision sends a message."""
    return actions.team or actions.person


def run(session: Session, rule_set: Sequence[Rule], today: date | None = None) -> list[Result]:
    """Every case against these rules; without `today`, whatever days they are valid on."""
    matcher = compile_rules(rule_set)
    results = []
    for case in session.scalars(select(RuleCase).order_by(RuleCase.id)):
        decision = engine.decide(from_data(case.facts), matcher, "new", today)
        results.append(Result(case.id, case.name, case.expected["place"], place(decision.actions)))
    return results


def broken(session: Session, before: Sequence[Rule], after: Sequence[Rule]) -> list[Result]:
    """The cases that a change sends elsewhere; those that did not hold before it are no news."""
    known = {one.case_id for one in run(session, before) if not one.holds}
    return [one for one in run(session, after) if not one.holds and one.case_id not in known]


def in_words(result: Result, language: str, names: Mapping[str, Any]) -> str:
    """A broken case as a sentence."""
    _ = translator(language)
    return _('"%(case)s" would go to %(got)s instead of %(expected)s') % {
        "case": result.name,
        "got": names.get(result.got, result.got) or _("nobody"),
        "expected": names.get(result.expected, result.expected),
    }
