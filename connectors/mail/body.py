"""What a mail says and carries: its text, its HTML, its files."""

import re
from dataclasses import dataclass, field
from itertools import chain

from connectors.base import Attachment
from connectors.mail import html as markup
from connectors.mail.charsets import clean, decode, known
from connectors.mail.files import attachment, stated_name
from connectors.mail.parts import MOST, Part, parse

_DEEPEST = 100  # multiparts inside multiparts
_TEXTS = {"text/plain", "text/html", "text", "text/enriched", "text/richtext", "text/markdown", "text/x-amp-html"}
_META = re.compile(rb"<meta[^>]{1,300}charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_LONGEST_STUB = 300
_MOST_SHOWN = 20  # forwarded mails of one mail whose words are shown among its own


@dataclass(slots=True)
class Body:
    """What was found. `quoted` is `text` with the quotes that only the HTML marks prefixed by "> ".

    `shown`: how many forwarded mails were read into it.
    """

    text: str = ""
    quoted: str = ""
    html: str = ""
    files: list[Attachment] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    shown: int = 0


@dataclass(slots=True)
class _Block:
    """A piece of text in the forms that the mail has it in."""

    plain: str = ""
    html: str = ""


def read_body(root: Part) -> Body:
    """Text, HTML and files of a mail, in their order."""
    body = Body()
    blocks = [block for block in _walk(root, body, 0) if block.plain.strip() or block.html.strip()]
    texts, quoted = [], []
    for block in blocks:
        if block.html and _is_stub(block):
            plain, marked = markup.to_texts(block.html)
            texts.append(plain)
            quoted.append(marked)
        else:
            texts.append(block.plain)
            quoted.append(block.plain)
    body.text, body.quoted = _joined(texts), _joined(quoted)
    body.html = "\n".join(filter(None, (block.html for block in blocks)))
    return body


def _joined(texts: list[str]) -> str:
    if len(texts) == 1:
        return texts[0]
    return "\n\n".join(text.strip("\n") for text in texts if text.strip())


def _is_stub(block: _Block) -> bool:
    """Whether the plain form only stands in for the HTML."""
    plain = block.plain.strip()
    if not plain:
        return True
    return len(plain) < _LONGEST_STUB and "html" in plain.lower() and len(block.html) > 2 * len(plain)


def _forwarded(part: Part, body: Body, depth: int) -> list[_Block]:
    """What a mail forwarded in the flow of the text says, as mail programs show it; its files stay inside the file."""
    body.shown += 1
    if depth > _DEEPEST or body.shown > _MOST_SHOWN:
        return []
    inner = Body(shown=body.shown)
    blocks = _walk(parse(part.content), inner, depth + 1)
    body.shown = inner.shown
    return blocks


def _walk(part: Part, body: Body, depth: int, shown_elsewhere: bool = False, in_report: bool = False) -> list[_Block]:
    if part.kind == "multipart/encrypted" or part.parameters.get("smime-type", "").lower() == "enveloped-data":
        body.problems.append("encrypted")
    if part.children:
        if depth > _DEEPEST or len(body.files) > MOST:
            body.problems.append("too_many_parts")
            return []
        related = part.kind == "multipart/related"
        report = in_report or part.kind == "multipart/report"
        found = [
            _walk(child, body, depth + 1, related and index > 0, report) for index, child in enumerate(part.children)
        ]
        return _best(found) if part.kind == "multipart/alternative" else [*chain(*found)]
    # In multipart/related only the first part is the text, the others are what it shows (RFC 2387).
    if _is_text(part) and not (shown_elsewhere and part.kind == "text/html"):
        block = _text(part, body.problems)
        return [block] if block else []
    body.files.append(attachment(part, len(body.files) + 1))
    if part.kind == "message/rfc822" and part.disposition[0] != "attachment" and not in_report:
        return _forwarded(part, body, depth)
    if part.kind == "application/ms-tnef" or body.files[-1].filename.lower() == "winmail.dat":
        body.problems.append("tnef")
    return []


def _best(forms: list[list[_Block]]) -> list[_Block]:
    """One block of the alternatives: the first plain form, the richest (last) HTML."""
    plain = next((blocks for blocks in forms if any(block.plain.strip() for block in blocks)), [])
    rich = next((blocks for blocks in reversed(forms) if any(block.html for block in blocks)), [])
    if plain is rich:
        return plain
    return [_Block(_joined([block.plain for block in plain]), "\n".join(block.html for block in rich))]


def _is_text(part: Part) -> bool:
    """Whether a leaf is to be read, not to be kept as a file."""
    kind = part.kind
    if part.disposition[0] == "attachment" or (kind not in _TEXTS and not kind.startswith("multipart/")):
        return False
    return not stated_name(part) or (part.disposition[0] == "" and "name" not in part.parameters)


def _text(part: Part, problems: list[str]) -> _Block | None:
    kind, data = part.kind, part.content
    charset = part.parameters.get("charset", "").split("*")[0]
    if charset and not known(charset):
        problems.append(f"charset_unknown:{clean(charset)[:40]}")
    if kind == "text/x-amp-html":
        return None
    if kind == "text/html":
        meta = _META.search(data[:4_000]) if not known(charset) else None
        return _Block(html=clean(decode(data, meta[1].decode("ascii") if meta else charset)))
    text = clean(decode(data, charset))
    if kind in ("text/enriched", "text/richtext"):
        return _Block(markup.tidy(markup.stripped(text)))
    if part.parameters.get("format", "").lower() == "flowed":
        text = _unflowed(text, part.parameters.get("delsp", "").lower() == "yes")
    return _Block(text)


def _unflowed(text: str, delete_space: bool) -> str:
    """Lines of format=flowed joined to paragraphs (RFC 3676); quoted lines stay as they are."""
    paragraphs: list[list[str]] = []
    open_line = False
    for line in text.split("\n"):
        if line.startswith(" "):
            line = line[1:]
        plain = not line.startswith(">") and line != "-- "
        soft = plain and line.endswith(" ")
        piece = line[:-1] if soft and delete_space else line
        if open_line and plain:
            paragraphs[-1].append(piece)
        else:
            paragraphs.append([piece])
        open_line = soft
    return "\n".join("".join(pieces) for pieces in paragraphs)
