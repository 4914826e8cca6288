"""A decision in one sentence that a person reads, in the reader's language."""

from collections.abc import Sequence
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
    if reason.get("wanted") is False:
        return _("%s is not known") % fact
    if not found:
        return _("it is an automatic mail") if fact == "machine" else _("%s is known") % fact
    return texts[fact] % found if fact in texts else f"{fact}: {found}"


def _and(words: list[str], language: str) -> str:
    _ = translator(language)
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + _(" and ") + words[-1] if words else ""
