"""What the columns of a file are called, in Italian, English and German, and in what programs make of it."""

from collections.abc import Sequence

from inbox.placenames import key

NAME, VAT, CODE, EMAIL, PEC, DOMAIN, PROVINCE, COUNTRY, OWNER = FIELDS = (
    "name", "vat", "code", "email", "pec", "domain", "province", "country", "owner",
)  # fmt: skip
# A firm is known again by these; a file needs one of them.
KEYS = (VAT, CODE, EMAIL, PEC, DOMAIN)
# All columns called so hold addresses; of the others the first counts.
SEVERAL = (EMAIL, PEC)
# The surest names first: where two columns could be meant, the one further to the front of the list is.
NAMES: dict[str, tuple[str, ...]] = {
    NAME: (
        "ragione sociale", "rag sociale", "rag soc", "denominazione", "nome azienda", "nome cliente", "company name",
        "customer name", "firmenname", "kundenname", "azienda", "ditta", "impresa", "societa", "intestazione",
        "descrizione cliente", "company", "organization", "organisation", "business name", "firma", "unternehmen",
        "name 1", "cliente", "customer", "kunde", "nome", "name",
    ),
    VAT: (
        "partita iva", "p iva", "piva", "part iva", "p i", "numero partita iva", "partita iva cliente", "codice iva",
        "vat number", "vat no", "vat nr", "vat id", "vatid", "vat registration number", "vat", "tax number", "tax id",
        "ust idnr", "ust id nr", "ust id", "ustid", "ustidnr", "umsatzsteuer id", "umsatzsteuer identifikationsnummer",
        "mwst nr", "uid nummer", "uid",
    ),
    CODE: (
        "codice cliente", "cod cliente", "cod cli", "codcli", "codice cli", "numero cliente", "n cliente",
        "customer number", "customer no", "customer nr", "customer code", "customer id", "account number", "account no",
        "kundennummer", "kundennr", "kunden nr", "kundennr debitor", "debitorennummer", "debitor", "codice", "cod",
        "code", "number", "nummer",
    ),
    EMAIL: (
        "email", "e mail", "mail", "indirizzo email", "indirizzo e mail", "indirizzo mail", "posta elettronica",
        "email cliente", "email 1", "email 2", "e mail 1", "e mail 2", "email address", "e mail address",
        "mail address", "addresses", "emails", "e mail adresse", "email adresse", "mailadresse", "emailadresse",
    ),
    PEC: ("pec", "indirizzo pec", "email pec", "e mail pec", "posta certificata", "certified mail"),
    DOMAIN: (
        "dominio", "dominio mail", "domain", "mail domain", "email domain", "domane", "sito web", "sito internet",
        "sito", "website", "web site", "web", "url", "homepage", "internet", "webseite",
    ),
    PROVINCE: ("provincia", "prov", "pr", "sigla provincia", "province", "provinz"),
    COUNTRY: (
        "nazione", "paese", "stato", "codice nazione", "cod nazione", "codice paese", "iso nazione", "country",
        "country code", "land", "staat", "landercode", "landerkennzeichen",
    ),
    OWNER: (
        "agente", "commerciale", "responsabile commerciale", "venditore", "area manager", "owner", "account manager",
        "account owner", "sales rep", "sales representative", "salesperson", "sales person", "sales agent", "agent",
        "vertreter", "aussendienst", "verkaufer", "betreuer", "kundenbetreuer", "ansprechpartner intern",
        "responsabile", "referente interno", "referente",
    ),
}  # fmt: skip
_RANKS = {name: (field, rank) for field, names in NAMES.items() for rank, name in enumerate(names)}


def columns(headings: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The columns of each field that is there, by number."""
    found: dict[str, list[tuple[int, int]]] = {}
    for number, heading in enumerate(headings):
        if len(heading) < 60 and (known := _RANKS.get(key(heading))):
            found.setdefault(known[0], []).append((known[1], number))
    return {
        field: tuple(number for _, number in (ranked if field in SEVERAL else [min(ranked)]))
        for field, ranked in found.items()
    }
