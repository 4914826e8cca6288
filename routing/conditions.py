"""Questions about facts. A condition only answers; rules decide and actions do."""

from dataclasses import dataclass
from typing import Any

from routing import facts
from routing.facts import Facts
from routing.words import phrase, split

HAS_ANY, IS_ANY, EXISTS = "has_any", "is_any", "exists"
OPERATORS = (HAS_ANY, IS_ANY, EXISTS)


@dataclass(frozen=True, slots=True)
class Condition:
    """One question: `fact` `operator` `values`."""

    fact: str
    operator: str
    values: tuple[str, ...] = ()

    def found(self, known: Facts) -> list[str] | None:
        """The values that made it true (maybe none to name), or None when it is not true."""
        if self.operator == EXISTS:
            return [] if known.value(self.fact).strip() else None
        if self.operator == IS_ANY:
            value = known.value(self.fact).lower()
            hits = [one for one in self.values if one.lower() == value or _under(self.fact, value, one)]
        else:
            stems = known.stems(self.fact)
            hits = [one for one in self.values if stems.has(phrase(one))]
        return hits or None

    def as_data(self) -> dict[str, Any]:
        """The form kept in the database and in TOML."""
        return {"fact": self.fact, self.operator: True if self.operator == EXISTS else list(self.values)}


def parse(data: Any) -> Condition:
    """A condition from its data; raises ValueError with what is wrong."""
    if not isinstance(data, dict) or not isinstance(data.get("fact"), str):
        raise ValueError(f"a condition needs a fact (got {data!r})")
    fact, operators = data["fact"], [key for key in data if key != "fact"]
    if fact not in facts.ALL and not fact.startswith("fact."):
        raise ValueError(f"fact: must be one of {', '.join(facts.ALL)} (got {fact!r})")
    if len(operators) != 1 or operators[0] not in OPERATORS:
        raise ValueError(
            f"{fact}: needs exactly one of {', '.join(OPERATORS)} (got {', '.join(operators) or 'nothing'})"
        )
    operator, values = operators[0], data[operators[0]]
    if operator == EXISTS:
        if values is not True:
            raise ValueError(f"{fact}: exists can only be true (got {values!r})")
        return Condition(fact, operator)
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise ValueError(f"{fact}: {operator} needs a list of texts (got {values!r})")
    kept = tuple(dict.fromkeys(one.strip() for one in values if one.strip()))
    if not kept:
        raise ValueError(f"{fact}: {operator} needs at least one value")
    if operator == HAS_ANY:
        for one in kept:
            if not split(one):
                raise ValueError(f"{fact}: {one!r} contains no word")
    return Condition(fact, operator, kept)


def _under(fact: str, value: str, wanted: str) -> bool:
    """example.com also means its subdomains."""
    return fact == "domain" and value.endswith("." + wanted.lower())
