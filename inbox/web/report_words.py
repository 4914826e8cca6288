"""What measures, dimensions, their values and holders are called on pages and in files of reports."""

from inbox.models import opinion
from inbox.reporting import cases, listed, personal
from inbox.reporting.figures import Figures
from inbox.web.wording import gettext, label


def _(text: str) -> str:
    """Marks a text for the catalogue."""
    return text


MEASURES = {
    cases.FIRST: _("First response"),
    cases.NEXT: _("Next responses"),
    cases.RESOLUTION: _("Until closed"),
    listed.EVERY: _("All questions"),
}
DIMENSIONS = {
    cases.TEAM: _("Team"),
    cases.CHANNEL: _("Channel"),
    cases.KIND: _("Kind"),
    cases.LANGUAGE: _("Language"),
    cases.RULE: _("Rule"),
    cases.SOURCE: _("Source"),
    cases.PRODUCT: _("Product"),
    personal.PERSON: _("Colleague"),
}
# What a case counts under where nothing is known.
NONE = {
    cases.TEAM: _("No team"),
    cases.CHANNEL: _("No channel"),
    cases.KIND: _("Not known"),
    cases.LANGUAGE: _("Not known"),
    cases.RULE: _("No rule"),
    cases.SOURCE: _("Not known"),
    cases.PRODUCT: _("None named"),
}
PARTS = {
    "fetch": _("Until fetched"),
    "triage": _("In nobody's hands"),
    "team": _("With the team"),
    "person": _("With a colleague"),
    "approval": _("Waiting for a word"),
    "delivery": _("Then delivery"),
}
OWN_PARTS = {**PARTS, personal.PERSON: _("In my hands"), personal.OTHERS: _("With other colleagues")}
STATES = {
    "": _("all"),
    cases.DONE: _("answered"),
    cases.WITHOUT: _("closed without an answer"),
    cases.WAITING: _("still waiting"),
    listed.WITHIN: _("answered in time"),
    listed.LATE: _("answered too late"),
    listed.UNSURE: _("answered, delivery uncertain"),
    listed.PASSED: _("passed on to another team"),
    listed.ASKED: _("customers asked how the answer was"),
    listed.VOTED: _("customers said how the answer was"),
    opinion.GOOD: _("answer found good"),
    opinion.FAIR: _("answer found so-so"),
    opinion.BAD: _("answer found not good"),
}
OPINIONS = {opinion.GOOD: _("good"), opinion.FAIR: _("so-so"), opinion.BAD: _("not good")}
OUTCOMES = {cases.DONE: _("answered"), cases.WITHOUT: _("closed without an answer"), cases.WAITING: _("still waiting"),
            cases.OUTSIDE: _("no answer needed")}  # fmt: skip


def called(dimension: str, line: Figures) -> str:
    """The name of a line of a dimension."""
    return value_name(dimension, line.value, line.name)


def value_name(dimension: str, value: str, name: str = "") -> str:
    """What a value of a dimension is called; `name` where it has one of its own."""
    if not value:
        return gettext(NONE[dimension]) if dimension in NONE else ""
    if dimension in (cases.KIND, cases.LANGUAGE):
        return label(dimension, value)
    return name or value
