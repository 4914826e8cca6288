"""The chat's script, and its own page, which holds nothing but that script."""

from functools import cache
from html import escape
from pathlib import Path

from inbox.sitechat.posting import Chat
from inbox.sitechat.words import words

SCRIPT = Path(__file__).parent / "chat.js"


@cache
def script() -> bytes:
    """The widget as browsers load it."""
    return SCRIPT.read_bytes()


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
