"""Places by number (postcode, telephone prefix, tax office) and by domain; those by name are in inbox/placenames.py.

The Italian tables were written from general knowledge, not copied from a source; tests check them for consistency and
by samples. An entry that was not sure, or that leads to two places, is left out or leads to the region only:

- Provinces are the 107 of 2016 to 2024; Sardinia's of 2025 are not told apart. Sardinian postcodes, districts and
  VAT offices that changed hands in 2016 lead to the region.
- Postcodes of two regions (12071, 18025, 32047, 61013 to 61019) and those of San Marino and the Vatican lead nowhere.
  Of the codes of before 2009 Apulia's lead to the region and Fermo's nowhere; Monza's may lead to Milan, which uses
  some of them now.
- Telephone districts count for a province where nine in ten numbers seem to be in it: 02 is Milan, though Saronno has
  it too. Those across two regions (0125, 0187, 0439, 0578, 0973, 0975) lead nowhere.
- VAT offices opened since 1992 but for 096 (097 to 103, 120, 121, 888, 999) lead nowhere.
"""

from functools import cache

from inbox.placenames import (
    ITALY,
    NOWHERE,
    Spot,
    by_letters,
    by_name,
    by_region,
    codes,
    country,
    country_of_tax_number,
    key,
    regions,
    spot,
    tables,
)  # fmt: skip

__all__ = (
    "ALSO_COUNTRIES", "ITALY", "NOWHERE", "Spot", "by_letters", "by_name", "by_region", "country",
    "country_of_tax_number", "key", "regions", "spot", "tables",
)  # fmt: skip

# Provinces whose letters also stand for a country of Europe.
ALSO_COUNTRIES = {"AT", "BG", "CH", "CZ", "FI", "FR", "LT", "LU", "MT", "NO", "PT", "RO", "SI"}
SAN_MARINO_PREFIX = "0549"
# Endings that anybody takes for their sound; nothing follows from them.
_ANYBODYS = {
    "ac", "ai", "bz", "cc", "cd", "cf", "cx", "dj", "fm", "ga", "gg", "gl", "gq", "gs", "im", "io", "la", "ly", "me",
    "ml", "ms", "mu", "nu", "pn", "pw", "sc", "sh", "st", "tk", "tl", "to", "tv", "vc", "vg", "ws", "co",
}  # fmt: skip


def by_postcode(code: str) -> Spot:
    """By an Italian postcode of five digits."""
    return next((found for first, last, found in _postcodes() if first <= code <= last), NOWHERE)


def by_prefix(number: str) -> tuple[str, Spot]:
    """By the district at the beginning of an Italian number (with its 0): the district, "" if unknown, and the spot."""
    known = _listed("phones")
    found = next((number[:length] for length in (4, 3, 2) if number[:length] in known), "")
    return found, known.get(found, NOWHERE)


def by_tax_office(code: str) -> Spot:
    """By the three digits of a VAT office."""
    return _listed("vat").get(code, NOWHERE)


def country_of_domain(domain: str) -> str:
    """The country that a domain's ending means, "" for .com and for endings that anybody takes."""
    ending = domain.rpartition(".")[2].lower()
    if ending == "uk":
        return "gb"
    return ending if ending in codes() - _ANYBODYS else ""


@cache
def _postcodes() -> tuple[tuple[str, str, Spot], ...]:
    listed = (("postcodes", spot), ("postcode_regions", lambda region: (region, "")))
    return tuple(
        (first, last or first, place(name))
        for table, place in listed
        for name, ranges in tables()[table].items()
        for first, _, last in (one.partition("-") for one in ranges.split())
    )


@cache
def _listed(table: str) -> dict[str, Spot]:
    """Codes of a table and of its regions' table."""
    found = {code: spot(name) for name, codes in tables()[table].items() for code in codes.split()}
    shared = tables()[f"{table.removesuffix('s')}_regions"]
    return found | {code: (region, "") for region, codes in shared.items() for code in codes.split()}
