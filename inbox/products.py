"""The company's products with the names that customers use for them, and finding them in texts.

An alias is a whole word, or several; capitals and accents do not count, and between letters and digits neither does a
blank or a hyphen: X-200, X200 and x 200 are one alias.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from sqlalchemy.orm import Session

from inbox import company
from inbox.events import Actor, record

KEY = "products"
MAX_PRODUCTS, MAX_ALIASES, MAX_CHARS = 2_000, 50, 100
MAX_TEXT = 100_000
NAMELESS, WORDLESS, DOUBLE, TOO_LONG, COMMA = "nameless", "wordless", "double", "too_long", "comma"
_RUN = re.compile(r"[^\W\d_]+|\d+")
# What may stand inside an alias between two runs of letters or of digits.
_GAP = re.compile(r"\s{0,2}[-‐‑–]?\s{0,2}|[._/]")
_ACCENT = re.compile("[\u0300-\u036f]")
Runs = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """`aliases` besides the name, which is found too."""

    name: str
    aliases: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """The form kept in the database and in TOML ([[products]])."""
        return {"name": self.name} | ({"aliases": list(self.aliases)} if self.aliases else {})


class ProductError(ValueError):
    """What is wrong with a list of products: `number` of the product (from 0), `field` and `code` say where and what.

    `code`: nameless, wordless (an alias of fewer than two letters or digits), double (an alias of two products),
    too_long or comma (commas separate aliases on the page; 1.5 finds 1,5 too); `value` is the alias.
    """

    def __init__(self, number: int, field: str, code: str, value: str = "", other: str = "") -> None:
        said = {
            NAMELESS: "needs a name",
            WORDLESS: f"{value!r} has fewer than two letters or digits",
            DOUBLE: f"{value!r} also means {other!r}",
            COMMA: f"{value!r} has a comma or semicolon",
            TOO_LONG: f"is longer than {MAX_CHARS} characters, or more than {MAX_ALIASES} aliases",
        }
        super().__init__(f"product {number + 1}: {field}: {said[code]}")
        self.number, self.field, self.code, self.value, self.other = number, field, code, value, other


def load(session: Session) -> list[Product]:
    """The products as they stand now."""
    return _read(company.get(session, KEY))


def finder(session: Session) -> "Finder":
    """Finds the products as they stand now; made anew only when the list has changed."""
    return _finder(company.get(session, KEY))


def save(session: Session, products: Sequence[Product], actor: Actor) -> None:
    """Replace the list; the event keeps who, when and the list as it was set. Raises ProductError."""
    data = [one.as_data() for one in products]
    from_data(data)
    if products != load(session):
        company.put(session, KEY, json.dumps(data, ensure_ascii=False))
        record(session, "products_set", actor, products=data)


def from_data(data: Any) -> list[Product]:
    """A list from its data (a table for each, with name and aliases), cleaned of repetitions.

    Raises ProductError naming the first mistake, ValueError for what is no list of products.
    """
    if not isinstance(data, list) or len(data) > MAX_PRODUCTS:
        raise ValueError(f"products: must be a list of at most {MAX_PRODUCTS} tables ([[products]])")
    products = [_checked_form(one, number) for number, one in enumerate(data)]
    for error in problems(products):
        raise error
    return [Product(one.name, _without_repetitions(one)) for one in products]


def problems(products: Sequence[Product]) -> Iterator[ProductError]:
    """All that is wrong with a list."""
    owners: dict[Runs, int] = {}
    for number, product in enumerate(products):
        if not product.name:
            yield ProductError(number, "name", NAMELESS)
        if max(map(len, (product.name, *product.aliases))) > MAX_CHARS or len(product.aliases) > MAX_ALIASES:
            yield ProductError(number, "aliases" if len(product.name) <= MAX_CHARS else "name", TOO_LONG)
            continue
        for field, alias in (("name", product.name), *(("aliases", one) for one in product.aliases)):
            runs = runs_of(alias)
            if field == "aliases" and ("," in alias or ";" in alias):
                yield ProductError(number, field, COMMA, alias)
            elif sum(map(len, runs)) < 2:
                if alias:
                    yield ProductError(number, field, WORDLESS, alias)
            elif owners.setdefault(runs, number) != number:
                yield ProductError(number, field, DOUBLE, alias, products[owners[runs]].name)


def runs_of(alias: str) -> Runs:
    """What of an alias counts: its runs of letters and of digits."""
    return tuple(_RUN.findall(_plain(alias)))


class Finder:
    """Finds products in texts; made once for many."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._by_first: dict[str, list[_Alias]] = {}
        self._names: list[str] = []
        for product in products:
            self._names.append(product.name)
            for alias in {_alias(one, product.name) for one in (product.name, *product.aliases)}:
                if alias.runs:
                    self._by_first.setdefault(alias.runs[0], []).append(alias)

    def find(self, *texts: str) -> tuple[str, ...]:
        """The names of the products that the texts name, in the order of the list."""
        if not self._names:
            return ()
        found = {name for text in texts for name in self._in(_plain(text[:MAX_TEXT]))}
        return tuple(name for name in self._names if name in found)

    def _in(self, text: str) -> Iterator[str]:
        places = list(_RUN.finditer(text))
        words = [place[0] for place in places]
        for index, word in enumerate(words):
            for alias in self._by_first.get(word, ()):
                end = index + len(alias.runs)
                if tuple(words[index:end]) == alias.runs and _is_whole(text, places[index:end], alias):
                    yield alias.product


@dataclass(frozen=True, slots=True)
class _Alias:
    runs: Runs
    gaps: tuple[str, ...]
    product: str


def _alias(text: str, product: str) -> _Alias:
    plain = _plain(text)
    places = list(_RUN.finditer(plain))
    gaps = (_squeezed(plain[one.end() : other.start()]) for one, other in pairwise(places))
    return _Alias(tuple(place[0] for place in places), tuple(gaps), product)


def _is_whole(text: str, places: Sequence[re.Match[str]], alias: _Alias) -> bool:
    """Whether runs stand close together, or as apart as in the alias, and are no part of a longer word."""
    start, end = places[0].start(), places[-1].end()
    if text[start - 1 : start].isalnum() or text[end : end + 1].isalnum():
        return False
    pairs = zip(pairwise(places), alias.gaps, strict=True)
    return all(
        _may_part(text[one.end() : other.start()], one[0] + other[0], written) for (one, other), written in pairs
    )


def _may_part(gap: str, runs: str, written: str) -> bool:
    is_decimal = gap == "," and runs.isdigit()
    return is_decimal or _GAP.fullmatch(gap) is not None or _squeezed(gap) == written


def _squeezed(gap: str) -> str:
    return "".join(gap.split())


@lru_cache(maxsize=1)
def _finder(kept: str) -> Finder:
    return Finder(_read(kept))


def _read(kept: str) -> list[Product]:
    return [Product(one["name"], tuple(one.get("aliases", ()))) for one in json.loads(kept or "[]")]


def _plain(text: str) -> str:
    """Lower case, without accents."""
    return text.lower() if text.isascii() else _ACCENT.sub("", unicodedata.normalize("NFKD", text).casefold())


def _without_repetitions(product: Product) -> tuple[str, ...]:
    known = {runs_of(product.name)}
    kept = []
    for alias in product.aliases:
        if runs_of(alias) not in known:
            known.add(runs_of(alias))
            kept.append(alias)
    return tuple(kept)


def _checked_form(data: Any, number: int) -> Product:
    if not isinstance(data, dict) or set(data) - {"name", "aliases"}:
        raise ValueError(f"product {number + 1}: may hold name and aliases (got {data!r})")
    name, aliases = data.get("name", ""), data.get("aliases", [])
    if not isinstance(name, str) or not isinstance(aliases, list) or not all(isinstance(one, str) for one in aliases):
        raise ValueError(f"product {number + 1}: name must be a text, aliases a list of texts")
    cleaned = (" ".join(one.split()) for one in aliases)
    return Product(" ".join(name.split()), tuple(one for one in cleaned if one))
