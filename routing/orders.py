"""What a colleague's mail orders, purely: a first line that begins with "#" is a command, anything else an answer."""

import re
from dataclasses import dataclass

ANSWER, NOTE, PASS, TAKE, CLOSE, WON, LOST, CALLED, THERE, TOMORROW, SEND, FACTS, OK, NO = (
    "answer", "note", "pass", "take", "close", "won", "lost", "called", "there", "tomorrow", "send", "facts",
    "ok", "no",
)  # fmt: skip
UNKNOWN = "unknown"
WORDS = {
    "nota": NOTE, "note": NOTE, "passa": PASS, "pass": PASS, "prendo": TAKE, "take": TAKE, "chiudi": CLOSE,
    "close": CLOSE, "vinto": WON, "won": WON, "perso": LOST, "lost": LOST, "telefonato": CALLED, "called": CALLED,
    "risposto": THERE, "answered": THERE,
    "domani": TOMORROW, "tomorrow": TOMORROW, "invia": SEND, "send": SEND, "fatti": FACTS, "facts": FACTS,
    "ok": OK, "no": NO,
}  # fmt: skip
_COMMAND = re.compile(r"\s*#\s?(\w+)[ \t]*([^\n]*)")


@dataclass(frozen=True, slots=True)
class Order:
    """`verb`: what is to be done; `about`: the rest of the command's line; `text`: what stands below it."""

    verb: str
    about: str = ""
    text: str = ""

    @property
    def words(self) -> str:
        """All that was written with it."""
        return "\n".join(one for one in (self.about, self.text) if one)


def read(text: str) -> Order:
    """The order of a mail, from the colleague's own words."""
    found = _COMMAND.match(text)
    if found is None:
        return Order(ANSWER, "", text.strip())
    verb = WORDS.get(found[1].lower(), UNKNOWN)
    about, rest = found[2].strip(), text[found.end() :].strip()
    return Order(verb, f"{found[1]} {about}".strip() if verb == UNKNOWN else about, rest)
