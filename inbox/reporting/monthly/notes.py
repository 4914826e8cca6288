"""What the words of the monthly page mean, and what must be known about a month: its footnotes."""

from config import i18n
from inbox.reporting.figures import FEW
from inbox.reporting.monthly.content import Content
from inbox.reporting.monthly.findings import LEAST_CASES


def notes(content: Content, language: str) -> list[str]:
    """The footnotes that this month needs."""
    _ = i18n.translator(language)
    found = [
        _("Enquiry: a conversation that a customer began in these days, of the kinds enquiry or customer."),
        _("First answer: the first that a person gave, by whatever way; automatic replies do not count. Times are "
          "working hours of the company."),
        _("Target: the conversation's own, else that of the company's table of targets."),
        _("Still waiting: whoever asked until the last of these days and had no answer when this page was made."),
    ]  # fmt: skip
    if content.first.few:
        found.append(_("Fewer than %s answers are counted one by one instead of by percentiles.") % FEW)
    else:
        found.append(_("Half within, 9 of 10 within: the time within which so many were answered."))
    found.append(_("What stands out is said of at least %s cases.") % LEAST_CASES)
    if content.outcomes:
        found.append(_("Leads: conversations begun in these days, by the stage where they stand now."))
    if content.every.uncertain:
        found.append(_("Answered, delivery uncertain: %s, counted as answered.") % content.every.uncertain)
    found.append(_("Teams, channels and people are called as they were when this page was made."))
    return found
