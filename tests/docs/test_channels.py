"""The table of docs/channels.md that says what recorded calls become, made from reading every one of them.

WRITE_DOCS=1 writes it anew.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.base import Echo, Ignored, Message, RawItem, Reading, Status, WebhookRequest
from connectors.meta.pages import cutting as pages
from connectors.meta.pages import read_facebook, read_instagram
from connectors.meta.whatsapp import cutting as whatsapp
from connectors.meta.whatsapp import read_item as read_whatsapp
from connectors.telegram.customers_reading import read_item as read_telegram
from connectors.x import XChannel, hook
from connectors.x import read_item as read_x
from tests.connectors import test_facebook_reading as facebook
from tests.connectors import test_instagram_reading as instagram
from tests.connectors import test_mastodon_reading as mastodon

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/channels.md"
CORPORA = Path(os.environ.get("CORPORA") or ROOT / "../shared/corpora") / "payloads"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BEGIN, END = "<!-- read: begin -->\n", "<!-- read: end -->"


def bodies(folder: str) -> list[bytes]:
    return [one.read_bytes() for one in sorted((CORPORA / folder).glob("*.json"))]


def of_whatsapp() -> Iterator[Sequence[Reading]]:
    for body in (*bodies("whatsapp"), *bodies("meta_examples")):
        number = re.search(rb'"phone_number_id": ?"(\d+)"', body)
        for item in whatsapp.cut(body, number[1].decode() if number else "", NOW):
            yield read_whatsapp(item)


def of_facebook() -> Iterator[Sequence[Reading]]:
    for body in bodies("messenger"):
        call = facebook.enveloped(json.loads(body))
        for item in pages.cut(json.dumps(call).encode(), "page", call["entry"][0]["id"], NOW):
            yield read_facebook(item)


def of_instagram() -> Iterator[Sequence[Reading]]:
    for body in bodies("instagram"):
        call = instagram.enveloped(json.loads(body))
        for item in pages.cut(json.dumps(call).encode(), "instagram", call["entry"][0]["id"], NOW):
            yield read_instagram(item)


def of_telegram() -> Iterator[Sequence[Reading]]:
    for body in bodies("telegram"):
        yield read_telegram(RawItem("k", NOW, body))


def of_mastodon() -> Iterator[Sequence[Reading]]:
    for _name, entity in mastodon.recorded():
        if isinstance(entity, dict) and "created_at" in entity and "account" in entity and "type" in entity:
            yield mastodon.read(entity)


def of_x() -> Iterator[Sequence[Reading]]:
    for body in bodies("x"):
        own = str(json.loads(body).get("for_user_id", "1"))
        channel = XChannel(key="k", secret="s", token=f"{own}-t", token_secret="t")
        call = WebhookRequest("POST", {hook.HEADER: hook.sign(body, "s")}, {}, body)
        for item in channel.accept(call):
            yield read_x(item)


SOURCES = {
    "WhatsApp": of_whatsapp, "Facebook page": of_facebook, "Instagram": of_instagram,
    "Telegram for customers": of_telegram, "Mastodon": of_mastodon, "X": of_x,
}  # fmt: skip


def told(one: Reading) -> tuple[str, str]:
    """What came, and what it becomes."""
    match one:
        case Status():
            return f"word on an answer: {one.state}", "shown at the answer"
        case Echo():
            return "an answer written elsewhere", "joins the conversation, stops the clock"
        case Ignored() if one.reason.startswith(("for the number", "for the account")):
            return "something for another number or account", "kept and put aside"
        case Ignored():
            return one.reason.partition(":")[0].partition("{")[0].strip()[:60], "kept and put aside"
        case Message():
            content = one.facts.get("content", "") or ("public post" if one.facts.get("public") else "text")
            if one.machine:
                return content, "told in the conversation, no clock"
            return content, "a message"
    raise AssertionError(one)


def table() -> str:
    lines = ["| channel | what came | what it becomes | recorded |", "|---|---|---|---|"]
    for name, source in SOURCES.items():
        counted: Counter[tuple[str, str]] = Counter()
        for readings in source():
            assert readings, f"{name}: something was dropped in silence"
            counted.update(told(one) for one in readings)
        rows = sorted(counted.items(), key=lambda one: (one[0][1], -one[1], one[0][0]))
        lines += [f"| {name} | {what} | {becomes} | {count} |" for (what, becomes), count in rows]
    return "\n".join(lines) + "\n"


@pytest.mark.skipif(not (CORPORA / "whatsapp").is_dir(), reason="the corpora are not here")
def test_the_page_says_what_recorded_calls_become() -> None:
    text, made = PAGE.read_text("utf-8"), table()
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(text[:begin] + made + text[end:], "utf-8")
        return
    assert text[begin:end] == made
