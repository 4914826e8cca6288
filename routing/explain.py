"""A decision in one sentence that a person reads, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from config.i18n import translator

MAX_WORDS = 6


def sentence(rule_name: str, reasons: Sequence[dict[str, Any]], target: str, language: str) -> str:
    """«Assigned to R&D by the rule "Technical questions" because the text contains *tolerance*»."""
    _ = translator(language)
    because = [because for reason in reasons if (because := _because(reason, language))]
    if not because:
        return _('Assigned to %(target)s by the rule "%(rule)s", which takes whatever no other rule took') % {
            "target": target,
            "rule": rule_name,
        }
    return _('Assigned to %(target)s by the rule "%(rule)s" because %(reasons)s') % {
        "target": target,
        "rule": rule_name,
        "reasons": _(" and ").join(because),
    }


def passed_over(skipped: Sequence[dict[str, Any]], names: Mapping[int, str], language: str) -> tuple[str, list[str]]:
    """Why a pick left it with the team ("" where it did not), and whom it passed over and why, one line each."""
    _ = translator(language)
    texts = {
        "disabled": _("no longer has an account"),
        "may_not": _("is given questions by hand only"),
        "away": _("is away"),
        "off_duty": _("does not work at this hour"),
        "more_open": _("has more in hand"),
        "had_one_later": _("had one more recently"),
        "nobody": _("It stays with the team: nobody there can be given it."),
        "outside_hours": _("It stays with the team: it came outside working hours."),
        "no_owner": _("It stays with the team: nobody looks after this customer yet."),
    }
    stays = next((texts.get(one["why"], "") for one in skipped if one["user_id"] is None), "")
    people = [one for one in skipped if one["user_id"] in names]
    return stays, [f"{names[one['user_id']]}: {texts.get(one['why'], one['why'])}" for one in people]


def _because(reason: dict[str, Any], language: str) -> str:
    _ = translator(language)
    found = _and([f"*{one}*" for one in reason.get("found", [])[:MAX_WORDS]], language)
    texts = {
        "subject": _("the subject contains %s"),
        "text": _("the text contains %s"),
        "subject_or_text": _("the message contains %s"),
        "channel": _("it came by %s"),
        "sender": _("the sender is %s"),
        "domain": _("the sender's domain is %s"),
        "language": _("the language is %s"),
        "machine": _("it is an automatic mail (%s)"),
    }
    fact = str(reason["fact"])
    if not found:
        return _("it is an automatic mail") if fact == "machine" else _("%s is known") % fact
    return texts[fact] % found if fact in texts else f"{fact}: {found}"


def _and(words: list[str], language: str) -> str:
    _ = translator(language)
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + _(" and ") + words[-1] if words else ""
