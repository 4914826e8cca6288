"""What a file changes: its lines compared with the firms that are known, without writing anything.

A firm is known again by its VAT number, else its number in the books, else its domain, else an address. These keys are
given to a firm where it has none; one is changed only where no line of the file names the old value. So a key that
the file names never passes from one firm to another, and the same file a second time finds all as it left it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from inbox.contacts import domain_of
from inbox.customers.claims import Claims
from inbox.customers.headings import COUNTRY, NAME, PROVINCE
from inbox.customers.values import Problem, Row, plain_vat
from inbox.placenames import ITALY

FIELDS = ("name", "vat", "code", "domain", "province", "country", "owner_id")
TWO_FIRMS, HAS_ANOTHER, KEYLESS = "two_firms", "has_another", "keyless"
SHARED, ELSEWHERE, OURS = "shared", "elsewhere", "ours"


@dataclass(slots=True, eq=False)
class Firm:
    """A firm as it would be; `id` None is a new one. `before`: its FIELDS as they are now, () for a new one."""

    id: int | None = None
    name: str = ""
    vat: str = ""
    code: str = ""
    domain: str = ""
    province: str = ""
    country: str = ""
    owner_id: int | None = None
    line: int = 0
    before: tuple[object, ...] = ()

    @property
    def now(self) -> tuple[object, ...]:
        """FIELDS as they would be."""
        return tuple(getattr(self, name) for name in FIELDS)

    @property
    def is_blank(self) -> bool:
        """Whether nothing is known but a domain that mails came from."""
        named = (self.vat, self.code, self.province, self.country, self.owner_id)
        return not any(named) and self.name in ("", self.domain)


@dataclass(slots=True)
class Plan:
    """What is to be done. `absorbed`: firms that were no more than a domain, and whose they are; `tied`: contacts by
    number and their firm; `made`: addresses of contacts to be, and their firm."""

    touched: list[Firm] = field(default_factory=list)
    absorbed: list[tuple[Firm, Firm]] = field(default_factory=list)
    tied: dict[int, Firm] = field(default_factory=dict)
    made: dict[str, Firm] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def new(self) -> list[Firm]:
        """Firms that are not known yet."""
        return [firm for firm in self.touched if firm.id is None]

    @property
    def changed(self) -> list[Firm]:
        """Known firms of which something changes."""
        return [firm for firm in self.touched if firm.id is not None and firm.now != firm.before]


class Refused(Exception):
    """A line that contradicts what is known."""


class Planner:
    """Firms by their keys. `contacts`: by address the number of a known one and its firm."""

    def __init__(
        self,
        firms: Iterable[Firm],
        contacts: dict[str, tuple[int, Firm | None]],
        rows: Sequence[Row],
        our_addresses: set[str],
        columns: dict[str, str],
    ) -> None:
        self._contacts: dict[str, tuple[int | None, Firm | None]] = dict(contacts)
        self._rows, self._columns = rows, columns
        self._by: dict[str, dict[str, Firm]] = {"vat": {}, "code": {}, "domain": {}}
        for firm in firms:
            self._index(firm)
        self._named = {
            "vat": {row.vat for row in rows},
            "code": {row.code for row in rows},
            "domain": {row.domain for row in rows},
        }
        self._ours = our_addresses
        self._our_domains = {domain_of(one) for one in our_addresses}
        self._claims = Claims(rows)
        self._gone: set[int] = set()
        self.plan = Plan()

    def run(self) -> Plan:
        """Go through all lines."""
        touched: dict[int, Firm] = {}
        # Who can be told apart surely comes first, so that lines that can hardly be find their firm.
        for row in sorted(self._rows, key=_vagueness):
            try:
                firm = self._find(row)
            except Refused:
                continue
            firm.line = firm.line or row.line
            touched[id(firm)] = firm
            self._fill(firm, row)
            self._give_domain(firm, row)
            for address in row.addresses:
                self._tie(firm, address, row)
        # A domain leads to its firm by itself.
        made = self.plan.made.items()
        self.plan.made = {address: firm for address, firm in made if firm.domain != domain_of(address)}
        self.plan.touched = [firm for number, firm in touched.items() if number not in self._gone]
        return self.plan

    def _find(self, row: Row) -> Firm:
        """The firm of a line, made if it is new. Raises Refused."""
        by_vat, by_code = self._by["vat"].get(row.vat), self._by["code"].get(row.code)
        if by_vat is not None and by_code is not None and by_vat is not by_code:
            raise self._refuse(row, "code", TWO_FIRMS, row.code, by_code)
        found = by_vat or by_code
        if found is not None:
            for name, old in (("vat", plain_vat(found.vat)), ("code", found.code)):
                if getattr(row, name) and old not in ("", getattr(row, name)) and old in self._named[name]:
                    raise self._refuse(row, name, HAS_ANOTHER, getattr(row, name), found)
            return found
        found = self._by_trace(row)
        if found is None and not (row.vat or row.code or self._free_domain(row) or self._free_addresses(row)):
            raise self._refuse(row, "", KEYLESS, row.name, None)
        return found or Firm()

    def _by_trace(self, row: Row) -> Firm | None:
        """By domain or address, where VAT number and number do not say that it is another."""
        tries = [self._by["domain"].get(row.domain) if self._is_one(row.domain) else None]
        for address in row.addresses:
            firm = self._contacts.get(address, (None, None))[1]
            tries.append(None if self._is_loose(firm) or not self._is_one(address) else firm)
        return next((firm for firm in tries if firm is not None and _agree(firm, row)), None)

    def _fill(self, firm: Firm, row: Row) -> None:
        if row.vat and plain_vat(firm.vat) != row.vat:
            self._release("vat", plain_vat(firm.vat), firm)
            firm.vat = row.vat
        if row.code and firm.code != row.code:
            self._release("code", firm.code, firm)
            firm.code = row.code
        if row.owner_id is not None:
            firm.owner_id = row.owner_id
        for name in (NAME, PROVINCE, COUNTRY):
            if getattr(row, name):
                setattr(firm, name, getattr(row, name))
        if row.country not in ("", ITALY):
            firm.province = ""
        firm.name = firm.name or row.domain or row.vat or row.code or next(iter(row.addresses), "")
        self._index(firm)

    def _give_domain(self, firm: Firm, row: Row) -> None:
        """Its domain, unless it is somebody else's or has one already; a record of no more than that is taken over."""
        if not row.domain or firm.domain == row.domain:
            return
        holder = self._by["domain"].get(row.domain)
        is_taken = holder is not None and holder is not firm and not (holder.is_blank and holder.id is not None)
        if not self._owns(row) or is_taken:
            if not row.guessed:
                why = OURS if row.domain in self._our_domains else ELSEWHERE if is_taken else SHARED
                self._note(row, "domain", why, row.domain, holder if is_taken else None)
            return
        if firm.domain and (row.guessed or firm.domain in self._named["domain"]):
            if not row.guessed:
                self._note(row, "domain", HAS_ANOTHER, row.domain, firm)
            self._by["domain"].setdefault(row.domain, firm)
            return
        if holder is not None and holder is not firm:
            self._absorb(holder, firm)
        self._release("domain", firm.domain, firm)
        self._by["domain"][row.domain] = firm
        firm.domain = row.domain

    def _absorb(self, blank: Firm, firm: Firm) -> None:
        self._gone.add(id(blank))
        if firm.id is None:
            firm.id, firm.before = blank.id, blank.before
        else:
            self.plan.absorbed.append((blank, firm))

    def _tie(self, firm: Firm, address: str, row: Row) -> None:
        """Make an address one of the firm's, unless it is another's."""
        number, holder = self._contacts.get(address, (None, None))
        if address in self._ours:
            self._note(row, "email", OURS, address, None)
        elif not self._is_one(address):
            self._note(row, "email", SHARED, address, None)
        elif holder is not firm and not self._is_loose(holder):
            self._note(row, "email", ELSEWHERE, address, holder)
        elif holder is not firm:
            self._contacts[address] = (number, firm)
            if number is not None:
                self.plan.tied[number] = firm
            else:
                self.plan.made[address] = firm

    def _is_loose(self, holder: Firm | None) -> bool:
        """Whether a contact is nobody's so far, or belongs to no more than a domain."""
        return holder is None or holder.is_blank or id(holder) in self._gone

    def _owns(self, row: Row) -> bool:
        """Whether the domain of a line can be its firm's: no other firm of the file has it, and not we."""
        return self._is_one(row.domain) and self._claims.firm(row) in self._claims.of(row.domain)

    def _is_one(self, what: str) -> bool:
        """Whether a domain or address is named for one firm only, and is not ours."""
        return (
            bool(what) and what not in self._ours and what not in self._our_domains and len(self._claims.of(what)) == 1
        )

    def _free_domain(self, row: Row) -> bool:
        return self._owns(row) and row.domain not in self._by["domain"]

    def _free_addresses(self, row: Row) -> bool:
        holders = (self._contacts.get(one, (None, None))[1] for one in row.addresses if self._is_one(one))
        return any(map(self._is_loose, holders))

    def _index(self, firm: Firm) -> None:
        for name, value in (("vat", plain_vat(firm.vat)), ("code", firm.code), ("domain", firm.domain)):
            if value:
                self._by[name].setdefault(value, firm)

    def _release(self, name: str, value: str, firm: Firm) -> None:
        if self._by[name].get(value) is firm:
            del self._by[name][value]

    def _note(self, row: Row, column: str, code: str, value: str, other: Firm | None) -> None:
        told = Problem(row.line, self._columns.get(column, ""), code, value, other.name if other else "", refused=False)
        self.plan.problems.append(told)

    def _refuse(self, row: Row, column: str, code: str, value: str, other: Firm | None) -> Refused:
        named = other.name if other else ""
        self.plan.problems.append(Problem(row.line, self._columns.get(column, ""), code, value, named))
        return Refused()


def _agree(firm: Firm, row: Row) -> bool:
    return not (row.vat and firm.vat and plain_vat(firm.vat) != row.vat) and not (
        row.code and firm.code and firm.code != row.code
    )


def _vagueness(row: Row) -> int:
    return 0 if row.vat or row.code else 2 if row.guessed else 1
