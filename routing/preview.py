"""What the rules would do with a message that is not taken in. Writes nothing."""

from collections.abc import Sequence
from datetime import date

from connectors import base
from inbox.language import detect
from inbox.models import Attachment
from routing import engine, rules
from routing.facts import Facts
from routing.matcher import Matcher
from routing.message_facts import facts_of

RuleSet = Matcher | Sequence[rules.Rule]


def decide(message: base.Message, channel: str, rule_set: RuleSet, today: date | None = None) -> engine.Decision:
    """The rules' decision on a mail; `channel` is the name of the channel that it is thought to come by.

    today: the company's day; without it, rules count also on days on which they are not valid.
    """
    return engine.decide(facts(message, channel), rule_set, today=today)


def facts(message: base.Message, channel: str) -> Facts:
    """What a mail tells by itself; what only the database knows is missing."""
    return facts_of(_Readable(message), channel, "mail")


def team_of(message: base.Message, channel: str, rule_set: RuleSet, today: date | None = None) -> str:
    """The slug of the team that would get it; "" where it would stay in the common queue or go to one person."""
    return decide(message, channel, rule_set, today).actions.team


class _Readable:
    """A read message in the shape that facts are taken from."""

    def __init__(self, message: base.Message) -> None:
        self.subject, self.text, self.reply, self.html = message.subject, message.text, message.reply, message.html
        self.from_address, self.from_name = message.sender.address, message.sender.name
        self.machine: str | None = message.machine
        self.facts = message.facts
        self.language = detect(message.reply or message.text)
        self.attachments = [
            Attachment(
                filename=one.filename, content_type=one.content_type, content_id=one.content_id, size=len(one.content)
            )
            for one in message.attachments
        ]
