"""Sums of money as people write them. Pure."""

import re

# A sale beyond ten thousand millions is a slip of the keys.
MOST_CENTS = 10**12
_SUM = re.compile(r"\d{1,13}(?:[.,'’\u00a0\u202f ]\d{3})*(?:[.,]\d{1,2})?(?![.,]?\d)|\d+")
_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "usd": "USD", "£": "GBP", "gbp": "GBP",
    "chf": "CHF", "fr.": "CHF", "sfr": "CHF",
}  # fmt: skip
_SIGN = re.compile(r"€|\$|£|\b(?:eur(?:os?)?|usd|gbp|chf|sfr)\b|\bfr\.", re.IGNORECASE)
_BEGINNING = re.compile(
    rf"\s*((?:{_SIGN.pattern})?\s?(?:{_SUM.pattern})(?:,-+)?(?:\s?(?:{_SIGN.pattern}))?)(?=\s|$|[;:,])", re.IGNORECASE
)
_DECIMALS = re.compile(r"[.,](\d{1,2})$")


def cents(text: str) -> int | None:
    """The sum as hundredths: 12.400, 12,400.50, 12 400,5, 12'400 €; None for what is no sum.

    One separator before three digits parts thousands, in Italian and in English: nobody offers by tenths of a cent.
    """
    plain = _SIGN.sub(" ", text).strip()
    if not re.fullmatch(r"(?:\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+|\d+)(?:[.,](?:\d{1,2}|-+))?", plain, re.ASCII):
        return None
    plain = re.sub(r"[.,]-+$", "", plain)
    tail = _DECIMALS.search(plain)
    whole = re.sub(r"\D", "", plain[: tail.start()] if tail else plain)
    found = int(whole) * 100 + (int(tail[1].ljust(2, "0")) if tail else 0)
    return found if found <= MOST_CENTS else None


def currency(text: str) -> str:
    """The code of the currency that a sum is written with, "" for none."""
    found = _SIGN.search(text)
    return _CURRENCIES[found[0].lower()] if found else ""


def cut(text: str) -> tuple[int | None, str, str]:
    """The sum at the beginning of a line, its currency ("" where none is written) and what follows."""
    found = _BEGINNING.match(text)
    sum_ = cents(found[1]) if found else None
    if found is None or sum_ is None:
        return None, "", text.strip()
    return sum_, currency(found[1]), text[found.end() :].lstrip(" ;:,").strip()
