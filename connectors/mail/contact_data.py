"""Telephone, company, VAT number and town as a signature states them: suggestions, never taken over by themselves."""

import re
from collections.abc import Sequence

from connectors import postal

_LONGEST = 120  # characters of a line that can hold such data
_FAX = re.compile(r"\bfax\b", re.IGNORECASE)
_COMPANY = re.compile(
    r"\b(?:S\.?\s?r\.?\s?l\.?(?:\s?s\.?)?|S\.?\s?p\.?\s?A\.?|S\.?\s?n\.?\s?c\.?|S\.?\s?a\.?\s?s\.?|GmbH(?: & Co\.? KG)?"
    r"|AG|KG|Ltd\.?|Limited|LLC|Inc\.?|PLC|SARL|S\.?L\.?U?\.?|B\.?V\.?|Soc\. Coop\.?)(?=$|[\s,;|()–-])"
)
_VAT = re.compile(
    r"(?:p(?:artita|\.?)\s?iva|vat(?: (?:no|nr|number|id|code))?|p\.\s?i\.|ust-?id(?:-?nr)?|umsatzsteuer\w*"
    r"|tva(?: intra\w*)?|nif|cif)\b[^\dA-Z\n]{0,12}([A-Z]{2})?\s?([A-Z0-9][A-Z0-9 .]{6,16}\d)",
    re.IGNORECASE,
)


def contact_data(lines: Sequence[str]) -> dict[str, str]:
    """What the lines of a signature state: phone (international format), company, vat (with its country), address
    (postcode and town as written)."""
    told = [line.strip(" \t*|_>") for line in lines if 0 < len(line.strip()) <= _LONGEST]
    found = {"phone": _phone(told), "company": _company(told), "vat": _vat(told), "address": _address(told)}
    return {f"signature.{name}": value for name, value in found.items() if value}


def _phone(lines: Sequence[str]) -> str:
    """The first valid number that is no fax; without a country it is taken for an Italian one."""
    if not any(sum(sign.isdigit() for sign in line) >= 6 for line in lines):
        return ""
    import phonenumbers

    for line in lines:
        if _VAT.search(line):
            continue
        for match in phonenumbers.PhoneNumberMatcher(line, "IT"):
            if not _FAX.search(line[: match.start].rpartition("|")[2].rpartition("  ")[2]):
                return str(phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
    return ""


def _company(lines: Sequence[str]) -> str:
    for line in lines:
        found = _COMPANY.search(line)
        if found and found.start() >= 2 and "@" not in line[: found.end()]:
            name = re.split(r"\s[|–-]\s|,\s", line[: found.end()])[-1].strip()
            if name != found[0].strip() and len(name) <= 80:
                return name
    return ""


def _vat(lines: Sequence[str]) -> str:
    for line in lines:
        for match in _VAT.finditer(line):
            from stdnum.eu import vat

            number = re.sub(r"[ .]", "", match[2]).upper()
            country = (match[1] or "").upper()
            # Without a country: Italian numbers have eleven digits and a check digit.
            for one in (country + number, number, "IT" + number if number.isdigit() else ""):
                if one and vat.is_valid(one):
                    return str(vat.compact(one))
    return ""


def _address(lines: Sequence[str]) -> str:
    return next((one.given.strip() for line in lines for one in postal.postcodes(line)), "")
