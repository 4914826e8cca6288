"""Places: the tables fit together, known numbers lead where they should, and the more trusted source wins."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import placetables
from routing.places import SOURCES, place

# What a postcode's first two digits say by themselves.
ZONES = {
    "Lazio": "00 01 02 03 04", "Umbria": "05 06", "Sardegna": "07 08 09", "Piemonte": "10 12 13 14 15 28",
    "Valle d'Aosta": "11", "Liguria": "16 17 18 19", "Lombardia": "20 21 22 23 24 25 26 27 46",
    "Emilia-Romagna": "29 40 41 42 43 44 47 48", "Veneto": "30 31 32 35 36 37 45",
    "Friuli-Venezia Giulia": "33 34", "Trentino-Alto Adige": "38 39", "Toscana": "50 51 52 53 54 55 56 57 58 59",
    "Marche": "60 61 62 63", "Abruzzo": "64 65 66 67", "Puglia": "70 71 72 73 74 76", "Basilicata": "75 85",
    "Campania": "80 81 82 83 84", "Molise": "86", "Calabria": "87 88 89",
    "Sicilia": "90 91 92 93 94 95 96 97 98",
}  # fmt: skip
# Seats with a postcode of theirs, their telephone district and their VAT office.
SEATS = """
AG 92100 0922 084|AL 15121 0131 006|AN 60121 071 042|AO 11100 0165 007|AQ 67100 0862 066|AR 52100 0575 051
AT 14100 0141 005|AV 83100 0825 064|BG 24121 035 016|BL 32100 0437 025|BN 82100 0824 062|BO 40121 051 037
BR 72100 0831 074|BS 25121 030 017|BZ 39100 0471 021|CB 86100 0874 070|CE 81100 0823 061|CH 66100 0871 069
CL 93100 0934 085|CN 12100 0171 004|CR 26100 0372 019|CS 87100 0984 078|CT 95121 095 087|EN 94100 0935 086
FE 44121 0532 038|FG 71121 0881 071|FR 03100 0775 060|GE 16121 010 010|GO 34170 0481 031|GR 58100 0564 053
IM 18100 0183 008|IS 86170 0865 094|LE 73100 0832 075|LI 57121 0586 049|LT 04100 0773 059|LU 55100 0583 046
MC 62100 0733 043|ME 98121 090 083|MI 20121 02 015|MN 46100 0376 020|MO 41121 059 036|MS 54100 0585 045
MT 75100 0835 077|OR 09170 0783 095|PA 90133 091 082|PC 29121 0523 033|PD 35121 049 028|PG 06121 075 054
PI 56121 050 050|PN 33170 0434 093|PR 43121 0521 034|PT 51100 0573 047|PU 61121 0721 041|PV 27100 0382 018
PZ 85100 0971 076|RA 48121 0544 039|RC 89121 0965 080|RE 42121 0522 035|RG 97100 0932 088|RI 02100 0746 057
RM 00184 06 058|RO 45100 0425 029|SA 84121 089 065|SI 53100 0577 052|SO 23100 0342 014|SR 96100 0931 089
SS 07100 079 090|SV 17100 019 009|TA 74121 099 073|TE 64100 0861 067|TN 38122 0461 022|TO 10121 011 001
TP 91100 0923 081|TR 05100 0744 055|TS 34121 040 032|TV 31100 0422 026|UD 33100 0432 030|VA 21100 0332 012
VE 30121 041 027|VI 36100 0444 024|VR 37121 045 023|VT 01100 0761 056
"""
SPOTS = [tuple(one.split()) for line in SEATS.split("\n") for one in line.split("|") if one]


def test_every_province_has_one_region() -> None:
    letters = [one for some in placetables.tables()["regions"].values() for one in some.split()]
    assert (len(letters), len(set(letters)), len(placetables.tables()["regions"])) == (107, 107, 20)
    assert set(placetables.tables()["provinces"]) == set(letters)


def test_every_entry_names_what_there_is() -> None:
    tables = placetables.tables()
    for name in ("postcodes", "phones", "vat"):
        assert set(tables[name]) <= set(tables["provinces"]), name
    for name in ("region_names", "postcode_regions", "phone_regions", "vat_regions"):
        assert set(tables[name]) <= set(tables["regions"]), name
    assert set(tables["provinces"]) >= placetables.ALSO_COUNTRIES


def test_no_name_or_code_leads_to_two_places() -> None:
    tables = placetables.tables()
    for some, more in (("provinces", ""), ("phones", "phone_regions"), ("vat", "vat_regions")):
        values = [*tables[some].values(), *tables.get(more, {}).values()]
        codes = [placetables.key(code) for one in values for code in (one.split() if isinstance(one, str) else one)]
        assert len(codes) == len(set(codes)), some
    for one, other in combinations(placetables._postcodes(), 2):
        assert one[1] < other[0] or other[1] < one[0], (one, other)


def test_postcodes_lie_in_their_regions_zones() -> None:
    zones = {zone: region for region, some in ZONES.items() for zone in some.split()}
    for first, last, (region, _province) in placetables._postcodes():
        assert len(first) == len(last) == 5, first
        assert first <= last, first
        assert zones[first[:2]] == zones[last[:2]] == region, first


@pytest.mark.parametrize("digits", [("phones", 2, 4), ("vat", 3, 3)])
def test_codes_have_their_form(digits: tuple[str, int, int]) -> None:
    table, least, most = digits
    for code in placetables._listed(table):
        assert code.isdigit(), code
        assert code[0] == "0", code
        assert least <= len(code) <= most, code
    if table == "phones":
        codes = placetables._listed(table)
        assert not any(other.startswith(code) for code in codes for other in codes if other != code)


@pytest.mark.parametrize(("letters", "postcode", "district", "office"), SPOTS, ids=[one[0] for one in SPOTS])
def test_seats(letters: str, postcode: str, district: str, office: str) -> None:
    here = placetables.spot(letters)
    assert placetables.by_postcode(postcode) == here
    assert placetables.by_prefix(f"{district}123456") == (district, here)
    assert placetables.by_tax_office(office) == here
    assert placetables.by_name(placetables.tables()["provinces"][letters][0]) == here


@pytest.mark.parametrize(
    ("code", "spot"),
    [
        ("12071", ("", "")), ("00120", ("", "")), ("47890", ("", "")), ("99999", ("", "")),
        ("09010", ("Sardegna", "")), ("76121", ("Puglia", "BT")), ("20900", ("Lombardia", "MB")),
        ("33085", ("Friuli-Venezia Giulia", "PN")), ("47921", ("Emilia-Romagna", "RN")), ("63900", ("Marche", "FM")),
        ("88900", ("Calabria", "KR")), ("89900", ("Calabria", "VV")), ("59100", ("Toscana", "PO")),
    ],
)  # fmt: skip
def test_postcodes(code: str, spot: tuple[str, str]) -> None:
    assert placetables.by_postcode(code) == spot


def test_what_several_provinces_share_leads_to_the_region() -> None:
    assert placetables.by_prefix("081123456") == ("081", ("Campania", ""))
    assert placetables.by_prefix("0187123456") == ("", ("", ""))
    assert placetables.by_tax_office("096") == ("Lombardia", "")
    assert placetables.by_tax_office("100") == ("", "")


@pytest.mark.parametrize(
    ("name", "code"),
    [("Italia", "it"), ("ITALY", "it"), ("Österreich", "at"), ("oesterreich", ""), ("Paesi Bassi", "nl"), ("U.K.", ""),
     ("UK", "gb"), ("Stati Uniti d'America", "us"), ("France", "fr"), ("de", "de"), ("EU", ""), ("nubile", "")],
)  # fmt: skip
def test_countries(name: str, code: str) -> None:
    assert placetables.country(name) == code


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        ("rossi.it", "it"),
        ("a.co.uk", "gb"),
        ("kunde.de", "de"),
        ("x.com", ""),
        ("startup.io", ""),
        ("a.eu", ""),
        ("", ""),
    ],
)
def test_endings(domain: str, code: str) -> None:
    assert placetables.country_of_domain(domain) == code


def told(facts: dict[str, str], domain: str = "", language: str = "", text: str = "") -> list[str]:
    one = place(facts, domain, language, text)
    return [part for part in (one.country, one.province or one.region, one.source, one.given) if part]


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("provincia", "VI", "it VI form"),
        ("provincia", "Vicenza", "it VI form"),
        ("provincia", "Reggio nell'Emilia", "it RE form"),
        ("la tua provincia", "Provincia di Vicenza (VI)", "it VI form"),
        ("città", "Forlì", "it FC form"),
        ("città", "Schio (VI)", "it VI form"),
        ("città", "36100 Vicenza", "it VI postcode"),
        ("città", "Vicenza, Italia", "it VI form"),
        ("comune", "Schio", ""),
        ("stadt", "Bozen", "it BZ form"),
        ("city", "Wien (AT)", ""),
        ("cap", "36100", "it VI postcode"),
        ("c.a.p.", "I-36015", "it VI postcode"),
        ("plz", "70173", ""),
        ("zip code", "36100", ""),
        ("regione", "Emilia Romagna", "it Emilia-Romagna form"),
        ("region", "Bayern", ""),
        ("land", "Österreich", "at form"),
        ("stato", "celibe", ""),
        ("telefono", "+39 0444 123456", "it VI phone"),
        ("telefono", "0039 0444 123456", "it VI phone"),
        ("tel.", "+49 711 1234567", "de phone"),
        ("telefono", "0444 123456", ""),
        ("indirizzo", "Via Roma 1, 36100 Vicenza VI", "it VI postcode"),
        ("indirizzo email", "a@b.test", ""),
        ("partita iva", "IT00743110157", "it MI vat"),
        ("vat", "DE136695976", "de vat"),
        ("nome", "Vicenza", ""),
    ],
)  # fmt: skip
def test_fields_of_a_form(field: str, value: str, found: str) -> None:
    answer = told({"form": "elementor", f"field.{field}": value})
    assert answer[:-1] == found.split()
    assert not found or answer[-1] in value or answer[-1] in ("0444", "+49")


@pytest.mark.parametrize(
    ("line", "language", "found"),
    [
        ("36100 Vicenza (VI)", "", "it VI"),
        ("36100 Vicenza", "", "it VI"),
        ("36015 Schio", "it", "it VI"),
        ("36015 Schio", "", ""),
        ("I-36015 Schio", "de", "it VI"),
        ("36015 Schio, Italy", "en", "it VI"),
        ("14100 Asti (AT)", "", "it AT"),
        ("36100 Milano (MI)", "it", ""),
        ("D-70173 Stuttgart", "it", "de"),
        ("70173 Stuttgart, Germany", "", "de"),
        ("70173 Stuttgart", "de", ""),
        ("I-12071 Bagnasco", "", "it"),
    ],
)
def test_the_address_of_a_signature(line: str, language: str, found: str) -> None:
    expected = [*found.split(), "postcode", line] if found else []
    assert told({"signature.address": line}, language=language) == expected


def test_a_number_without_its_country_counts_where_nothing_speaks_against_italy() -> None:
    """What a signature states is kept in the international form, as an Italian number where no country was written."""
    phone = {"signature.phone": "+39 0711 1234567"}
    assert told(phone, "kunde.com", "de", "Tel. 0711 1234567") == []
    assert told(phone, "kunde.de", "it", "Tel. 0711 1234567") == ["de", "domain", ".de"]
    phone = {"signature.phone": "+39 0444 123456"}
    assert told(phone, "rossi.com", "it", "Tel. 0444 123456") == ["it", "VI", "phone", "0444"]
    assert told(phone, "rossi.com", "en", "Tel. 0444 123456") == []
    assert told(phone, "rossi.com", "en", "Tel. (+39) 0444/123456") == ["it", "VI", "phone", "0444"]
    assert told({"signature.phone": "+39 333 1234567"}, "rossi.com", "it") == ["it", "phone", "+39"]
    assert told({"signature.phone": "+378 0549 886377"}) == ["sm", "phone", "+378"]


def test_the_more_trusted_wins_and_the_less_trusted_adds_what_agrees() -> None:
    signed = {"signature.phone": "+39 045 1234567", "signature.vat": "IT00743110157"}
    assert told(signed, "rossi.it", "it")[1:3] == ["VR", "phone"]
    assert told({**signed, "signature.address": "36100 Vicenza (VI)"}, "rossi.it", "it")[1:3] == ["VI", "postcode"]
    assert told({"field.regione": "Veneto", **signed}, "rossi.it", "it")[1:3] == ["VR", "phone"]
    assert told({"field.regione": "Lazio", **signed}, "rossi.it", "it")[1:3] == ["Lazio", "form"]
    assert told({"field.paese": "Germania", **signed}, "rossi.it", "it")[:2] == ["de", "form"]
    assert told({"field.country": "United States", "field.city": "Rome"})[:2] == ["us", "form"]


@pytest.mark.parametrize("by", [{"form": "wpforms"}, {"forwarded_by": "marco@firm.test"}])
def test_a_signature_that_is_not_the_customers_says_nothing(by: dict[str, str]) -> None:
    signed = {"signature.phone": "+39 0444 123456", "signature.address": "36100 Vicenza (VI)"}
    assert told({**signed, **by}, text="+39 0444 123456") == []


def test_nothing_is_guessed_from_the_text() -> None:
    assert told({}, "gmail.com", "it", "Ordine 36100, tel. 0444 123456, 36100 Vicenza (VI)") == []


VALUES = st.text(max_size=60) | st.from_regex(r"(I-)?\d{5} [A-Z][a-z]{2,8}( \([A-Z]{2}\))?|\+?\d{4,14}|IT\d{11}")
NAMES = st.sampled_from(["signature.phone", "signature.address", "signature.vat", "field.cap", "field.città",
                         "field.provincia", "field.telefono", "field.partita iva", "field.paese", "form"])  # fmt: skip


@given(st.dictionaries(NAMES, VALUES, max_size=5), st.sampled_from(["", "a.de", "a.it"]), st.sampled_from(["", "it"]))
def test_a_place_is_whole_whatever_is_written(facts: dict[str, str], domain: str, language: str) -> None:
    found = place(facts, domain, language, " ".join(facts.values()))
    assert (found.source in SOURCES) == bool(found.country)
    assert not found.province or placetables.regions()[found.province] == found.region
    assert not found.region or found.country == "it"
