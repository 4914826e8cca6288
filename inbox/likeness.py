"""By what persons, firms and texts are compared, however they are written: keys that an index finds.

A key is "" where there is too little to go by: one word is no person's name, a short text is anybody's.
"""

import hashlib
import re

from inbox.folding import fold

# Letters and digits below which two equal texts say nothing ("Buongiorno, vorrei informazioni").
FEWEST_SIGNS = 40
# What stands below (a greeting, a form's fields) need not be the same.
MOST_SIGNS = 200
_LONGEST_TEXT = 4_000
_WORD = re.compile(r"[^\W_]+")
_LONGEST_NAME = 200
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")
# What stands before a domain's country without being a name: firm.co.uk.
_SECOND = frozenset({"co", "com", "org", "net", "gov", "edu", "ac"})
_LEGAL = frozenset({
    "srl", "srls", "spa", "snc", "sas", "sapa", "scarl", "scrl", "soc", "coop", "gmbh", "mbh", "ag", "kg", "ohg",
    "ug", "ltd", "limited", "llc", "inc", "plc", "corp", "sa", "sarl", "bv", "nv", "co", "group", "gruppo",
    "holding",
})  # fmt: skip
# "& C.": and partners.
_PARTNERS = re.compile(r"&\s*c\b\.?")
_INITIALS = re.compile(r"\b(?:\w\.\s?){2,6}")
_TITLES = frozenset({
    "ing", "dott", "dottssa", "ssa", "dr", "dssa", "sig", "sigra", "geom", "arch", "avv", "rag", "prof", "mr", "mrs",
    "ms", "miss", "herr", "frau", "dipl",
})  # fmt: skip
# Words of names and mailboxes that several people share.
_ROLES = frozenset({
    "info", "ufficio", "acquisti", "vendite", "commerciale", "servizio", "clienti", "cliente", "amministrazione",
    "contabilita", "segreteria", "direzione", "tecnico", "assistenza", "reception", "ordini", "fatture",
    "logistica", "magazzino", "qualita", "marketing", "personale", "hr", "admin", "administration", "sales",
    "office", "team", "support", "service", "customer", "purchasing", "purchase", "procurement", "orders",
    "billing", "accounting", "contact", "contatti", "contatto", "kontakt", "einkauf", "vertrieb", "verkauf",
    "kundenservice", "buchhaltung", "buero", "noreply", "reply", "donotreply", "webmaster", "postmaster", "mail",
    "mailbox", "newsletter", "staff", "desk", "help", "helpdesk", "export", "pec", "visitor", "visitatore",
    "besucher", "unknown", "ospite", "guest", "utente", "user",
})  # fmt: skip


def name(text: str) -> str:
    """A person's name: its words without accents and titles, in whatever order; "" for one word, or a role's name."""
    words = [one for one in _WORD.findall(fold(text[:_LONGEST_NAME])) if one not in _TITLES]
    if len([one for one in words if len(one) > 1 and not one.isdigit()]) < 2 or "@" in text or is_role(text):
        return ""
    return " ".join(sorted(words))


def firm(text: str) -> str:
    """A firm's name without its legal form, blanks and signs; of a mail domain the part that names it."""
    text = fold(text[:_LONGEST_NAME]).strip()
    if _DOMAIN.fullmatch(text):
        parts = text.split(".")
        text = parts[-3] if len(parts) > 2 and parts[-2] in _SECOND else parts[-2]
    text = _INITIALS.sub(lambda found: re.sub(r"[.\s]", "", found[0]) + " ", _PARTNERS.sub(" ", text))
    words = [one for one in _WORD.findall(text) if one not in _LEGAL]
    squeezed = "".join(words)
    return squeezed if len(squeezed) > 2 else ""


def is_role(text: str) -> bool:
    """Whether a name, or what stands before the @ of an address, is that of an office, not of a person."""
    return not _ROLES.isdisjoint(_WORD.findall(fold(text[:_LONGEST_NAME]).partition("@")[0]))


def text(words: str) -> str:
    """How a text begins, by its letters and digits alone, as a hash; "" for one with fewer than FEWEST_SIGNS."""
    # Of most texts the beginning tells all; of one full of signs or blanks more of it is needed.
    signs = "".join(_WORD.findall(fold(words[: 3 * MOST_SIGNS])))
    if len(signs) <= MOST_SIGNS:
        signs = "".join(_WORD.findall(fold(words[:_LONGEST_TEXT])))
    if len(signs) < FEWEST_SIGNS:
        return ""
    return hashlib.sha256(signs[:MOST_SIGNS].encode("utf-8", "surrogatepass")).hexdigest()[:32]
