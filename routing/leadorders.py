"""What stands behind a command about a lead: "#won 12.400", "#lost price", "#quote 8.000 by 15/12". Pure."""

import re
from dataclasses import dataclass
from datetime import date

from inbox import days
from inbox.folding import fold
from inbox.leads import money
from routing import orders

# The first word behind "#lost", as a code of inbox.models.lead.REASONS; in Italian and English.
_REASONS = {
    "price": "prezzo|prezzi|costo|caro|price|prices|cost|expensive",
    "time": "tempi|tempo|consegna|consegne|time|delivery|late",
    "competitor": "concorrente|concorrenti|concorrenza|competitor|competition",
    "unsuitable": "prodotto|inadatto|tecnica|unsuitable|product|technical",
    "budget": "budget|annullato|rinviato|cancelled|canceled",
    "silent": "silenzio|nessuna|sparito|silent|silence|disappeared",
    "other": "altro|other",
}
# What may stand before the reason or the day, and says nothing.
_BY = re.compile(r"(?:entro|by|per|until|due)\s*(?:il|the)?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LeadOrder:
    """`cents` and `currency` (None and "" where none are written); `on`: until when; `reason`, `words`: why lost."""

    cents: int | None = None
    currency: str = ""
    on: date | None = None
    reason: str = ""
    words: str = ""


def read(verb: str, about: str, today: date) -> LeadOrder:
    """What is written behind a command; what means nothing here is kept as words."""
    if verb == orders.LOST:
        return LeadOrder(reason=reason(about), words=about)
    cents, currency, rest = money.cut(about)
    found = days.find(rest, today) if verb in (orders.QUOTED, orders.QUALIFIED, orders.STILL) else None
    if found is None:
        return LeadOrder(cents, currency, words=rest)
    # Folding may change the length of what stands before: then the words stay as they are.
    before, after = (rest[: found.start], rest[found.end :]) if len(fold(rest)) == len(rest) else (rest, "")
    words = " ".join(f"{_BY.sub('', before)} {after}".split()).strip(" ,;.")
    return LeadOrder(cents, currency, found.day, words=words)


def reason(text: str) -> str:
    """The reason that the first words name, "other" for other words, "" for none."""
    said = re.findall(r"\w+", fold(text))
    if not said:
        return ""
    named = (code for word in said[:3] for code, words in _REASONS.items() if re.fullmatch(words, word))
    return next(named, "other")
