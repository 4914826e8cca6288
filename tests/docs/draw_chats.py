"""Draws the pictures of docs/answering-in-telegram.md from what the bot really sends: python -m tests.docs.draw_chats

Telegram's own look differs by device; words, order, buttons and bold parts are the product's.
"""

import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import time_machine
from playwright.sync_api import sync_playwright

from connectors.base import Outbound
from inbox.reader import Reader
from tests.conftest import opened
from tests.parts.desk import Desk
from tests.parts.screens import LANGUAGES, Day, Seen, day
from tests.parts.starter import Starters

DOCS = Path(__file__).parents[2] / "docs"
WEDNESDAY = datetime(2026, 3, 4, 8, 12, tzinfo=UTC)
# A picture: its name, and the first and last screen that it shows.
PICTURES = {
    "card": ("question", "question"),
    "answer": ("answer", "answer_file"),
    "sent": ("send", "again"),
    "question": ("asked", "asked_answer"),
}
STYLE = """
body { margin: 0; padding: 16px; width: 420px; background: #dfe7ea; font: 15px/1.4 system-ui, sans-serif; color: #16201f }
.one { margin: 0 40px 6px 0; padding: 8px 12px; border-radius: 12px; background: #fff; overflow-wrap: anywhere }
.mine { margin: 0 0 6px 80px; background: #d5efd0 }
.under { border-left: 3px solid #3c8a86; padding-left: 8px; margin-bottom: 4px; color: #3c6c69; font-size: 13px;
         white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
.text { white-space: pre-wrap }
.file { padding: 6px 0; font-weight: 600; text-decoration: underline }
.row { display: flex; gap: 4px; margin: 4px 40px 0 0 }
.row span { flex: 1; padding: 8px 4px; border-radius: 8px; background: #8aa3a8; color: #fff; text-align: center; font-size: 14px }
.row:last-child { margin-bottom: 10px }
"""


def draw() -> None:
    """All pictures, in each language."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack, sync_playwright() as playwright:
        starters, reader = Starters(Path(folder) / "starters", stack), Reader()
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 452, "height": 400}, device_scale_factor=2)
        for language in LANGUAGES:
            place = Path(folder) / language
            with time_machine.travel(WEDNESDAY, tick=True):
                for app in opened(place, starters.lay("sqlite", place / "var", language)):
                    one = day(Desk(app, reader), language)
            for name, (first, last) in PICTURES.items():
                page.set_content(f"<style>{STYLE}</style>{_chat(one, first, last)}")
                page.screenshot(path=DOCS / f"telegram-{name}-{language}.png", full_page=True)
        browser.close()
        reader.close()


def _chat(one: Day, first: str, last: str) -> str:
    """What the chat shows of these screens: each message as it stands in the end, what Marco wrote between them."""
    codes = [screen.code for screen in one.screens]
    screens = one.screens[codes.index(first) : codes.index(last) + 1]
    shown: dict[str, tuple[str, Seen | None]] = {}
    for number, screen in enumerate(screens):
        if screen.did and not screen.did.startswith("["):
            shown[f"did{number}"] = screen.did, None
        for seen in screen.seen:
            shown[f"seen{seen.number}"] = "", seen
    until = one.screens[: codes.index(last) + 1]
    texts = {seen.number: seen.message.text for screen in until for seen in screen.seen}
    return "".join(_message(seen, texts) if seen else _mine(did) for did, seen in shown.values())


def _mine(text: str) -> str:
    return f'<div class="one mine text">{escape(text)}</div>'


def _message(seen: Seen, texts: dict[int, str]) -> str:
    parts = ['<div class="one">']
    if seen.answers:
        parts.append(f'<div class="under">{escape(texts[seen.answers].splitlines()[0])}</div>')
    parts += [f'<div class="file">{escape(one.filename)}</div>' for one in seen.message.attachments]
    parts.append(f'<div class="text">{_styled(seen.message)}</div></div>')
    for row in seen.message.buttons:
        parts.append('<div class="row">' + "".join(f"<span>{escape(label)}</span>" for label, _ in row) + "</div>")
    return f"<div>{''.join(parts)}</div>"


def _styled(message: Outbound) -> str:
    text, done, at = message.text, "", 0
    for _style, begin, end in message.styles:
        done += f"{escape(text[at:begin])}<b>{escape(text[begin:end])}</b>"
        at = end
    return done + escape(text[at:])


if __name__ == "__main__":
    draw()
