"""Texts in the reader's language. English is written in the code; locale/<language>.po holds the others.

The catalogues are compiled in memory at first use, so no binary file needs to be kept in step.
"""

import io
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

LANGUAGES = ("it", "en")
# A company in Europe writes the day first and counts to 24 hours, in English too.
LOCALES = {"en": "en_GB"}
FOLDER = Path(__file__).parent / "locale"
Translate = Callable[[str], str]


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of one language; English and unknown languages translate to themselves."""
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with path.open("rb") as handle:
        catalogue = read_po(handle, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def translator(language: str) -> Translate:
    """A function from English text to the text in `language`."""
    return translations(language).gettext


def moment(value: datetime, language: str, zone: str, today: date | None = None) -> str:
    """A UTC moment as people of that language and zone write it; with `today`, no longer than needed from there."""
    from babel.dates import format_date, format_datetime, format_skeleton, format_time

    locale, local = LOCALES.get(language, language), value.astimezone(ZoneInfo(zone))
    if today is None:
        return format_datetime(local, "medium", locale=locale)
    if local.date() == today:
        return format_time(local, "HH:mm", locale=locale)
    if local.year == today.year:
        return f"{format_skeleton('MMMd', local, locale=locale)}, {local:%H:%M}"
    return format_date(local, "medium", locale=locale)


def formatted(value: datetime, pattern: str, language: str, zone: str) -> str:
    """A UTC moment by a pattern of Unicode's (EEEE d MMMM), in a language and a zone."""
    from babel.dates import format_datetime

    return format_datetime(value.astimezone(ZoneInfo(zone)), pattern, locale=LOCALES.get(language, language))


def day(value: date, language: str) -> str:
    """A day as people of that language write it."""
    from babel.dates import format_date

    return format_date(value, "long", locale=LOCALES.get(language, language))


def number(value: float, language: str, digits: int = 0) -> str:
    """A number with the separators of that language."""
    from babel.numbers import format_decimal

    places = "." + "0" * digits if digits else ""
    return format_decimal(value, f"#,##0{places}", locale=LOCALES.get(language, language))


def weekday_and_day(value: date, language: str) -> str:
    """A day with its weekday, as people of that language write it."""
    from babel.dates import format_date

    return format_date(value, "full", locale=LOCALES.get(language, language))


def short_day(value: date, language: str) -> str:
    """A day and its month as people of that language write them short."""
    from babel.dates import format_skeleton

    return format_skeleton("MMMd", value, locale=LOCALES.get(language, language))


def brief(value: date, language: str, today: date) -> str:
    """A day with its month in few letters, and with its year where that is another than today's."""
    from babel.dates import format_date, format_skeleton

    locale = LOCALES.get(language, language)
    if value.year != today.year:
        return format_date(value, "medium", locale=locale)
    return format_skeleton("MMMd", value, locale=locale)


def month(value: date, language: str) -> str:
    """A month as people of that language write it: marzo 2026."""
    from babel.dates import format_skeleton

    return format_skeleton("yMMMM", value, locale=LOCALES.get(language, language))


def money(cents: int, currency: str, language: str) -> str:
    """A sum of hundredths as people of that language write it; round ones without their hundredths."""
    return _with_symbol(number(cents / 100, language, 2 if cents % 100 else 0), currency, language)


def money_exact(units: float, currency: str, language: str) -> str:
    """A small sum with three digits behind the point, as what a won euro cost."""
    return _with_symbol(number(units, language, 3), currency, language)


def _with_symbol(sum_: str, currency: str, language: str) -> str:
    from babel.numbers import get_currency_symbol

    symbol = get_currency_symbol(currency, locale=LOCALES.get(language, language))
    if language != "en":
        return f"{sum_}\u00a0{symbol}"
    return f"{symbol}{sum_}" if len(symbol) == 1 else f"{symbol}\u00a0{sum_}"
