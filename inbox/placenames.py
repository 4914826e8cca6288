"""Italy's provinces and regions by their names, from config/places.toml, and countries from the CLDR (Babel).

routing/placetables.py says what the tables leave out, and finds places by numbers.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from inbox.folding import MAX_CHARS, fold

FILE = Path(__file__).parents[1] / "config" / "places.toml"
ITALY = "it"
Spot = tuple[str, str]  # an Italian region and province, each "" where it is not known
NOWHERE: Spot = ("", "")
_WORD = re.compile(r"\w+")
_LANGUAGES = ("it", "en", "de", "fr", "es")
_MORE_NAMES = {
    "uk": "gb", "great britain": "gb", "gran bretagna": "gb", "grossbritannien": "gb", "england": "gb",
    "inghilterra": "gb", "usa": "us", "u s a": "us", "united states of america": "us", "stati uniti d america": "us",
    "olanda": "nl", "holland": "nl", "czech republic": "cz", "repubblica ceca": "cz", "tschechische republik": "cz",
}  # fmt: skip
# In babel's list, but no countries; xk is used for Kosovo by everybody.
_NO_COUNTRIES = {"eu", "ez", "un", "xa", "xb", "qo", "zz", "ac", "cp", "cq", "dg", "ea", "ic", "ta"}
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


def country(name: str) -> str:
    """The ISO code (lower case) of a country by its name in one of five languages or by that code; "" otherwise."""
    wanted = key(name)
    return _countries().get(wanted) or (wanted if wanted in codes() else "")


def country_of_tax_number(number: str) -> str:
    """The country in front of a VAT number, "" if there is none."""
    letters = number[:2].lower()
    letters = _TAX_COUNTRIES.get(letters, letters)
    return letters if letters in codes() else ""


def key(name: str) -> str:
    """A name as it is compared: lower case, without accents and marks."""
    return " ".join(_WORD.findall(fold(name[:MAX_CHARS])[:MAX_CHARS]))


@cache
def _by_name() -> dict[str, Spot]:
    return {key(name): spot(letters) for letters, names in tables()["provinces"].items() for name in names}


@cache
def _regions_by_name() -> dict[str, str]:
    more = tables()["region_names"]
    return {key(name): region for region in tables()["regions"] for name in (region, *more.get(region, ()))}


@cache
def codes() -> set[str]:
    """The ISO codes (lower case) of all countries."""
    from babel import Locale

    found = {str(code).lower() for code in Locale.parse("en").territories}
    return {code for code in found if re.fullmatch(r"[a-z]{2}", code)} - _NO_COUNTRIES


@cache
def _countries() -> dict[str, str]:
    from babel import Locale

    named = (one for language in _LANGUAGES for one in Locale.parse(language).territories.items())
    names = {key(str(name)): str(code).lower() for code, name in named}
    return {name: code for name, code in names.items() if code in codes()} | _MORE_NAMES
