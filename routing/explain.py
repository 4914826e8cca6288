"""A decision in one sentence that a person reads, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from config.i18n import translator
from routing import phrases
from routing.facts import AT_LEAST, AT_MOST, EXISTS, IS

NOBODY: Mapping[str, str] = {}


def sentence(
    rule_name: str,
    reasons: Sequence[dict[str, Any]],
    target: str,
    language: str,
    names: Mapping[str, str] = NOBODY,
) -> str:
    """«Assigned to R&D by the rule "Technical questions" because the text contains *tolerance*».

    `names`: what teams and people are called, by slug and address.
    """
    _ = translator(language)
    because = [_because(reason, language, names) for reason in reasons]
    if not because:
        return _('Assigned to %(target)s by the rule "%(rule)s", which takes whatever no other rule took') % {
            "target": target,
            "rule": rule_name,
        }
    return _('Assigned to %(target)s by the rule "%(rule)s" because %(reasons)s') % {
        "target": target,
        "rule": rule_name,
        "reasons": phrases.listed(because, _(" and ")),
    }


def passed_over(skipped: Sequence[dict[str, Any]], names: Mapping[int, str], language: str) -> tuple[str, list[str]]:
    """Why a pick left it with the team ("" where it did not), and whom it passed over and why, one line each."""
    _ = translator(language)
    texts = {
        "disabled": _("no longer has an account"),
        "may_not": _("is given questions by hand only"),
        "away": _("is away"),
        "off_duty": _("does not work at this hour"),
        "full": _("has as much in hand as may be"),
        "other_zone": _("looks after customers elsewhere"),
        "more_open": _("has more in hand"),
        "had_one_later": _("had one more recently"),
        "stands_in": _("stands in"),
        "all_full": _("It stays with the team: everybody there has as much in hand as may be."),
        "nobody": _("It stays with the team: nobody there can be given it."),
        "outside_hours": _("It stays with the team: it came outside working hours."),
        "no_owner": _("It stays with the team: nobody looks after this customer yet."),
    }
    stays = next((texts.get(one["why"], "") for one in skipped if one["user_id"] is None), "")
    people = [one for one in skipped if one["user_id"] in names]
    return stays, [f"{names[one['user_id']]}: {texts.get(one['why'], one['why'])}" for one in people]


def _because(reason: dict[str, Any], language: str, names: Mapping[str, str]) -> str:
    fact, operator = str(reason["fact"]), str(reason.get("operator", IS))
    found = [str(one) for one in reason.get("found", ())]
    if not found or operator == EXISTS:
        return phrases.existence(fact, reason.get("wanted", True), language)
    # Of a number what it was is told, not what it had to be.
    said = phrases.leaf(fact, IS if operator in (AT_LEAST, AT_MOST) else operator, found, language, names, found=True)
    source = phrases.PLACE_SOURCES.get(str(reason.get("source", "")))
    return f"{said} {translator(language)(source) % reason.get('from', '')}" if source else said
