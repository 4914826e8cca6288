"""What stands in a line, checked and put into the form in which it is kept."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from inbox import placenames
from inbox.contacts import FREE_MAIL, domain_of
from inbox.customers.headings import CODE, COUNTRY, DOMAIN, EMAIL, NAME, OWNER, PEC, PROVINCE, VAT
from inbox.customers.reading import Sheet
from inbox.models import User
from inbox.placenames import ITALY

MAX_CHARS, MAX_ADDRESSES = 300, 20
VAT_LENGTH, VAT_CHECK, VAT_COUNTRY, WRONG_PROVINCE, WRONG_COUNTRY, WRONG_ADDRESS, WRONG_DOMAIN = (
    "vat_length", "vat_check", "vat_country", "province", "country", "address", "domain",
)  # fmt: skip
NOBODY, AMBIGUOUS, TOO_LONG, TOO_MANY_CELLS, PUBLIC = "nobody", "ambiguous", "too_long", "too_many_cells", "public"
# What Italian programs write for the province of customers abroad.
_ABROAD = ("ee", "estero")
# Where firms have a page rather than a site of their own.
_PAGES = {"facebook.com", "instagram.com", "linkedin.com", "paginegialle.it", "google.com", "twitter.com", "x.com"}
_ADDRESS = re.compile(r"[^@\s<>\"(),:;]{1,64}@[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")
_DOMAIN = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")


class Wrong(ValueError):
    """A value that cannot be taken; `code` says why."""

    def __init__(self, code: str, other: str = "") -> None:
        super().__init__(code)
        self.code, self.other = code, other


@dataclass(frozen=True, slots=True)
class Problem:
    """Something told about a line. Refused lines are left out as a whole; of others all but this was taken.

    `column`: the heading as the file has it; `value`: what stands there; `other`: the firm that is in the way.
    """

    line: int
    column: str
    code: str
    value: str = ""
    other: str = ""
    refused: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """What a line says of a firm; "", None and () is nothing. `guessed`: the domain of an address, none was given.

    `addresses`: lower case. `country`: ISO code, lower case; `province`: two letters; `vat`: with its country.
    """

    line: int
    name: str = ""
    vat: str = ""
    code: str = ""
    domain: str = ""
    guessed: bool = False
    addresses: tuple[str, ...] = ()
    province: str = ""
    country: str = ""
    owner_id: int | None = None


@dataclass(slots=True)
class Rows:
    """The lines that can be taken, and what is told of all."""

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Colleagues:
    """Who can follow customers, by address and by name; names in any order of their words."""

    def __init__(self, users: Iterable[User]) -> None:
        self._found: dict[str, set[int]] = {}
        for user in users:
            for known in (user.email.lower(), _words(user.name)):
                self._found.setdefault(known, set()).add(user.id)

    def id_of(self, text: str) -> int:
        """Raises Wrong for nobody or several."""
        found = self._found.get(text.lower()) or self._found.get(_words(text)) or set()
        if len(found) != 1:
            raise Wrong(AMBIGUOUS if found else NOBODY)
        return next(iter(found))


def rows_of(sheet: Sheet, colleagues: Colleagues) -> Rows:
    """All lines checked."""
    made = Rows()
    for number, cells in sheet.lines:
        reader = _Line(sheet, number, cells, colleagues)
        row = reader.row()
        made.problems += reader.problems
        if not any(one.refused for one in reader.problems):
            made.rows.append(row)
    return made


@lru_cache(maxsize=10_000)
def vat_of(text: str, country: str) -> str:
    """A VAT number with its country in front. Without one it is Italian, or of the `country`. Raises Wrong."""
    plain = "".join(sign for sign in text.upper() if sign.isalnum())
    of = placenames.country_of_tax_number(plain) if plain[:2].isalpha() else country or ITALY
    digits = plain[2:] if plain[:2].isalpha() else plain
    if not of:
        raise Wrong(VAT_COUNTRY)
    if of == ITALY and (len(digits) != 11 or not digits.isdecimal()):
        raise Wrong(VAT_LENGTH)
    module = _module(of)
    if not any(map(str.isdigit, digits)) or (module is not None and not _is_valid(module, of, digits, plain)):
        raise Wrong(VAT_CHECK)
    prefix = plain[:2] if plain[:2].isalpha() else {"gr": "EL"}.get(of, of.upper())
    return plain if plain.startswith(prefix) else prefix + digits


@lru_cache(maxsize=500_000)
def plain_vat(text: str) -> str:
    """A kept number as numbers are compared."""
    plain = "".join(sign for sign in text.upper() if sign.isalnum())
    return f"IT{plain}" if len(plain) == 11 and plain.isdecimal() else plain


@cache
def _module(country: str) -> object | None:
    """What checks the VAT numbers of a country; not every country has something to check."""
    import stdnum

    found: object | None = stdnum.get_cc_module(country, "vat")
    return found


def _is_valid(module: object, country: str, digits: str, plain: str) -> bool:
    is_valid = module.is_valid  # type: ignore[attr-defined]
    # Swiss numbers are written with CHE, which is more than their country.
    return bool(is_valid(digits) or is_valid(plain) or (country == "ch" and is_valid(f"CHE{digits.removeprefix('E')}")))


class _Line:
    """One line being read."""

    def __init__(self, sheet: Sheet, number: int, cells: Sequence[str], colleagues: Colleagues) -> None:
        self._sheet, self._number, self._cells, self._colleagues = sheet, number, cells, colleagues
        self.problems: list[Problem] = []

    def row(self) -> Row:
        if any(self._cells[len(self._sheet.headings) :]):
            self._tell("", Wrong(TOO_MANY_CELLS), " ".join(self._cells[len(self._sheet.headings) :])[:MAX_CHARS])
        country = self._one(COUNTRY, _country)
        addresses = tuple(dict.fromkeys([*self._addresses(EMAIL), *self._addresses(PEC)]))
        domain = self._one(DOMAIN, _domain)
        province = self._one(PROVINCE, lambda text: _province(text, country))
        own = next((found for one in self._addresses(EMAIL, tell=False) if (found := _own_domain(one))), "")
        owner = self._one(OWNER, lambda text: str(self._colleagues.id_of(text)))
        return Row(
            self._number, " ".join(self._one(NAME, str).split()), self._one(VAT, lambda text: vat_of(text, country)),
            self._one(CODE, str), domain or own, not domain, addresses, province,
            country or (ITALY if province else ""), int(owner) if owner else None,
        )  # fmt: skip

    def _one(self, name: str, check: Callable[[str], str]) -> str:
        for _, text in self._told(name):
            try:
                if len(text) > MAX_CHARS:
                    raise Wrong(TOO_LONG)
                return check(text)
            except Wrong as error:
                self._tell(name, error, text[:MAX_CHARS])
        return ""

    def _addresses(self, name: str, tell: bool = True) -> list[str]:
        found: list[str] = []
        for number, text in self._told(name):
            parts = re.findall(r"<([^<>]*)>", text) or re.split(r"[\s,;]+", text)
            for one in [part.strip().lower().removeprefix("mailto:") for part in parts if part.strip()]:
                if _ADDRESS.fullmatch(one) and len(found) < MAX_ADDRESSES:
                    found.append(one)
                elif tell:
                    heading = self._sheet.headings[number]
                    self.problems.append(Problem(self._number, heading, WRONG_ADDRESS, one[:MAX_CHARS]))
        return found

    def _told(self, name: str) -> list[tuple[int, str]]:
        numbers = [number for number in self._sheet.columns.get(name, ()) if number < len(self._cells)]
        return [(number, self._cells[number]) for number in numbers if self._cells[number]]

    def _tell(self, name: str, error: Wrong, value: str) -> None:
        column = self._sheet.headings[self._sheet.columns[name][0]] if name else ""
        self.problems.append(Problem(self._number, column, error.code, value, refused=error.code != PUBLIC))


def _own_domain(address: str) -> str:
    domain = domain_of(address)
    return "" if domain in FREE_MAIL else domain


@lru_cache(maxsize=1_000)
def _country(text: str) -> str:
    found = placenames.country(text)
    if not found:
        raise Wrong(WRONG_COUNTRY)
    return found


@lru_cache(maxsize=1_000)
def _province(text: str, country: str) -> str:
    name = placenames.key(text)
    if country not in ("", ITALY) or name in _ABROAD:
        return ""
    found = placenames.by_letters(name) if len(name) == 2 else placenames.by_name(name.removeprefix("provincia di "))
    if found == placenames.NOWHERE:
        raise Wrong(WRONG_PROVINCE)
    return found[1]


def _domain(text: str) -> str:
    plain = re.sub(r"^[a-z]+://", "", text.strip().lower()).removeprefix("@").removeprefix("www.")
    plain = re.split(r"[/?#:]", plain)[0].rstrip(".")
    if not _DOMAIN.fullmatch(plain):
        raise Wrong(WRONG_DOMAIN)
    if plain in FREE_MAIL or plain in _PAGES:
        raise Wrong(PUBLIC)
    return plain


def _words(name: str) -> str:
    return " ".join(sorted(placenames.key(name).split()))


def fields(row: Row) -> Mapping[str, object]:
    """What a row says that a firm holds as it stands."""
    names = (NAME, PROVINCE, COUNTRY)
    told: dict[str, object] = {name: getattr(row, name) for name in names if getattr(row, name)}
    return told | ({"owner_id": row.owner_id} if row.owner_id is not None else {})
