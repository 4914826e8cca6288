"""A proposal in the reader's words: what would change, what speaks for it, from where to where messages would move."""

from collections.abc import Mapping, Sequence

from flask import g

from config import i18n
from inbox.models import Proposal
from inbox.web.wording import gettext as _
from routing import amend, facts
from routing.rules import Rule


class Words:
    """`rules`: those in force; `called`: what teams and people are called, by slug and address."""

    def __init__(self, rules: Sequence[Rule], called: Mapping[str, str]) -> None:
        self._rules = {rule.slug: rule.name for rule in rules}
        self._called = called

    def what(self, row: Proposal) -> str:
        """What would change; *stars* around what was found."""
        change = row.change
        fact, value = amend.asked(change)
        words = facts.kind_of(fact) == facts.TEXT
        text = {
            (amend.ADD, True): _('Add *%(value)s* to the words of "%(rule)s", which go to %(place)s'),
            (amend.ADD, False): _('Add *%(value)s* to the senders of "%(rule)s", which go to %(place)s'),
            (amend.INSERT, True): _('New rule before "%(rule)s": messages with *%(value)s* go to %(place)s'),
            (amend.INSERT, False): _('New rule before "%(rule)s": messages from *%(value)s* go to %(place)s'),
        }.get((change["do"], words), _('Take *%(value)s* out of the words of "%(rule)s"'))
        slug = change.get("before") or amend.slug_of(change)
        named = {"value": value, "rule": self._rules.get(slug, slug), "place": self.place(amend.place_of(change))}
        return _filled(text, named)

    def why(self, row: Proposal) -> list[str]:
        """What speaks for it and against it, a sentence each."""
        found, place = row.evidence, amend.place_of(row.change)
        counts = {"right": _number(found["right"]), "moved": _number(found["moved"]), "place": self.place(place)}
        if place:
            told = [_("*%(right)s of %(moved)s* such messages were passed on by hand to %(place)s.") % counts]
        else:
            told = [_("*%(right)s of %(moved)s* messages that only this word brought there were passed on by hand, to "
                      "where they would go without it.") % counts]  # fmt: skip
        others = found["moved"] - found["right"] - found["wrong"]
        if others:
            told.append(_("Passed on to others: %s.") % _number(others))
        wrong = found["wrong"]
        told.append(_("Would move wrongly: %s.") % _number(wrong) if wrong else _("None would move wrongly."))
        return told

    def place(self, code: str) -> str:
        """What a team or a person is called."""
        return self._called.get(code, code) or _("nobody")


def _filled(text: str, named: Mapping[str, str]) -> str:
    """The text with names in it; a star within them would mark something."""
    return text % {name: value.replace("*", "") for name, value in named.items()}


def _number(count: int) -> str:
    return i18n.number(count, g.language)
