"""What a colleague promises in an answer, with its day: "le mando il preventivo entro venerdì". Pure.

A promise is a sentence in which we say that we shall do something, with a day on which, or by which, it is done. What
hangs on a condition, is asked, is denied, or is for the customer to do, is none: an offer that is wrong costs more than
one that is missing.
"""

import re
from dataclasses import dataclass
from datetime import date

from inbox import days
from inbox.folding import fold

MAX_TEXT, MAX_SENTENCE, MOST_APART = 20_000, 400, 140
_ITALIAN = (
    r"(?:(?:le|vi|gliel[oa]|ve (?:lo|la|li|le)) )"
    r"(?:mand|invi|spedi|prepar|fornir|comunich|conferm|aggiorn|gir|inoltr)\w*(?:o|iamo|ro|emo)"
    r"|(?:la|vi|le) (?:richiam|ricontatt|contatt|chiam|aggiorn|telefon|rispond|scriv)\w*(?:o|iamo|ro|emo)"
    r"|(?:le|vi) (?:faccio|facciamo|faro|faremo) (?:avere|sapere|pervenire)"
    r"|(?:mander|invier|spedir|preparer|fornir|risponder|richiamer|ricontatter|confermer|aggiorner|scriver|comunicher"
    r"|telefoner|consegner|provveder|girer|inoltrer)(?:o|emo)"
    r"|(?:ricever|avr)(?:a|ete)\b"
)
_ENGLISH = (
    r"(?:i|we)(?:'ll|’ll| will| shall| am going to| are going to) (?:\w+ ){0,2}?"
    r"(?:send|get back|reply|answer|call|let you|prepare|provide|forward|share|update|come back|ship|quote|confirm"
    r"|follow up|have|get you|write|deliver|email|revert)\b"
    r"|you(?:'ll|’ll| will) (?:receive|have|get|hear from us)\b"
)
_GERMAN = (
    r"(?:(?:ich|wir) (?:send|schick|ruf|antwort|lass|liefer|bereit|erstell|meld|schreib|teil)\w*"
    r"|(?:send|schick|ruf|antwort|lass|liefer|meld|schreib|teil)\w* (?:ich|wir) (?:ihnen|sie|uns|mich)"
    r"|(?:ich|wir) werden? |werden? (?:ich|wir) |(?:meld)\w* (?:mich|uns)|sie (?:erhalten|bekommen) |erhalten sie )"
)
_WILL = re.compile(rf"\b(?:{_ITALIAN}|{_ENGLISH}|{_GERMAN})", re.ASCII)
# A condition, a denial, or what only perhaps is.
_UNSURE = re.compile(
    r"\b(?:se|qualora|purche|nel caso|appena|non appena|una volta|dopo che|salvo|forse|magari"
    r"|non (?:le|vi|la|riusc|poss|pot|sar)\w*"
    r"|if|once|as soon as|unless|provided|after you|perhaps|maybe|might|cannot|can't|won't|not be able|will not"
    r"|wenn|falls|sobald|sofern|nachdem|vielleicht|nicht|leider)\b"
)
_END = re.compile(
    r"(?<=[!?;])\s+|(?<=[^\d\W]\.)\s+(?=[A-ZÀ-Ü])|\n\s*\n|\n(?=\s*[-•*])"
    r"|(?<=\d\.)\s+(?=(?:[A-ZÀ-Ü][a-zà-ü]+ ){2})"
)


@dataclass(frozen=True, slots=True)
class Promise:
    """The sentence as it was written, and its day."""

    words: str
    day: date


def find(text: str, today: date) -> Promise | None:
    """The promise in an answer whose day comes first; `today` is that of its author."""
    own = "\n".join(line for line in text[:MAX_TEXT].splitlines() if not line.lstrip().startswith(">"))
    found = [one for sentence in _sentences(own) if (one := _promise(sentence, today)) is not None]
    return min(found, key=lambda one: one.day, default=None)


def may_hold(text: str) -> bool:
    """Whether it is worth looking closer: somebody says that we shall do something."""
    return _WILL.search(fold(text[:MAX_TEXT])) is not None


def _sentences(text: str) -> list[str]:
    return [" ".join(one.split()) for one in _END.split(text) if one and len(one) <= 3 * MAX_SENTENCE]


def _promise(sentence: str, today: date) -> Promise | None:
    said = fold(sentence)
    if not sentence or sentence.endswith("?") or len(sentence) > MAX_SENTENCE or _UNSURE.search(said):
        return None
    will, when = _WILL.search(said), days.find(sentence, today)
    if will is None or when is None:
        return None
    apart = max(when.start - will.end(), will.start() - when.end)
    return Promise(sentence, when.day) if apart <= MOST_APART else None
