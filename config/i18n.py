"""Texts in the reader's language. English is written in the code; locale/<language>.po holds the others.

The catalogues are compiled in memory at first use, so no binary file needs to be kept in step.
"""

import io
from collections.abc import Callable
from datetime import datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

LANGUAGES = ("it", "en")
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


def moment(value: datetime, language: str, zone: str, form: str = "short") -> str:
    """A UTC moment as people of that language and zone write it."""
    from babel.dates import format_datetime

    return format_datetime(value.astimezone(ZoneInfo(zone)), form, locale=language)
