"""How each question is answered, one condition and one message at a time: the meaning of the language of rules.

routing.matcher gives the same answers for many rules at once. Each function gives the condition's values that made it
true (maybe none to name), or None when it is not true.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from routing import facts, patterns
from routing.facts import Facts
from routing.words import phrase

if TYPE_CHECKING:
    from routing.conditions import Condition

Found = list[str] | None


def under(name: str, wanted: str) -> bool:
    """Whether a domain, or a mail address's domain, is `wanted` or one of its subdomains; both case-folded."""
    domain = name.rpartition("@")[2]
    return domain == wanted or domain.endswith("." + wanted)


def cased(text: str) -> str:
    """A text as `is` compares it."""
    return text.strip().casefold()


def _has_any(condition: "Condition", known: Facts) -> Found:
    words = known.words(condition.fact)
    return [one for one in condition.values if words.has(phrase(one))] or None


def _has_all(condition: "Condition", known: Facts) -> Found:
    words = known.words(condition.fact)
    return list(condition.values) if all(words.has(phrase(one)) for one in condition.values) else None


def _is(condition: "Condition", known: Facts) -> Found:
    names = {cased(one) for one in known.texts(condition.fact)}
    return [one for one in condition.values if cased(one) in names] or None


def _is_any(condition: "Condition", known: Facts) -> Found:
    return _under(condition, known) if condition.fact == "domain" else _is(condition, known)


def _under(condition: "Condition", known: Facts) -> Found:
    names = {cased(one) for one in known.texts(condition.fact)}
    return [one for one in condition.values if any(under(name, cased(one)) for name in names)] or None


def _starts_with(condition: "Condition", known: Facts) -> Found:
    texts = known.folded(condition.fact)
    return [one for one in condition.values if any(text.startswith(facts.folded(one)) for text in texts)] or None


def _ends_with(condition: "Condition", known: Facts) -> Found:
    texts = known.folded(condition.fact)
    return [one for one in condition.values if any(text.endswith(facts.folded(one)) for text in texts)] or None


def _contains(condition: "Condition", known: Facts) -> Found:
    texts = known.folded(condition.fact)
    return [one for one in condition.values if any(facts.folded(one) in text for text in texts)] or None


def _matches(condition: "Condition", known: Facts) -> Found:
    texts = known.folded(condition.fact)
    return [one for one in condition.values if any(patterns.found(one, text) for text in texts)] or None


def _at_least(condition: "Condition", known: Facts) -> Found:
    number = known.number(condition.fact)
    return [f"{number:g}"] if number is not None and number >= condition.number else None


def _at_most(condition: "Condition", known: Facts) -> Found:
    number = known.number(condition.fact)
    return [f"{number:g}"] if number is not None and number <= condition.number else None


def _exists(condition: "Condition", known: Facts) -> Found:
    return [] if known.exists(condition.fact) is condition.wanted else None


ANSWERS: dict[str, Callable[["Condition", Facts], Found]] = {
    facts.HAS_ANY: _has_any,
    facts.HAS_ALL: _has_all,
    facts.IS: _is,
    facts.IS_ANY: _is_any,
    facts.UNDER: _under,
    facts.STARTS_WITH: _starts_with,
    facts.ENDS_WITH: _ends_with,
    facts.CONTAINS: _contains,
    facts.MATCHES: _matches,
    facts.AT_LEAST: _at_least,
    facts.AT_MOST: _at_most,
    facts.EXISTS: _exists,
}
