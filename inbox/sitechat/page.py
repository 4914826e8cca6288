"""The chat's script, put together from its parts, and its own page, which holds nothing but that script."""

import gzip
import re
from functools import cache
from html import escape
from pathlib import Path

from inbox.sitechat.posting import Chat
from inbox.sitechat.words import words

PARTS = ("base.js", "wire.js", "rows.js", "panel.js")
STYLE = "style.css"
_FOLDER = Path(__file__).parent / "widget"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# What stands between quotes, word for word, and blanks elsewhere that only readers need.
_QUOTED = re.compile(r'("(?:[^"\\\n]|\\.)*"|`[^`]*`)')
_BLANKS = re.compile(r" *([=!?:<>+*&|,;{}()\[\]]+) *")
# Line ends within a statement, and what stands needlessly before a bracket that closes.
_LINE_END = re.compile(r"(?<=[{(,;\[>])\n|\n(?=[.)\]}:?])")
_LAST = re.compile(r";(?=\})|,(?=[)\]}])")
# Blanks beside these mean nothing in a style sheet.
_AROUND = re.compile(r"\s*([{};,>]|:(?=\s))\s*")


@cache
def script() -> bytes:
    """The widget as browsers load it: its parts one after the other, without what only readers need."""
    style = _AROUND.sub(r"\1", _COMMENT.sub("", _read(STYLE))).strip().replace(";}", "}")
    lines = [line.strip() for part in PARTS for line in _read(part).splitlines()]
    pieces = _QUOTED.split("\n".join(line for line in lines if line and not line.startswith("//")))
    pieces[::2] = [_LAST.sub("", _LINE_END.sub("", _BLANKS.sub(r"\1", code))) for code in pieces[::2]]
    return f"{{\n{''.join(pieces).replace('@style@', style)}\n}}\n".encode()


@cache
def compressed() -> bytes:
    """The same as most browsers take it (RFC 1952)."""
    return gzip.compress(script(), 9, mtime=0)


def _read(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


def page(chat: Chat) -> str:
    """The page: its script draws the chat; whoever has no scripts reads where to write."""
    told = words(chat.text("language"))
    mail = escape(chat.write_to)
    write = f'<noscript><p>{told["write_to"]} <a href="mailto:{mail}">{mail}</a></p></noscript>' if mail else ""
    return (
        f'<!doctype html>\n<html lang="{chat.text("language")}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(chat.text('title') or told['title'])}</title></head>\n<body>{write}"
        f'<script async src="/chat.js" data-key="{chat.key}" data-mode="page"></script></body>\n</html>\n'
    )


def policy(chat: Chat) -> str:
    """The page's content security policy: our script alone, in frames of the chat's own sites."""
    frames = " ".join(["'self'", *chat.origins]) if chat.origins else "*"
    return (
        "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {frames}"
    )
