"""Mails that a web form wrote: who filled it in, what the fields say, and from which page.

Known by what form plugins write (Contact Form 7, Elementor, Gravity Forms, WPForms), or by a sender that nobody
answers, a Reply-To that somebody does, and fields. A person's letter is none, whatever lines it holds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors import formlabels as labels
from connectors.base import Address
from connectors.mail.addresses import addresses
from connectors.mail.body import Body
from connectors.mail.charsets import clean
from connectors.mail.headers import Headers

_LONGEST_HTML = 300_000
_LONGEST_LABEL = 60
_LINE = re.compile(r"^[ \t*]{0,4}([^\W\d_][^:\n]{0,58}?)[ \t*]{0,3}[:：][ \t]*(.*)$")
_URL = re.compile(r"https?://[^\s<>\"')]{3,1000}")
_ROBOT = re.compile(
    r"^(?:no[._-]?reply|donotreply|do-not-reply|non-?rispondere|wordpress|www-data|apache|web(?:site|master|mail|form)?"
    r"|sito(?:web)?|forms?|modul[oi]|contact-?form|mailer|robot|notifiche|notification(?:s)?|info-?web)(?:[+._-].*)?@",
    re.IGNORECASE,
)
# How the plugins sign, by the name under which rules know them.
_SIGNED = (
    (
        "contact-form-7",
        re.compile(
            r"(?:this e-?mail (?:was|is) sent (?:from|via) (?:a|the) contact form on"
            r"|questa e-?mail (?:è|e'|e) (?:stata )?"
            r"inviata (?:da|dal|tramite|attraverso)[^\n]{0,30} (?:modulo|form) di contatt[oi]"
            r"|diese e-?mail wurde (?:über|von) [^\n]{0,20}kontaktformular|cet e-?mail a été envoyé via le formulaire)"
            r"[^\n]{0,300}",
            re.IGNORECASE,
        ),
    ),
    ("elementor", re.compile(r"^[ \t]*(?:powered by|offerto da)[ \t]*:[ \t]*elementor", re.I | re.M)),
    ("wpforms", re.compile(r"^[ \t]*(?:sent from|inviato da|gesendet von) [^\n]{1,200}wpforms[^\n]*", re.I | re.M)),
)  # fmt: skip


@dataclass(slots=True)
class Form:
    """What a form sent: which plugin wrote it ("form" where it does not sign), by whom, and its fields in order."""

    plugin: str
    sender: Address
    fields: list[tuple[str, str]] = field(default_factory=list)
    page: str = ""
    referrer: str = ""

    def text(self) -> str:
        """The fields a person filled in, a line each."""
        told = [(label, value) for label, value in self.fields if value and labels.is_told(labels.key(label))]
        return "\n".join(f"{label}:\n{value}" if "\n" in value else f"{label}: {value}" for label, value in told)

    def facts(self) -> dict[str, str]:
        """What rules may ask: form, page, referrer, utm_…, gclid, fbclid, and field.<label> for each field."""
        keys = [(labels.key(label), value) for label, value in self.fields]
        named = {f"field.{key}": value for key, value in keys if key not in labels.TECHNICAL}
        # A hidden field says it of the visit; the page's address may be without.
        hidden = {key: value for key, value in keys if labels.CAMPAIGN.fullmatch(key) and value}
        site = {"form": self.plugin, "page": self.page, "referrer": self.referrer}
        found = site | labels.campaign(self.page) | hidden | named
        return {name[:100]: value[: labels.LONGEST_FACT] for name, value in found.items() if value}


def form(head: Headers, body: Body) -> Form | None:
    """The form behind a mail, or None for any other mail."""
    if "in-reply-to" in head or "list-id" in head or "list-unsubscribe" in head:
        return None
    plugin, text = _signed(body.text[:100_000])
    # A plugin's tables say more than their text; one that writes lines has its own text.
    rows = list(_rows(body.html)) if body.html else []
    known = [row for row in rows if labels.key(row[0]) in labels.KNOWN]
    fields = rows if len(known) >= 2 else list(_lines(text))
    told = {labels.key(label): value for label, value in reversed(fields)}
    author = _address(head, "from")
    answer = _address(head, "reply-to")
    nobody = bool(author and _ROBOT.match(author.address))
    written = labels.ADDRESS.search(labels.first(told, labels.MAIL) or labels.first(told, ("from", "da")))
    if not plugin:
        for_another = answer is not None and author is not None and answer.address.lower() != author.address.lower()
        if not (nobody and for_another and answer and not _ROBOT.match(answer.address)):
            return None
        if len(set(told) & labels.KNOWN) < 2 or not (written or labels.first(told, labels.TEXT)):
            return None
    sender = _sender(author, answer, written[0] if written else "", told, nobody=nobody)
    if sender is None or not fields:
        return None
    # A signature names the site.
    signed = _url(body.text[len(text) :]) if plugin else ""
    came_from = _url(labels.first(told, labels.REFERRER))
    page = _url(labels.first(told, labels.PAGE)) or came_from or signed
    return Form(plugin or "form", sender, fields[: labels.MOST_FIELDS], page, "" if came_from == page else came_from)


def _url(text: str) -> str:
    found = _URL.search(text)
    return found[0].rstrip(".,") if found else ""


def _signed(text: str) -> tuple[str, str]:
    """The plugin that signed the text, and the text before its signature."""
    for plugin, pattern in _SIGNED:
        found = pattern.search(text)
        if found:
            return plugin, re.sub(r"\s*(?:--|---)?\s*$", "", text[: found.start()])
    return "", text


def _sender(
    author: Address | None, answer: Address | None, written: str, told: dict[str, str], *, nobody: bool
) -> Address | None:
    """Who filled it in: whom an answer would reach, else the address in a field, else the author."""
    candidates = [answer.address if answer and not _ROBOT.match(answer.address) else "", written]
    candidates.append(author.address if author and not nobody else "")
    address = next(filter(None, candidates), "")
    if not address:
        return None
    name = labels.first(told, labels.NAME)
    name = labels.ADDRESS.sub("", name).strip(" <>\"'") if "@" in name else name
    first, last = labels.first(told, labels.FIRST), labels.first(told, labels.LAST)
    if last:
        name = f"{first} {last}".strip()
    given = answer.name if answer and answer.address == address else ""
    return Address(address, (name or given).split("\n")[0][:200])


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Fields written as "Label: value"; what follows a label without a value, or the message's, belongs to it."""
    label = ""
    lines: list[str] = []
    for line in text.split("\n")[:1_000]:
        found = _LINE.match(line)
        is_label = found is not None and "//" not in found[1] and len(found[1].split()) <= 7
        # Inside the message, only words that forms use begin a new field.
        if is_label and found and (labels.key(label) not in labels.TEXT or labels.key(found[1]) in labels.KNOWN):
            if label:
                yield label, _value(lines)
            label, lines = found[1].strip(" *"), [found[2]]
        elif label:
            lines.append(line)
    if label:
        yield label, _value(lines)


def _rows(html: str) -> Iterator[tuple[str, str]]:
    """Fields in the tables of a form's HTML: two cells a row, or a bold label above its value."""
    from lxml import html as parser

    try:
        root = parser.fromstring(html[:_LONGEST_HTML])
    except Exception:  # lxml raises many kinds on hostile input
        return
    label = ""
    for row in root.iter("tr"):
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        texts = [text for cell in cells if (text := _cell(cell))]
        if not texts or any(next(cell.iter("table"), None) is not None for cell in cells):
            continue
        if len(texts) == 2 and len(texts[0]) <= _LONGEST_LABEL:
            yield texts[0].rstrip(" :*"), texts[1]
            label = ""
        elif len(texts) == 1 and len(texts[0]) <= _LONGEST_LABEL and any(_bold(cell) for cell in cells):
            label = texts[0].rstrip(" :*")
        elif len(texts) == 1 and label:
            yield label, texts[0]
            label = ""


def _bold(cell: object) -> bool:
    marked = next(cell.iter("strong", "b", "th", "h3", "h4"), None)  # type: ignore[attr-defined]
    return marked is not None or "bold" in str(cell.get("style") or "")  # type: ignore[attr-defined]


def _cell(cell: object) -> str:
    """The text of a table cell, its breaks kept."""
    pieces = []
    for text in cell.itertext():  # type: ignore[attr-defined]
        pieces.append(" ".join(str(text).split()))
    return clean("\n".join(filter(None, pieces)).replace("\xa0", " ").strip())


def _value(lines: list[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip().strip("-_= \n")


def _address(head: Headers, name: str) -> Address | None:
    return next((who for value in head.every(name) for who in addresses(value) if who.address), None)
