"""What the fields of contact forms are called, in five languages: the same words in mails of forms and in posts."""

import re
from urllib.parse import parse_qsl, urlsplit

# Fields of which facts are made, and the length of a fact in characters.
MOST_FIELDS = 40
LONGEST_FACT = 300
ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-][\w.-]{1,250}\w")
NAME = ("name", "nome", "nome e cognome", "nome cognome", "il tuo nome", "your name", "full name", "nominativo",
         "name und vorname", "ihr name", "nom", "votre nom", "nombre", "from", "da")  # fmt: skip
FIRST = ("first name", "first", "nome", "vorname", "prénom")
LAST = ("last name", "last", "surname", "cognome", "nachname", "apellido", "apellidos")
MAIL = ("email", "e-mail", "mail", "email address", "your email", "indirizzo email", "indirizzo e-mail",
         "la tua email", "la tua e-mail", "posta elettronica", "e-mail-adresse", "ihre e-mail",
         "correo", "correo electrónico",
         "adresse e-mail", "courriel")  # fmt: skip
TEXT = ("message", "messaggio", "message body", "corpo del messaggio", "your message", "il tuo messaggio", "comment",
         "comment or message", "comments", "richiesta", "la tua richiesta", "note", "nachricht", "ihre nachricht",
         "mensaje", "testo", "testo del messaggio", "descrizione", "commento")  # fmt: skip
PAGE = ("page url", "url", "url pagina", "url della pagina", "pagina", "page", "seite", "seiten-url", "source url",
         "page title")  # fmt: skip
PHONE = ("telefono", "tel", "phone", "telefon", "cellulare", "phone number", "your phone", "your tel",
         "numero di telefono", "il tuo telefono", "recapito telefonico", "mobile", "handy",
         "telefonnummer", "téléphone", "teléfono")  # fmt: skip
COMPANY = ("azienda", "società", "ragione sociale", "company", "firma", "company name", "your company", "nome azienda",
           "impresa", "organization", "organisation", "unternehmen", "société", "entreprise", "empresa")  # fmt: skip
SUBJECT = ("oggetto", "subject", "your subject", "betreff", "objet", "sujet", "asunto")
PRODUCT = ("prodotto", "product", "produkt", "produit", "producto", "articolo", "modello")
# From where the visitor came to the page; programs that send a form without leaving it write the page itself there.
REFERRER = ("referer", "referrer", "referrer url", "referer url", "http referer", "http referer url", "provenienza",
             "pagina di provenienza")  # fmt: skip
CAMPAIGN = re.compile(r"utm_\w{1,25}|gclid|fbclid|msclkid")
MOMENT = ("date", "time", "data", "ora", "datum", "uhrzeit")
TECHNICAL = (*MOMENT, "user agent", "agente utente", "remote ip", "ip",
              "ip remoto", "indirizzo ip", "powered by", "offerto da", "entry id", "form id", "ip address")  # fmt: skip
KNOWN = {*NAME, *FIRST, *LAST, *MAIL, *TEXT, *PAGE, *REFERRER, *TECHNICAL, "telefono", "tel", "phone", "cellulare",
         "azienda", "società", "ragione sociale", "company", "firma", "oggetto", "subject", "telefon"}  # fmt: skip


def key(label: str) -> str:
    """A label as it is compared: lower case, without its marks."""
    return " ".join(re.sub(r"[*()\[\]]|\b(?:required|obbligatorio|richiesto)\b", " ", label.lower()).split())[:80]


def is_told(key: str) -> bool:
    """Whether a person filled the field in."""
    return key not in (*PAGE, *REFERRER, *TECHNICAL) and not CAMPAIGN.fullmatch(key)


def first(told: dict[str, str], names: tuple[str, ...]) -> str:
    """The first of these fields that says something, "" if none does."""
    return next((told[name] for name in names if told.get(name)), "")


def address(text: str) -> str:
    """A mail address that somebody typed, "" for what cannot be one."""
    found = ADDRESS.fullmatch(text.strip())
    return found[0] if found and ".." not in found[0] else ""


def shortened(text: str, most: int) -> str:
    """The first words of a text, in at most so many characters."""
    words = " ".join(text.split())
    if len(words) > most:
        words = words[: most - 1].rpartition(" ")[0] or words[: most - 1]
        words = f"{words.rstrip(' ,.;:')}…"
    return words


def campaign(page: str) -> dict[str, str]:
    """The utm_… parameters of a page's address, and the marks of a paid click."""
    try:
        found = parse_qsl(urlsplit(page).query)
    except ValueError:
        return {}
    return {name.lower(): value for name, value in found if CAMPAIGN.fullmatch(name.lower())}
