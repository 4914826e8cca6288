"""Telephone numbers as far as a place follows from them: the country, and the district of an Italian land line."""

import re
from dataclasses import dataclass
from functools import lru_cache

from inbox import phones
from routing.placetables import ITALY, SAN_MARINO_PREFIX


@dataclass(frozen=True, slots=True)
class Number:
    """`country`: ISO code, lower case; `prefix`: "+39"; `national` begins with the 0 of a land line's district."""

    country: str
    prefix: str
    national: str


@lru_cache(maxsize=4_096)
def read(text: str, *, italian: bool = False) -> Number | None:
    """The first valid number in a text; `italian`: one without its country is an Italian one."""
    number = phones.first(text, italian=italian)
    if number is None:
        return None
    import phonenumbers

    national = phonenumbers.national_significant_number(number)
    country = (phonenumbers.region_code_for_number(number) or "").lower()
    if country == ITALY and national.startswith(SAN_MARINO_PREFIX):
        country = "sm"
    # Numbers of no country (+800) have digits there.
    return Number(country, f"+{number.country_code}", national) if country.isalpha() else None


def is_written_with_country(number: str, text: str) -> bool:
    """Whether a text has the number (in its international format) with the country in front, however spaced."""
    digits = re.sub(r"\D", "", number)
    squeezed = re.sub(r"[^\d+]+", "", text)
    return f"+{digits}" in squeezed or f"00{digits}" in squeezed
