"""Telephone numbers as far as a place follows from them: the country, and the district of an Italian land line."""

import re
from dataclasses import dataclass
from functools import lru_cache

from routing.placetables import ITALY, SAN_MARINO_PREFIX

# Fewer are no telephone number.
FEWEST_DIGITS = 6
_ZEROS = re.compile(r"^\s*00(?=[1-9])")


@dataclass(frozen=True, slots=True)
class Number:
    """`country`: ISO code, lower case; `prefix`: "+39"; `national` begins with the 0 of a land line's district."""

    country: str
    prefix: str
    national: str


@lru_cache(maxsize=4_096)
def read(text: str, *, italian: bool = False) -> Number | None:
    """The first valid number in a text; `italian`: one without its country is an Italian one."""
    if sum(map(str.isdigit, text)) < FEWEST_DIGITS:
        return None
    import phonenumbers

    for match in phonenumbers.PhoneNumberMatcher(_ZEROS.sub("+", text), "IT" if italian else None):
        national = phonenumbers.national_significant_number(match.number)
        country = (phonenumbers.region_code_for_number(match.number) or "").lower()
        if country == ITALY and national.startswith(SAN_MARINO_PREFIX):
            country = "sm"
        # Numbers of no country (+800) have digits there.
        return Number(country, f"+{match.number.country_code}", national) if country.isalpha() else None
    return None


def is_written_with_country(number: str, text: str) -> bool:
    """Whether a text has the number (in its international format) with the country in front, however spaced."""
    digits = re.sub(r"\D", "", number)
    squeezed = re.sub(r"[^\d+]", "", text)
    return f"+{digits}" in squeezed or f"00{digits}" in squeezed
