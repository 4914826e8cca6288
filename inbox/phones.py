"""Telephone numbers in what people type, and one number for all ways of writing it (E.164, ITU-T)."""

import re
from functools import lru_cache
from typing import Any

# Fewer are no telephone number.
FEWEST_DIGITS = 6
_LONGEST = 300
_WITH_COUNTRY = re.compile(r"\+[\d ]+")
_ZEROS = re.compile(r"^\s*00(?=[1-9])")


def first(text: str, *, italian: bool = False) -> Any:
    """The first valid number in a text, as phonenumbers has it, else None; `italian`: one without its country is
    an Italian one."""
    if sum(map(str.isdigit, text)) < FEWEST_DIGITS:
        return None
    text = _ZEROS.sub("+", text)
    # With its country in front it is the same for whoever asks.
    found = _first(text, None) if not italian or _WITH_COUNTRY.fullmatch(text) else None
    return found or (_first(text, "IT") if italian else None)


@lru_cache(maxsize=4_096)
def _first(text: str, region: str | None) -> Any:
    import phonenumbers

    return next((match.number for match in phonenumbers.PhoneNumberMatcher(text, region)), None)


@lru_cache(maxsize=4_096)
def e164(text: str) -> str:
    """The first valid number in a text as +390444123456, "" without one; without its country it is an Italian one."""
    number = first(text[:_LONGEST], italian=True)
    if number is None:
        return ""
    import phonenumbers

    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
