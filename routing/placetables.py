"""Places by name and number: Italy's provinces and regions from config/places.toml, countries from the CLDR (Babel).

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

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from routing.words import split

FILE = Path(__file__).parents[1] / "config" / "places.toml"
ITALY = "it"
Spot = tuple[str, str]  # an Italian region and province, each "" where it is not known
NOWHERE: Spot = ("", "")
# Provinces whose letters also stand for a country of Europe.
ALSO_COUNTRIES = {"AT", "BG", "CH", "CZ", "FI", "FR", "LT", "LU", "MT", "NO", "PT", "RO", "SI"}
SAN_MARINO_PREFIX = "0549"
_LANGUAGES = ("it", "en", "de", "fr", "es")
_MORE_NAMES = {
    "uk": "gb", "great britain": "gb", "gran bretagna": "gb", "grossbritannien": "gb", "england": "gb",
    "inghilterra": "gb", "usa": "us", "u s a": "us", "united states of america": "us", "stati uniti d america": "us",
    "olanda": "nl", "holland": "nl", "czech republic": "cz", "repubblica ceca": "cz", "tschechische republik": "cz",
}  # fmt: skip
# In babel's list, but no countries; xk is used for Kosovo by everybody.
_NO_COUNTRIES = {"eu", "ez", "un", "xa", "xb", "qo", "zz", "ac", "cp", "cq", "dg", "ea", "ic", "ta"}
# Endings that anybody takes for their sound; nothing follows from them.
_ANYBODYS = {
    "ac", "ai", "bz", "cc", "cd", "cf", "cx", "dj", "fm", "ga", "gg", "gl", "gq", "gs", "im", "io", "la", "ly", "me",
    "ml", "ms", "mu", "nu", "pn", "pw", "sc", "sh", "st", "tk", "tl", "to", "tv", "vc", "vg", "ws", "co",
}  # fmt: skip
_TAX_COUNTRIES = {"el": "gr", "xi": "gb"}


@cache
def tables() -> dict[str, Any]:
    """The file as it stands."""
    return tomllib.loads(FILE.read_text("utf-8"))


@cache
def regions() -> dict[str, str]:
    """The region of each province (two letters, upper case)."""
    return {province: region for region, letters in tables()["regions"].items() for province in letters.split()}


def spot(province: str) -> Spot:
    """A province with its region."""
    return regions()[province], province


def by_letters(letters: str) -> Spot:
    """By a province's two letters."""
    return spot(letters.upper()) if letters.upper() in regions() else NOWHERE


def by_name(name: str) -> Spot:
    """By the name of a province or of its seat."""
    return _by_name().get(key(name), NOWHERE)


def by_region(name: str) -> Spot:
    """By the name of a region."""
    return _regions_by_name().get(key(name), ""), ""


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


def country(name: str) -> str:
    """The ISO code (lower case) of a country by its name in one of five languages or by that code; "" otherwise."""
    wanted = key(name)
    return _countries().get(wanted) or (wanted if wanted in _codes() else "")


def country_of_domain(domain: str) -> str:
    """The country that a domain's ending means, "" for .com and for endings that anybody takes."""
    ending = domain.rpartition(".")[2].lower()
    if ending == "uk":
        return "gb"
    return ending if ending in _codes() - _ANYBODYS else ""


def country_of_tax_number(number: str) -> str:
    """The country in front of a VAT number, "" if there is none."""
    letters = number[:2].lower()
    letters = _TAX_COUNTRIES.get(letters, letters)
    return letters if letters in _codes() else ""


def key(name: str) -> str:
    """A name as it is compared: lower case, without accents and marks."""
    return " ".join(split(name))


@cache
def _by_name() -> dict[str, Spot]:
    return {key(name): spot(letters) for letters, names in tables()["provinces"].items() for name in names}


@cache
def _regions_by_name() -> dict[str, str]:
    more = tables()["region_names"]
    return {key(name): region for region in tables()["regions"] for name in (region, *more.get(region, ()))}


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


@cache
def _codes() -> set[str]:
    from babel import Locale

    codes = {str(code).lower() for code in Locale.parse("en").territories}
    return {code for code in codes if re.fullmatch(r"[a-z]{2}", code)} - _NO_COUNTRIES


@cache
def _countries() -> dict[str, str]:
    from babel import Locale

    named = (one for language in _LANGUAGES for one in Locale.parse(language).territories.items())
    names = {key(str(name)): str(code).lower() for code, name in named}
    return {name: code for name, code in names.items() if code in _codes()} | _MORE_NAMES
