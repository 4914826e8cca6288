"""What a signature states: suggestions, right or none."""

import pytest

from connectors.mail.contact_data import contact_data
from connectors.mail.read import read
from tests.connectors.mail.letters import letter

ITALIAN = """Buongiorno,
vorremmo un preventivo per 40 giunti, ordine 4500012345678.

Cordiali saluti
Anna Bianchi

Rossi Meccanica S.r.l.
Via Roma 12, 36100 Vicenza
Tel. 0444 123456 - Fax 0444 123457
P. IVA 00743110157
"""


def test_an_italian_signature() -> None:
    facts = read(letter(ITALIAN)).facts
    assert facts["signature.phone"] == "+39 0444 123456"
    assert facts["signature.company"] == "Rossi Meccanica S.r.l."
    assert facts["signature.vat"] == "IT00743110157"
    assert facts["signature.address"] == "36100 Vicenza"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Tel. +39 0444 123456", {"phone": "+39 0444 123456"}),
        ("Cell: 347 1234567", {"phone": "+39 347 123 4567"}),
        ("Telefon: +49 89 12345678", {"phone": "+49 89 12345678"}),
        ("Fax 0444 123457", {}),
        ("Müller Antriebstechnik GmbH", {"company": "Müller Antriebstechnik GmbH"}),
        ("Anna Bianchi | Rossi S.p.A.", {"company": "Rossi S.p.A."}),
        ("USt-IdNr. DE 136695976", {"vat": "DE136695976"}),
        ("Partita IVA IT 00743110157", {"vat": "IT00743110157"}),
        ("P.IVA 00743110158", {}),
        ("S.r.l.", {}),
        ("Via Roma 12 - I-36015 Schio (VI) - Italy", {"address": "I-36015 Schio (VI) - Italy"}),
        ("REA VI 12345 Vicenza", {}),
        ("ordine 4500012345678", {}),
        ("x" * 500 + " 0444 123456", {}),
    ],
)
def test_lines(line: str, found: dict[str, str]) -> None:
    assert contact_data([line]) == {f"signature.{name}": value for name, value in found.items()}


def test_words_above_the_signature_are_not_looked_at() -> None:
    facts = read(letter("Il mio collega ha il numero 0444 123456, lo chiami.\nGrazie")).facts
    assert not any(name.startswith("signature.") for name in facts)
