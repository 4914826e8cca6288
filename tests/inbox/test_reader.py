"""A parse child that dies, hangs or fills the memory: the item is unreadable, the next one is read, nothing is lost."""

import sys
import time
from collections.abc import Iterator

import pytest

from connectors import child
from connectors.base import Message, RawItem
from inbox import reader as reading
from inbox.models import Conversation, Intake, now
from inbox.models import Message as MessageRow
from inbox.reader import Reader, Unreadable
from tests.parts.company import mail
from tests.parts.desk import Desk

# A child that does as the real one, but for mails that tell it otherwise.
CHILD = """
import sys, time
from connectors import child, registry
real = registry.reader
def reader(kind):
    def read(raw):
        if b"DIE" in raw.body: sys.exit(3)
        if b"HANG" in raw.body: time.sleep(600)
        if b"SPIN" in raw.body:
            while True: pass
        if b"FILL" in raw.body: [bytearray(50_000_000) for _ in range(100)]
        if b"CHATTER" in raw.body: print("not what was asked for")
        return real(kind)(raw)
    return read
registry.reader = reader
child.reader = reader
child.main()
"""
EVILS = ["DIE", "HANG", "FILL", "CHATTER"]


@pytest.fixture
def evil(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    monkeypatch.setattr(reading, "WALL_SECONDS", 2.0)
    one = Reader([sys.executable, "-c", CHILD])
    yield one
    one.close()


def item(text: str) -> RawItem:
    return RawItem("1", now(), mail("Domanda", text), {"folder": "inbox"})


@pytest.mark.parametrize("word", EVILS)
def test_the_next_item_is_read_all_the_same(evil: Reader, word: str) -> None:
    began = time.monotonic()
    assert isinstance(evil.read("mail", item(word)), Unreadable)
    assert time.monotonic() - began < 10
    (after,) = evil.read("mail", item("Qual è la tolleranza?"))  # type: ignore[misc]
    assert isinstance(after, Message)
    assert after.reply == "Qual è la tolleranza?"


def test_processor_time_is_bounded_too() -> None:
    """With a tenth of the product's bound: the clock on the wall is not what ends it."""
    assert child.CPU_SECONDS < reading.WALL_SECONDS
    one = Reader([sys.executable, "-c", f"from connectors import child; child.CPU_SECONDS = 1{CHILD}"])
    began = time.monotonic()
    found = one.read("mail", item("SPIN"))
    one.close()
    assert time.monotonic() - began < reading.WALL_SECONDS + 2
    assert found == Unreadable("the reading process ended")


@pytest.mark.parametrize("word", EVILS)
def test_what_cannot_be_read_is_a_conversation_with_the_mail_attached(desk: Desk, evil: Reader, word: str) -> None:
    desk.reader = evil
    bad = mail("Cattiva", word)
    desk.receive(mail("Prima", "uno"), bad, mail("Dopo", "due"))
    desk.take_in()
    desk.route()
    assert {row.subject for row in desk.all(Conversation)} == {"Prima", "", "Dopo"}
    (unread,) = [row for row in desk.all(MessageRow) if row.problems]
    assert unread.problems[0].startswith("could not be read in full: ")
    assert unread.from_address == ""
    (attached,) = unread.attachments
    assert desk.app.blobs.get(attached.sha256) == bad
    assert all(row.waiting_since is not None for row in desk.all(Conversation))
    assert {row.state for row in desk.all(Intake)} == {"done"}
