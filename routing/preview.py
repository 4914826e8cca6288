"""What the rules would do with a message that is not taken in. Writes nothing."""

from collections.abc import Sequence
from datetime import date

from connectors import base
from inbox.language import detect
from routing import engine, rules
from routing.facts import facts_of
from routing.matcher import Matcher

RuleSet = Matcher | Sequence[rules.Rule]


def decide(message: base.Message, channel: str, rule_set: RuleSet, today: date | None = None) -> engine.Decision:
    """The rules' decision; `channel` is the name of the channel that the message is thought to come by.

    today: the company's day; without it, rules count also on days on which they are not valid.
    """
    return engine.decide(facts_of(_Readable(message), channel), rule_set, today=today)


def team_of(message: base.Message, channel: str, rule_set: RuleSet, today: date | None = None) -> str:
    """The slug of the team that would get it; "" where it would stay in the common queue or go to one person."""
    return decide(message, channel, rule_set, today).actions.team


class _Readable:
    """A read message in the shape that facts are taken from."""

    def __init__(self, message: base.Message) -> None:
        self.subject, self.text, self.reply = message.subject, message.text, message.reply
        self.from_address, self.machine, self.facts = message.sender.address, message.machine, message.facts
        self.language = detect(message.reply or message.text)
