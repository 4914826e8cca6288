"""A form's fields by what they are about, whatever their labels say in four languages."""

from collections.abc import Mapping, Sequence

from routing.words import split

PROVINCE, CITY, CAP, POSTCODE, REGION, COUNTRY, PHONE, VAT, STREET = (
    "province", "city", "cap", "postcode", "region", "country", "phone", "vat", "street",
)  # fmt: skip
PREFIX = "field."
# Words of a label that say what the field is; the first of the table that one has counts.
_LABELS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (PHONE, ("telefono", "tel", "telefon", "telefonnummer", "phone", "telephone", "cellulare", "cell", "mobile",
             "handy", "téléphone", "teléfono")),
    (VAT, ("partita iva", "p iva", "piva", "vat", "vat number", "ust id", "ust idnr", "ustid", "tva")),
    (CAP, ("cap", "c a p", "codice postale", "codice di avviamento postale")),
    (POSTCODE, ("postcode", "post code", "postal code", "zip", "zip code", "plz", "postleitzahl", "code postal",
                "código postal")),
    (PROVINCE, ("provincia", "prov", "province")),
    (REGION, ("regione", "region")),
    (COUNTRY, ("paese", "country", "nazione", "land", "stato", "staat", "pays", "país")),
    (CITY, ("città", "comune", "località", "city", "town", "stadt", "ort", "wohnort", "ville", "ciudad")),
    (STREET, ("indirizzo", "address", "anschrift", "adresse", "sede")),
)  # fmt: skip
_WORDS = tuple((kind, [f" {' '.join(split(name))} " for name in names]) for kind, names in _LABELS)
_NOT = (" mail ", " email ", " web ", " ip ", " page ", " url ", " sito ")


class Fields:
    """The fields of a form among a message's facts (`field.<label>`)."""

    def __init__(self, facts: Mapping[str, str]) -> None:
        self._by_kind: dict[str, list[str]] = {}
        for name, value in facts.items():
            kind = about(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else ""
            if kind and value.strip():
                self._by_kind.setdefault(kind, []).append(value.strip())

    def of(self, kind: str) -> Sequence[str]:
        """The values of the fields of one kind, in order."""
        return self._by_kind.get(kind, ())


def about(label: str) -> str:
    """What a field with this label holds, "" for anything else."""
    words = f" {' '.join(split(label))} "
    if any(one in words for one in _NOT):
        return ""
    return next((kind for kind, names in _WORDS if any(one in words for one in names)), "")
