"""A rule in words that a person reads, in the reader's language: for the list, for versions, beside a test case."""

from collections.abc import Mapping, Sequence
from typing import Any

from config.i18n import translator
from routing import phrases
from routing.phrases import listed

Names = Mapping[str, str]


def conditions(when: Sequence[Mapping[str, Any]], language: str, names: Names) -> str:
    """All conditions of a rule: "the text contains *a* or *b* and the language is *English*"; "" for the catch-all."""
    say = translator(language)
    return listed([_node(one, language, names) for one in when], say(" and "))


def actions(then: Mapping[str, Any], language: str, names: Names) -> str:
    """What a rule does: "it goes to R&D, priority: High"."""
    say = translator(language)
    parts = [_action(key, then[key], language, names) for key in _ORDER if then.get(key)]
    return listed(parts, say(", "))


def occasion(rule: Mapping[str, Any], language: str) -> str:
    """When a rule is asked: a new request, a customer who writes again, nobody's reaction for some time."""
    _ = translator(language)
    texts = {
        "new": _("a new request"),
        "again": _("the customer writes again"),
        "unclaimed": _("nobody has taken it for %d working minutes"),
        "unanswered": _("nobody has answered for %d working minutes"),
        "stage": _("the stage changes"),
    }
    text = texts[rule.get("on", "new")]
    return text % rule["after"] if "%d" in text else text


def _node(node: Mapping[str, Any], language: str, names: Names) -> str:
    _ = translator(language)
    for name, joint in (("all", _(" and ")), ("any", _(" or ")), ("none", _(" or "))):
        if name in node:
            inner = listed([_node(one, language, names) for one in node[name]], joint)
            if name == "none":
                return _("it is not so that %s") % inner
            return f"({inner})" if len(node[name]) > 1 else inner
    operator, values = next((key, value) for key, value in node.items() if key != "fact")
    if operator == "exists":
        return phrases.existence(node["fact"], bool(values), language)
    texts = [str(one) for one in values] if isinstance(values, list) else [str(values)]
    return phrases.leaf(node["fact"], operator, texts, language, names)


_ORDER = (
    "team", "person", "pick", "priority", "kind", "stage", "language", "target", "tags", "watchers", "acknowledge",
    "snooze", "close", "spam", "webhook",
)  # fmt: skip


def _action(key: str, value: Any, language: str, names: Names) -> str:
    _ = translator(language)
    if key == "pick":
        return _(phrases.PICKS[value])
    if key in ("kind", "priority", "stage", "language"):
        value = phrases.value(key, value, language, names)
    elif key in ("tags", "watchers"):
        value = ", ".join(names.get(one, one) for one in value)
    elif key in ("team", "person"):
        value = names.get(value, value)
    text = _(phrases.ACTIONS[key])
    return text % value if "%" in text else text
