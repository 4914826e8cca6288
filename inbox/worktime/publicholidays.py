"""Public holidays of countries and provinces, patron saints included: what the library `holidays` knows.

A holiday is kept by its English name, where the library has one; people read it in their language or the country's own.
"""

from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

# A closed range, so that a wrong year costs nothing.
YEARS = range(1970, 2200)
KEPT_IN = "en"
_SOME_YEAR = 2025
LONGEST_CODE = 3  # longer ones are single towns, which their province stands for
Names = tuple[str, ...]


def name(country: str, province: str, day: date, worked: Collection[str] = ()) -> str:
    """The holiday of a day, "" for none, or for one on which is worked. A country nobody knows has none."""
    return next((one for one in of_year(country, province, day.year).get(day, ()) if one not in worked), "")


@lru_cache(maxsize=400)
def of_year(country: str, province: str, year: int, language: str = KEPT_IN) -> Mapping[date, Names]:
    """A year's holidays by day, those of the province too ("" for none), in a language (it, en …)."""
    if year not in YEARS or country not in countries():
        return {}
    # Without a language the library goes by the process' environment.
    found = _asked(country, province, year, _language(country, language))
    return {day: tuple(found.get_list(day)) for day in sorted(found)}


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """The codes of all countries whose holidays are known."""
    import holidays

    return frozenset(code for code in holidays.list_supported_countries() if len(code) == 2)


@lru_cache(maxsize=50)
def provinces(country: str) -> Mapping[str, str]:
    """A country's provinces, regions or states that have holidays of their own: names by code."""
    if country not in countries():
        return {}
    kind = type(_asked(country, "", _SOME_YEAR, None))
    names = {code: code for code in kind.subdivisions if len(code) <= LONGEST_CODE}
    for called, code in getattr(kind, "subdivisions_aliases", {}).items():
        # Of several names the one with its accents.
        if code in names and (names[code] == code or not called.isascii()):
            names[code] = called
    return names


def _asked(country: str, province: str, year: int, language: str | None) -> Any:
    import holidays

    part = province if province and province in provinces(country) else None
    return holidays.country_holidays(country, subdiv=part, years=year, language=language)


@lru_cache(maxsize=200)
def _language(country: str, wanted: str) -> str | None:
    """What the library calls a language in a country: the wanted one, else the country's own."""
    import holidays

    kind: Any = type(holidays.country_holidays(country, years=_SOME_YEAR))
    offered = (one for one in kind.supported_languages if one.partition("_")[0] == wanted)
    found: str | None = next(offered, kind.default_language)
    return found
