"""Rules as a file: with the products they ask for and, where wished, the test cases. What is written is read again."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from inbox import products
from inbox.events import Actor
from inbox.models import RuleCase
from inbox.products import Product
from routing import rules
from routing.rules import Rule, RuleError

CASE_KEYS = {"name", "place", "facts"}


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds; None for what it does not speak of, which then stays as it is."""

    rules: list[Rule]
    products: list[Product] | None = None
    cases: list[dict[str, Any]] | None = None


def write(session: Session, *, cases: bool = False) -> str:
    """The rules in force with the products; with the test cases too, which hold customers' words."""
    kept = []
    if cases:
        rows = session.scalars(select(RuleCase).order_by(RuleCase.id))
        kept = [{"name": row.name, "place": row.expected["place"], "facts": row.facts} for row in rows]
    return to_toml(rules.load(session), products.load(session), kept)


def to_toml(
    rule_set: Sequence[Rule], listed: Sequence[Product] = (), cases: Sequence[dict[str, Any]] | None = None
) -> str:
    """Rules as TOML ([[rules]], [[products]], [[cases]]); `read` gives the same again."""
    import tomli_w

    data: dict[str, Any] = {"rules": [rule.as_data() for rule in rule_set]}
    if listed:
        data["products"] = [one.as_data() for one in listed]
    if cases:
        data["cases"] = list(cases)
    return tomli_w.dumps(data)


def read(text: str) -> Content:
    """A file's content. Raises RuleError with what is wrong."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"not TOML: {error}") from None
    try:
        listed = products.from_data(data["products"]) if "products" in data else None
    except ValueError as error:
        raise RuleError(f"products: {error}") from None
    cases = _cases(data["cases"]) if "cases" in data else None
    return Content(rules.from_data(data.get("rules", [])), listed, cases)


def put(session: Session, content: Content, actor: Actor, note: str = "") -> None:
    """Replace the rules by a file's, and products and cases where it holds some. Raises RuleError."""
    rules.save(session, content.rules, None, note)
    if content.products is not None:
        products.save(session, content.products, actor)
    if content.cases is not None:
        session.execute(delete(RuleCase))
        session.add_all(
            RuleCase(name=one["name"], facts=one["facts"], expected={"place": one["place"]}) for one in content.cases
        )


def _cases(data: Any) -> list[dict[str, Any]]:
    if not isinstance(data, list):
        raise RuleError("cases: must be a list of tables ([[cases]])")
    for number, one in enumerate(data, 1):
        if not isinstance(one, dict) or set(one) != CASE_KEYS or not isinstance(one["facts"], dict):
            raise RuleError(f"case {number}: needs a name, a place and facts")
    return data
