"""Other projects' mails, where they are at hand (CORPORA): the floors lie a little under what was reached."""

import hashlib
import json
import os
import re
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Message
from connectors.mail.html import to_text
from connectors.mail.quotes import own_words
from connectors.mail.read import read

CORPORA = Path(os.environ.get("CORPORA") or Path(__file__).parents[4] / "shared" / "corpora")
pytestmark = pytest.mark.skipif(not CORPORA.is_dir(), reason="no CORPORA folder: other projects' mails are not shipped")

MINE = {
    "bounce": "bounce",
    "delivery_report": "bounce",
    "auto_reply": "auto_reply",
    "complaint": "complaint",
    "not_bounce": None,
}
# Written by programs, or sent through a list: all others below mail/ are people's letters.
MACHINES = re.compile(
    r"bounce|deliver|feedback|delayed|mailbox|no-mx|no-dns|office365|broken-mime|badbound|auto", re.IGNORECASE
)


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CORPORA / name).read_text())
    return found


@cache
def mail(path: str) -> Message:
    return read((CORPORA / path).read_bytes())


def share(results: Iterable[bool]) -> float:
    told = list(results)
    return sum(told) / len(told)


def folded(text: str) -> str:
    return " ".join(text.split())


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def test_everything_is_read() -> None:
    paths = [path for folder in ("mail", "bounces") for path in sorted((CORPORA / folder).rglob("*")) if path.is_file()]
    for path in paths:
        started = time.process_time()
        message = read(path.read_bytes())
        assert not any(problem.startswith("unreadable") for problem in message.problems), path
        assert time.process_time() - started < 10, path
    assert len(paths) > 900


def zammad(field: str) -> list[tuple[Message, Any]]:
    table = expected("mail_expected/zammad.json")
    return [(mail(f"mail/zammad/{name}.eml"), row) for name, row in table.items() if field in row["stated"]]


def imap_tools() -> list[tuple[Message, Any]]:
    table = expected("mail_expected/imap_tools.json")
    return [(mail(f"mail/imap_tools/{name}.eml"), row) for name, row in table.items()]


def test_subjects() -> None:
    found = zammad("subject") + imap_tools()
    assert share(folded(message.subject) == folded(row["subject"]) for message, row in found) >= 0.97


def test_senders() -> None:
    found = [message.sender.address == row["from_email"] for message, row in zammad("from_email")]
    assert share(found + [message.sender.address == row["from"] for message, row in imap_tools()]) >= 0.98


def test_recipients() -> None:
    found = [[who.address for who in message.to] == row["to"] for message, row in imap_tools()]
    assert share(found) >= 0.93
    assert share([who.address for who in message.cc] == row["cc"] for message, row in imap_tools()) >= 0.98


def test_files() -> None:
    told = []
    for message, row in zammad("attachments") + imap_tools():
        have = {hashlib.sha256(file.content).hexdigest() for file in message.attachments}
        exact = [
            file for file in row["attachments"] if file.get("bytes_confirmed", True) and not file.get("is_html_body")
        ]
        told += [file["sha256"] in have for file in exact if file["content_type"] != "message/rfc822"]
    assert share(told) >= 0.9


def test_file_names() -> None:
    other, count = set(), 0
    for message, row in zammad("attachments") + imap_tools():
        ours = {file.filename for file in message.attachments}
        theirs = [file for file in row["attachments"] if file["filename"] and not file.get("is_html_body")]
        count += len(theirs)
        other |= {file["filename"] for file in theirs if file["filename"] not in ours}
    # Names that the other library makes up for parts without one, a second number, a file inside an attached mail, and
    # letters that it loses.
    made_up = {"document.html", "document1.html", "video.mov", "video1.mov", "image.jpg", "32497.1617621278.2"}
    known = {"Screen Shot 2018-12-17 at 091.00.38.png", "broken.pdf"}
    lost = {name for name in other if "\ufffd" in name}
    assert other <= made_up | known | lost
    assert len(lost) <= 2
    assert count > 40


def test_bodies() -> None:
    told = []
    for message, row in zammad("body"):
        texts = {letters(message.text), letters(to_text(message.html))}
        told.append(letters(row["body_text"]) in texts or letters(to_text(row["body"])) in texts)
    told += [folded(row["text"]) == folded(message.text) for message, row in imap_tools() if row["text"].strip()]
    assert share(told) >= 0.86


def bounces() -> list[tuple[Message, Any]]:
    return [(mail(f"bounces/{name}.eml"), row) for name, row in expected("bounces_expected.json").items()]


def test_reports_are_recognised() -> None:
    assert share(message.machine == MINE[row["kind"]] for message, row in bounces() if row["kind"] in MINE) >= 0.99


def test_hard_and_soft() -> None:
    known = [(message.bounce, row) for message, row in bounces() if row["kind"] == "bounce" and row["hard"] is not None]
    # "Filtered" there is often a refusal that says "user unknown" in plain words, which we believe.
    plain = [
        verdict is not None and verdict.hard == row["hard"] for verdict, row in known if row["reason"] != "filtered"
    ]
    assert share(plain) >= 0.99
    assert share(verdict is not None and verdict.hard == row["hard"] for verdict, row in known) >= 0.91


def test_peoples_letters_are_peoples() -> None:
    wrong = []
    for path in sorted((CORPORA / "mail").rglob("*.eml")):
        kind = mail(str(path.relative_to(CORPORA))).machine
        if kind in ("bounce", "complaint", "receipt", "auto_reply") and not MACHINES.search(path.name):
            wrong.append((kind, path.name))
    assert len(wrong) <= 9, wrong


def test_trimmed_replies() -> None:
    cases = {name: row for name, row in expected("replies_expected.json").items() if "trimmed" in row}
    told = [
        own_words((CORPORA / "replies" / name).read_text()).strip() == row["trimmed"].strip()
        for name, row in cases.items()
    ]
    assert share(told) >= 0.92


def test_replies_without_their_quotes() -> None:
    told = []
    for name, row in expected("replies_expected.json").items():
        if "reply" in row:
            raw = (CORPORA / "replies" / name).read_bytes()
            reply = read(b"Content-Type: text/html; charset=utf-8\n\n" + raw if name.endswith(".html") else raw).reply
            told.append("".join(reply.split()) == "".join(row["reply"].split()))
    # Two expect the signature to stay.
    assert share(told) >= 0.85


def test_the_list_of_machine_mail_is_up_to_date() -> None:
    from tests.connectors.mail.machine_list import rows

    shown = (Path(__file__).parents[3] / "docs" / "machine-mail.md").read_text("utf-8")
    assert [" | ".join(row) for row in rows()] == re.findall(r"^\| (\S+\.eml \| .*) \|$", shown, re.M)
