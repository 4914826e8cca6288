"""HTML bodies to plain text that keeps lists, tables and paragraphs."""

import re
from html import unescape

LONGEST = 1_000_000  # characters of HTML that are laid out; the rest is only stripped of its tags
_HIDDEN = re.compile(r"<(script|style|head|title)\b", re.IGNORECASE)
# Signs of private use mark in the laid out text what only the HTML knows.
_OPEN, _CLOSE, _SIGNED = "\ue000", "\ue001", "\ue002"
_FOREIGN = re.compile(f"[{_OPEN}{_CLOSE}{_SIGNED}]")
_QUOTE = re.compile(r"<blockquote\b[^<>]{0,2000}>", re.IGNORECASE)
_UNQUOTE = re.compile(r"</blockquote\s{0,9}>", re.IGNORECASE)
_TAG = re.compile(r"<(?:div|span|table|pre|p)\b[^<>]{0,1000}>", re.IGNORECASE)


def to_text(html: str) -> str:
    """Plain text of an HTML body. Never raises: what cannot be laid out is stripped of its tags."""
    try:
        text = _laid_out(html[:LONGEST])
    except Exception:  # lxml and inscriptis raise many kinds on hostile input
        text = stripped(html[:LONGEST])
    return tidy(text if text.strip() else stripped(html[:LONGEST]))


def _laid_out(html: str) -> str:
    from inscriptis import get_text
    from inscriptis.model.config import ParserConfig

    return str(get_text(html, ParserConfig(display_links=False)))


def stripped(html: str) -> str:
    """HTML without its tags."""
    html = _without_hidden(html)
    html = re.sub(r"<(?:br|/p|/div|/tr|/li)\b[^>]{0,1000}>", "\n", html, flags=re.IGNORECASE)
    return unescape(re.sub(r"<[^<>]{0,5000}>", " ", html))


def _without_hidden(html: str) -> str:
    """HTML without scripts, styles and the head, in linear time."""
    lower, kept, at = html.lower(), [], 0
    while found := _HIDDEN.search(html, at):
        kept.append(html[at : found.start()])
        end = lower.find(f"</{found[1].lower()}", found.end())
        if end < 0:
            return " ".join(kept)
        at = end
    return " ".join([*kept, html[at:]])


def tidy(text: str) -> str:
    """No space at line ends, no more than one empty line."""
    lines = "\n".join(line.rstrip() for line in text.replace("\xa0", " ").splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def to_texts(html: str) -> tuple[str, str]:
    """Plain text of an HTML body; and the same with quotes prefixed by "> " and a signature set off by "-- "."""
    marked = _FOREIGN.sub("", html)
    if "<blockquote" not in marked.lower() and "signature" not in marked.lower():
        text = to_text(html)
        return text, text
    marked = _QUOTE.sub(rf"\g<0>{_OPEN}", marked)
    marked = _UNQUOTE.sub(rf"{_CLOSE}\g<0>", marked)
    marked = _TAG.sub(lambda tag: tag[0] + _SIGNED if "signature" in tag[0].lower() else tag[0], marked)
    text = to_text(marked)
    return tidy(_FOREIGN.sub("", text)), tidy(_prefixed(text))


def _prefixed(text: str) -> str:
    out, depth = [], 0
    for line in text.split("\n"):
        quoted = depth > 0 or _OPEN in line
        depth = max(0, depth + line.count(_OPEN) - line.count(_CLOSE))
        words = _FOREIGN.sub("", line)
        if _SIGNED in line and not quoted:
            out += ["-- ", words]
        else:
            out.append(f"> {words.strip()}" if quoted else words)
    return "\n".join(out)
