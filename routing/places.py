"""Where a customer is: country, Italian region and province, and what they were read from.

In this order of trust: a form's fields, a postcode, a telephone's prefix, a VAT number, the ending of the domain; then
what is kept of the sender's company. What is less trusted adds to what is known only where it agrees with it. Nothing
is guessed from numbers in the text.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from connectors import postal
from inbox.models import Company
from routing import phones, placetables
from routing.formfields import CAP, CITY, COUNTRY, PHONE, POSTCODE, PROVINCE, REGION, STREET, VAT, Fields
from routing.placetables import ITALY, NOWHERE, Spot

FORM, BY_POSTCODE, BY_PHONE, BY_VAT, BY_DOMAIN, BY_COMPANY = SOURCES = (
    "form", "postcode", "phone", "vat", "domain", "company",
)  # fmt: skip
MAX_GIVEN = 80
NAMES = ("country", "region", "province", "place.source", "place.from")
# Mails whose signature is not the customer's: under a form's mail it is the website's, under a forwarded one the
# colleague's.
_SIGNED_BY_OTHERS = ("form", "forwarded_by")


@dataclass(frozen=True, slots=True)
class Place:
    """`country`: ISO code, lower case; `region`: Italian name; `province`: two letters; "" where not known.

    `source` (one of SOURCES) and `given` (the piece of text) are those of the most detailed of the three.
    """

    country: str = ""
    region: str = ""
    province: str = ""
    source: str = ""
    given: str = ""

    @property
    def parts(self) -> tuple[str, str, str]:
        """Country, region, province."""
        return self.country, self.region, self.province

    def facts(self) -> dict[str, str]:
        """As facts, only what is known."""
        told = zip(NAMES, (*self.parts, self.source, self.given[:MAX_GIVEN]), strict=True)
        return {name: value for name, value in told if value}


def place(facts: Mapping[str, object], domain: str, language: str, text: str) -> Place:
    """The place of a message's sender.

    `facts`: as connectors give them (form fields, signature); `text`: the whole one, which shows whether a telephone
    number was written with its country or only taken for an Italian one.
    """
    told = {name: str(value) for name, value in facts.items()}
    fields = Fields(told)
    if any(name in told for name in _SIGNED_BY_OTHERS):
        told = {name: value for name, value in told.items() if not name.startswith("signature.")}
    phone, vat, address = (told.get(f"signature.{name}", "") for name in ("phone", "vat", "address"))
    stated = next(filter(None, map(placetables.country, fields.of(COUNTRY))), "")
    ending = placetables.country_of_domain(domain)
    vats = [*fields.of(VAT), vat]
    is_assumed = phone.startswith("+39") and not phones.is_written_with_country(phone, text)
    numbers = [*fields.of(PHONE), "" if is_assumed else phone]
    abroad = {stated, ending, *(_of_vat(one, False).country for one in vats)}
    abroad |= {number.country for one in numbers if (number := phones.read(one))}
    is_italian = (language == ITALY or ITALY in abroad) and not abroad - {ITALY, ""}
    found = [*_of_form(fields, stated, is_italian)]
    found += [_of_address(one, is_italian) for one in (*fields.of(STREET), address)]
    found += [_of_phone(one, is_italian) for one in (*numbers, phone if is_assumed and is_italian else "")]
    found += [_of_vat(one, is_italian) for one in vats]
    return _together([*found, Place(ending, source=BY_DOMAIN, given=f".{domain.rpartition('.')[2].lower()}")])


def with_company(facts: Mapping[str, object], company: Company | None) -> dict[str, str]:
    """The place among a message's facts, completed by what is kept of the sender's company where the two agree."""
    if company is None or not (company.country or company.province in placetables.regions()):
        return {}
    told = [str(facts.get(name, "")) for name in NAMES]
    region, province = placetables.by_letters(company.province)
    kept = Place(company.country or ITALY, region, province, BY_COMPANY, company.name)
    return _together([Place(*told), kept]).facts()


def _together(found: Iterable[Place]) -> Place:
    """All that agree, the most trusted first."""
    known = Place()
    for one in found:
        pairs = list(zip(known.parts, one.parts, strict=True))
        if not one.country or any(old and new and old != new for old, new in pairs):
            continue
        country, region, province = (old or new for old, new in pairs)
        if (country, region, province) != known.parts:
            known = replace(one, country=country, region=region, province=province)
    return known


def _of_form(fields: Fields, stated: str, is_italian: bool) -> Iterator[Place]:
    """What the fields of a form say; a country first, for what lies in another cannot be meant."""
    for value in fields.of(COUNTRY):
        yield Place(placetables.country(value), source=FORM, given=value)
    for value in fields.of(PROVINCE):
        yield _italian(_province(value), FORM, value)
    for value in fields.of(CITY):
        yield _of_city(value, is_italian)
    # A field called CAP asks for an Italian one; others may hold that of any country.
    codes = (*(fields.of(CAP) if stated in ("", ITALY) else ()), *(fields.of(POSTCODE) if stated == ITALY else ()))
    for value in codes:
        yield _italian(placetables.by_postcode(postal.italian_code(value)), BY_POSTCODE, value)
    for value in fields.of(REGION):
        yield _italian(placetables.by_region(value), FORM, value)


def _province(value: str) -> Spot:
    """VI, Vicenza, Vicenza (VI), Provincia di Vicenza."""
    name = placetables.key(value).removeprefix("provincia di ").removeprefix("prov ").removeprefix("di ")
    tries = (placetables.by_letters(name), placetables.by_letters(postal.letters(value)), placetables.by_name(name))
    return next((one for one in tries if one != NOWHERE), NOWHERE)


def _of_city(value: str, is_italian: bool) -> Place:
    """Vicenza; Schio (VI), where the letters are not also those of a country; 36015 Schio."""
    letters = postal.letters(value)
    sure = is_italian or letters not in placetables.ALSO_COUNTRIES
    tries = (
        placetables.by_name(value), placetables.by_name(postal.first_part(value)),
        placetables.by_letters(letters) if sure else NOWHERE,
    )  # fmt: skip
    spot = next((one for one in tries if one != NOWHERE), NOWHERE)
    return _italian(spot, FORM, value) if spot != NOWHERE else _of_address(value, is_italian)


def _of_address(text: str, is_italian: bool) -> Place:
    """The place of the first postcode that says in which country it is, or of which all else says so."""
    for one in postal.postcodes(text):
        said = placetables.by_letters(one.letters)
        named = one.country or (placetables.country(one.behind) if said == NOWHERE or len(one.behind) > 2 else "")
        if named not in ("", ITALY):
            return Place(named, source=BY_POSTCODE, given=one.given)
        spot = _spot(one, said, named == ITALY or is_italian)
        if spot != NOWHERE or named:
            return Place(ITALY, *spot, BY_POSTCODE, one.given)
    return Place()


def _spot(one: postal.Postcode, said: Spot, is_italian: bool) -> Spot:
    """What code and town agree on; the province that is written counts before the code's."""
    by_code = placetables.by_postcode(one.code)
    said = said if said != NOWHERE else placetables.by_name(one.town)
    if said == NOWHERE:
        return by_code if is_italian else NOWHERE
    return said if said[0] == by_code[0] else NOWHERE


def _of_phone(text: str, is_italian: bool) -> Place:
    """By the prefix: the country, or the Italian district."""
    number = phones.read(text, italian=is_italian) if text else None
    if number is None:
        return Place()
    district, spot = placetables.by_prefix(number.national) if number.country == ITALY else ("", NOWHERE)
    return Place(number.country, *spot, BY_PHONE, district or number.prefix)


def _of_vat(number: str, is_italian: bool) -> Place:
    """By its country; an Italian one names the office that gave it."""
    from stdnum.it import iva

    plain = "".join(sign for sign in number.upper() if sign.isalnum())
    country = placetables.country_of_tax_number(plain)
    digits = plain.removeprefix("IT")
    if iva.is_valid(digits) and (country == ITALY or is_italian):
        return Place(ITALY, *placetables.by_tax_office(digits[7:10]), BY_VAT, number)
    is_foreign = country not in ("", ITALY) and any(map(str.isdigit, plain))
    return Place(country, source=BY_VAT, given=number) if is_foreign else Place()


def _italian(found: Spot, source: str, given: str) -> Place:
    return Place(ITALY, *found, source, given) if found != NOWHERE else Place()
