"""Address headers, clean and dirty."""

import pytest

from connectors.base import Address
from connectors.mail.addresses import addresses


@pytest.mark.parametrize(
    ("given", "address", "name"),
    [
        ("a@b.it", "a@b.it", ""),
        ("<a@b.it>", "a@b.it", ""),
        ("Anna Rossi <a@b.it>", "a@b.it", "Anna Rossi"),
        ('"Rossi, Anna" <a@b.it>', "a@b.it", "Rossi, Anna"),
        ("Rossi, Anna <a@b.it>", "a@b.it", "Rossi, Anna"),
        ("a@b.it (Anna Rossi)", "a@b.it", "Anna Rossi"),
        ("Anna (ufficio) Rossi <a@b.it>", "a@b.it", "Anna  Rossi".replace("  ", " ")),
        ("'Anna' <a@b.it>", "a@b.it", "Anna"),
        (r'"Anna \"Nina\" Rossi" <a@b.it>', "a@b.it", 'Anna "Nina" Rossi'),
        ("=?utf-8?q?Niccol=C3=B2?= <a@b.it>", "a@b.it", "Niccolò"),
        ("=?utf-8?q?Rossi,_Anna?= <a@b.it>", "a@b.it", "Rossi, Anna"),
        ("=?utf-8?q?Rossi, Anna?= <a@b.it>", "a@b.it", "Rossi, Anna"),
        ("=?utf-8?q?Anna_=3Ca=40b.it=3E?=", "a@b.it", "Anna"),
        ("Anna a@b.it", "a@b.it", "Anna"),
        ("Anna <<a@b.it>>", "a@b.it", "Anna"),
        ("Anna <mailto:a@b.it>", "a@b.it", "Anna"),
        ("Anna <a@b.it", "a@b.it", "Anna"),
        ("Anna (a@b.it)", "a@b.it", "Anna"),
        ("a@b.it <a>", "a@b.it", ""),
        ("Anna", "", "Anna"),
    ],
)
def test_one(given: str, address: str, name: str) -> None:
    assert addresses(given) == (Address(address, name),)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a@b.it, Anna <c@d.it>", ["a@b.it", "c@d.it"]),
        ("a@b.it; c@d.it", ["a@b.it", "c@d.it"]),
        ("Vendite: a@b.it, c@d.it;", ["a@b.it", "c@d.it"]),
        ("undisclosed-recipients:;", []),
        (",, a@b.it ,", ["a@b.it"]),
        ("", []),
        ("<>", []),
    ],
)
def test_many(given: str, expected: list[str]) -> None:
    assert [person.address for person in addresses(given)] == expected
