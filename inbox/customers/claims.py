"""Which domains and addresses of a file are one firm's only: an accountant's address stands beside many."""

from collections.abc import Sequence

from inbox.customers.values import Row
from inbox.placenames import key


class Claims:
    """For which firms of the file a domain or an address is named. Domains that are only guessed count for less."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._vats: dict[str, str] = {}
        for row in rows:
            if row.code and row.vat:
                self._vats.setdefault(row.code, row.vat)
        self._stated: dict[str, set[str]] = {}
        self._guessed: dict[str, set[str]] = {}
        for row in rows:
            (self._guessed if row.guessed else self._stated).setdefault(row.domain, set()).add(self.firm(row))
            for address in row.addresses:
                self._stated.setdefault(address, set()).add(self.firm(row))

    def of(self, what: str) -> set[str]:
        """The firms."""
        return self._stated.get(what) or self._guessed.get(what) or set()

    def firm(self, row: Row) -> str:
        """What tells the firm of a line from the others of the file."""
        vat = row.vat or self._vats.get(row.code, "")
        return f"vat {vat}" if vat else f"code {row.code}" if row.code else f"name {key(row.name)}"
