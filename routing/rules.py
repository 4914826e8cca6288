"""The rules as data: validated, read from and written to the database, each change a version."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.models import Channel, RuleVersion, Team, User
from inbox.models import Rule as RuleRow
from routing import occasions, outcome
from routing.conditions import Node, parse_all
from routing.errors import RuleError
from routing.occasions import NEW, Occasion
from routing.outcome import Actions, parse_actions

__all__ = ("Actions", "Rule", "RuleError")
_KEYS = {"slug", "name", "enabled", "when", "then", *occasions.KEYS}


@dataclass(frozen=True, slots=True)
class Rule:
    """All of `when` must hold; a rule without conditions holds always (the catch-all). `occasion`: when it is asked."""

    slug: str
    name: str
    then: Actions
    when: tuple[Node, ...] = ()
    enabled: bool = True
    occasion: Occasion = field(default_factory=Occasion)

    def as_data(self) -> dict[str, Any]:
        """The form kept in TOML."""
        data: dict[str, Any] = {"slug": self.slug, "name": self.name}
        if not self.enabled:
            data["enabled"] = False
        data |= self.occasion.as_data()
        if self.when:
            data["when"] = [condition.as_data() for condition in self.when]
        return data | {"then": self.then.as_data()}


def from_data(data: Any) -> list[Rule]:
    """A rule set from its data; raises RuleError. The last rule must be an enabled catch-all, and only the last."""
    if not isinstance(data, list):
        raise RuleError(f"rules: must be a list of tables ([[rules]]) (got {data!r})")
    rules = [_rule(one, number) for number, one in enumerate(data, 1)]
    slugs = set()
    for rule in rules:
        if rule.slug in slugs:
            raise RuleError("this name is used twice", "twice", "slug", rule.slug)
        slugs.add(rule.slug)
    if not rules or rules[-1].when or not rules[-1].enabled or rules[-1].occasion != Occasion():
        raise RuleError(
            "the last rule must be one without conditions that takes whatever is left, on any day, and goes no further",
            "no_catch_all",
        )
    for rule in rules[:-1]:
        if not rule.when and rule.enabled and _takes_all(rule.occasion):
            raise RuleError(
                "without conditions it would take everything; only the last may", "empty", "when", rule.slug
            )
    if not rules[-1].then.team and not rules[-1].then.person:
        raise RuleError("the last rule must name a team or a person", "no_team", "then", rules[-1].slug)
    return rules


def load(session: Session) -> list[Rule]:
    """The rules as they stand now, in order."""
    rows = session.scalars(select(RuleRow).order_by(RuleRow.position, RuleRow.id))
    return [_rule({"slug": row.slug, "name": row.name, "enabled": row.enabled, **row.definition}, 0) for row in rows]


def save(session: Session, rules: Sequence[Rule], user_id: int | None = None, note: str = "") -> RuleVersion:
    """Replace the rule set; unknown teams and people are refused by name. `note`: why. Raises RuleError."""
    webhooks = set(session.scalars(select(Channel.name).where(Channel.kind == "webhook")))
    check_names(rules, set(session.scalars(select(Team.slug))), set(session.scalars(select(User.email))), webhooks)
    from_data([rule.as_data() for rule in rules])
    kept = {row.slug: row for row in session.scalars(select(RuleRow))}
    for position, rule in enumerate(rules):
        data = rule.as_data()
        row = kept.pop(rule.slug, None) or RuleRow(slug=rule.slug)
        row.position, row.name, row.enabled = position, rule.name, rule.enabled
        row.definition = {"when": data.get("when", []), "then": data["then"]} | rule.occasion.as_data()
        session.add(row)
    for row in kept.values():
        session.delete(row)
    version = RuleVersion(rules=[rule.as_data() for rule in rules], user_id=user_id, note=note)
    session.add(version)
    session.flush()
    return version


def version_id(session: Session) -> int | None:
    """The id of the newest version of the rule set."""
    return session.scalar(select(RuleVersion.id).order_by(RuleVersion.id.desc()).limit(1))


def check_names(rules: Sequence[Rule], teams: set[str], people: set[str], webhooks: set[str]) -> None:
    """Raise RuleError where a rule names a team, a person or a program that is not there."""
    for rule in rules:
        if rule.then.team and rule.then.team not in teams:
            known = ", ".join(sorted(teams))
            raise RuleError(f"there is no team {rule.then.team!r} ({known})", "no_such_team", "then.team", rule.slug)
        if rule.then.person and rule.then.person not in people:
            said = f"nobody here has the address {rule.then.person!r}"
            raise RuleError(said, "no_such_person", "then.person", rule.slug)
        try:
            outcome.check_names(rule.then, people, webhooks)
        except ValueError as error:
            raise RuleError(str(error), "no_such_name", f"then.{str(error).partition(':')[0]}", rule.slug) from None


def _takes_all(occasion: Occasion) -> bool:
    """Whether a rule without conditions would leave nothing to those after it."""
    return occasion.on == NEW and not (occasion.goes_on or occasion.starts or occasion.ends)


def _rule(data: Any, number: int) -> Rule:
    if not isinstance(data, dict) or not data.get("slug"):
        raise RuleError(f"rule {number}: needs a slug and a name", "no_slug")
    slug = str(data["slug"])
    unknown = set(data) - _KEYS
    if unknown:
        raise RuleError(f"unknown {', '.join(sorted(unknown))}", "unknown", min(unknown), slug)
    if not isinstance(data.get("enabled", True), bool):
        raise RuleError(f"enabled: must be true or false (got {data['enabled']!r})", "not_a_flag", "enabled", slug)
    try:
        when, occasion = parse_all(data.get("when", [])), occasions.parse(data)
        then = parse_actions(data.get("then", {}))
    except RuleError as error:
        raise error.within(slug) from None
    except ValueError as error:
        raise RuleError(str(error), "then", "then", slug) from None
    return Rule(slug, str(data.get("name") or slug), then, when, data.get("enabled", True), occasion)
