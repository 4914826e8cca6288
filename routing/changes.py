"""What changed from one version of the rules to the next, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from config.i18n import translator
from routing import describe
from routing.describe import Names

RuleData = Mapping[str, Any]


def between(old: Sequence[RuleData], new: Sequence[RuleData], language: str, names: Names) -> list[str]:
    """One sentence a change: rules that came, went, moved or changed; [] where nothing did."""
    _ = translator(language)
    before, after = {one["slug"]: one for one in old}, {one["slug"]: one for one in new}
    told = [_('removed: "%s"') % one["name"] for slug, one in before.items() if slug not in after]
    told += [
        _('new: "%(rule)s": %(what)s') % {"rule": one["name"], "what": _whole(one, language, names)}
        for slug, one in after.items()
        if slug not in before
    ]
    for slug in _moved([slug for slug in before if slug in after], [slug for slug in after if slug in before]):
        told.append(_('moved: "%s"') % after[slug]["name"])
    for slug, one in after.items():
        if slug in before:
            told += [f'"{one["name"]}": {change}' for change in _changed(before[slug], one, language, names)]
    return told


def _whole(rule: RuleData, language: str, names: Names) -> str:
    _ = translator(language)
    when = describe.conditions(rule.get("when", ()), language, names) or _("whatever no other rule took")
    return f"{when} → {describe.actions(rule['then'], language, names)}"


def _changed(old: RuleData, new: RuleData, language: str, names: Names) -> list[str]:
    _ = translator(language)
    told = []
    if old["name"] != new["name"]:
        told.append(_('was called "%s"') % old["name"])
    if old.get("enabled", True) != new.get("enabled", True):
        told.append(_("switched on") if new.get("enabled", True) else _("switched off"))
    told += _words(old, new, language, names)
    for text, key in ((_("holds from"), "from"), (_("holds until"), "until")):
        if old.get(key) != new.get(key):
            told.append(f"{text}: {old.get(key) or '–'} → {new.get(key) or '–'}")
    if old.get("continue", False) != new.get("continue", False):
        told.append(_("goes on with the next rules") if new.get("continue") else _("is the last that is looked at"))
    pairs = (
        (describe.occasion(old, language), describe.occasion(new, language)),
        (describe.actions(old["then"], language, names), describe.actions(new["then"], language, names)),
    )
    return told + [f"{was or '–'} → {now or '–'}" for was, now in pairs if was != now]


def _words(old: RuleData, new: RuleData, language: str, names: Names) -> list[str]:
    """Words that came or went where the conditions are otherwise the same; else both in full."""
    _ = translator(language)
    was, now = old.get("when", []), new.get("when", [])
    if was == now:
        return []
    told, same_shape = [], len(was) == len(now)
    for one, other in zip(was, now, strict=False):
        operator = next((key for key in one if key != "fact"), "")
        if one == other:
            continue
        lists = isinstance(one.get(operator), list) and isinstance(other.get(operator), list)
        if not lists or not one.get("fact") or one.get("fact") != other.get("fact"):
            same_shape = False
            break
        for text, more, less in ((_("added: %s"), other, one), (_("taken out: %s"), one, other)):
            words = [str(word) for word in more[operator] if word not in less[operator]]
            if words:
                told.append(text % ", ".join(f"*{word}*" for word in words))
    if same_shape:
        return told
    texts = [describe.conditions(one, language, names) or "–" for one in (was, now)]
    return [_("asks: %(now)s (before: %(was)s)") % {"now": texts[1], "was": texts[0]}]


def _moved(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The fewest rules whose moving makes one order the other: those outside a longest common subsequence."""
    place = {slug: number for number, slug in enumerate(before)}
    best: list[list[str]] = []
    for slug in after:
        chains = [chain for chain in best if place[chain[-1]] < place[slug]]
        best.append([*(_longest(chains)), slug])
    kept = set(_longest(best))
    return [slug for slug in after if slug not in kept]


def _longest(chains: Sequence[list[str]]) -> list[str]:
    return max(chains, key=lambda chain: len(chain), default=[])
