"""The words about leads: how sources are called, sums of money, what is wrong with what was typed."""

from collections.abc import Mapping

from flask import g

from config import i18n
from inbox.leads import origins
from inbox.leads.sources import Names
from inbox.web.labels import LABELS
from inbox.web.wording import gettext as _
from inbox.web.wording import label


def source_name(code: str, names: Names | None = None) -> str:
    """How a source is called: by people's own name, else by its usual one."""
    own = names.names.get(code, "") if names is not None else ""
    if own or not code:
        return own or _("unknown")
    if code.startswith(origins.CAMPAIGN):
        return _("campaign %s") % code.removeprefix(origins.CAMPAIGN)
    if code.startswith(origins.REFERRAL):
        return code.removeprefix(origins.REFERRAL)
    group = "lead_source" if code in LABELS["lead_source"] else "channel"
    return label(group, code)


def sums(totals: Mapping[str, int]) -> str:
    """Sums of several currencies, the largest first."""
    ordered = sorted(totals.items(), key=lambda one: -one[1])
    return " + ".join(i18n.money(cents, currency, g.language) for currency, cents in ordered)


def wrong(code: str) -> str:
    """What is wrong with a field."""
    texts = {
        "missing": _("Please fill this in."),
        "not_one": _("This is not a mail address."),
        "future": _("This day has not come yet."),
        "too_long": _("This is too long."),
        "no_sum": _("This is no sum; a sum looks like 12.400 or 12.400,50."),
        "no_one": _("Please give a name, a company or a mail address."),
    }
    return texts[code]
