"""Bad lines, long absences, servers that were restored: every mail is here once, and its bytes are the same."""

import os
import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import ConnectorError
from connectors.mail import imap
from connectors.mail.channel import MailChannel
from inbox import fetching, ledger
from inbox.blobs import digest
from inbox.models import Conversation, Event, Intake, Message, now
from tests.parts.company import mail
from tests.parts.cutting_proxy import cutting
from tests.parts.desk import Desk
from tests.parts.dovecot import Dovecot
from tests.parts.long import LONG

CUTS = 200


class Box:
    """A real mailbox that a desk fetches from."""

    def __init__(self, dovecot: Dovecot, desk: Desk, port: int = 0) -> None:
        self.dovecot, self.desk = dovecot, desk
        self.user = f"o{uuid.uuid4().hex[:12]}"
        self.channel = MailChannel(
            address="info@firm.test", imap_host="127.0.0.1", imap_port=port or dovecot.port, imap_security="none",
            smtp_security="none", user=self.user, password="secret", timeout=5,
        )  # fmt: skip
        self.raws: dict[str, bytes] = {}

    def fetch(self) -> int:
        return fetching.fetch_all(self.desk.database, self.desk.app.blobs, self.desk.channel, self.channel)

    def arrive(self, *numbers: int, at: datetime | None = None, flags: tuple[bytes, ...] = ()) -> None:
        with self.dovecot.client(self.user) as client:
            for number in numbers:
                raw = mail(f"Domanda {number}", f"Quanto costa il pezzo {number}?\n" + "x" * (number % 7) * 300)
                raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
                client.append("INBOX", raw, flags, at)
                self.raws[f"Domanda {number}"] = raw

    def check(self) -> None:
        """All mails that ever arrived are here once, shown, with their bytes."""
        self.desk.take_in()
        self.desk.route()
        subjects = [row.subject for row in self.desk.all(Message)]
        assert sorted(subjects) == sorted(self.raws)
        assert len(self.desk.all(Conversation)) == len(self.raws)
        wanted = {digest(raw) for raw in self.raws.values()}
        rows = [row for row in self.desk.all(Intake) if row.outcome == "message"]
        assert {row.sha256 for row in rows} == wanted
        assert all(self.desk.app.blobs.get(row.sha256) in self.raws.values() for row in rows)


@pytest.fixture
def box(dovecot: Dovecot, desk: Desk) -> Box:
    made = Box(dovecot, desk)
    made.fetch()
    return made


@LONG
def test_a_line_that_breaks_at_two_hundred_places(
    dovecot: Dovecot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One conversation with the server is measured, then cut at places all along it, new mail arriving meanwhile."""
    monkeypatch.setattr(imap, "MAX_ITEMS", 4)
    with cutting(dovecot.port) as proxy:
        box = Box(dovecot, desk, proxy.port)
        box.fetch()
        box.arrive(*range(8))
        box.channel.close()
        length, cuts = 9_000, 0
        for number in range(CUTS):
            if number % 10 == 0:
                box.arrive(100 + number)
            proxy.next_cut = 1 + number * length // CUTS
            try:
                box.fetch()
            except ConnectorError:
                cuts += 1
            box.channel.close()
        assert cuts > CUTS // 2
        proxy.next_cut = None
        box.fetch()
        box.channel.close()
    box.check()


def test_seven_days_offline(box: Box) -> None:
    """Read by a phone meanwhile, answered or marked for deletion: what is there comes in, at its own time."""
    past = now() - timedelta(days=7)
    for day in range(7):
        at = past + timedelta(days=day)
        box.arrive(day, at=at, flags=((), (b"\\Seen",), (b"\\Answered",), (b"\\Deleted",))[day % 4])
    assert box.fetch() == 7
    box.check()
    times = [row.received_at for row in box.desk.all(Intake)]
    assert times == sorted(times)
    assert abs(times[0] - past) < timedelta(seconds=2)


def test_flags_that_change_bring_nothing_again(box: Box) -> None:
    box.arrive(1, 2)
    box.fetch()
    with box.dovecot.client(box.user) as client:
        client.select_folder("INBOX")
        client.add_flags([1], [b"\\Seen", b"\\Flagged"])
    assert box.fetch() == 0
    box.check()


def test_a_restored_server_brings_nothing_twice_and_loses_nothing(box: Box) -> None:
    box.arrive(1, 2, 3)
    box.fetch()
    box.channel.close()
    folder = box.dovecot.folder / "mail" / box.user / "Maildir"
    for path in folder.rglob("dovecot*"):
        path.unlink()
    time.sleep(3.1)  # Dovecot takes the clock's seconds for UIDVALIDITY, one more for each folder
    box.arrive(4)
    box.fetch()
    box.check()
    assert box.desk.outcomes().count("repeat") == 3
    assert box.fetch() == 0


def test_a_sent_folder_that_is_renamed_keeps_nothing_back(box: Box) -> None:
    with box.dovecot.client(box.user) as client:
        client.rename_folder("Sent", "Posta inviata")
    box.arrive(1)
    try:
        box.fetch()
    except ConnectorError:
        box.fetch()
    box.check()


def test_ten_thousand_mails_are_not_read_again_for_one(box: Box) -> None:
    """The old ones stay where they are; the new one is found at once."""
    folder = box.dovecot.folder / "mail" / box.user / "Maildir" / "cur"
    owner = folder.stat()
    for number in range(10_000):
        path = folder / f"{number}.x:2,S"
        path.write_bytes(b"From: a@b.test\r\nSubject: alt\r\n\r\nx\r\n")
        os.chown(path, owner.st_uid, owner.st_gid)
    other = Box(box.dovecot, box.desk)
    other.user, other.channel = box.user, box.channel
    with box.desk.database.writing() as session:
        from inbox.models import FolderCursor

        session.query(FolderCursor).delete()
    assert other.fetch() == 0
    other.arrive(1)
    began = time.perf_counter()
    assert other.fetch() == 1
    print(f"one new among 10,000: {time.perf_counter() - began:.2f} s")
    other.check()


def test_the_ledger_counts_and_brings_what_is_missing(box: Box) -> None:
    box.arrive(1, 2, 3, 4)
    box.fetch()
    box.desk.take_in()
    lost = box.desk.all(Intake)[1]
    with box.desk.database.writing() as session:
        # As if it had never been stored.
        session.query(Message).filter(Message.id == lost.message_id).update({Message.fingerprint: "gone"})
        session.delete(session.get_one(Intake, lost.id))
    assert ledger.reconcile(box.desk.database, box.desk.app.blobs, box.desk.channel, box.channel) == 1
    box.desk.take_in()
    assert [row.key for row in box.desk.all(Intake)].count(lost.key) == 1
    (event,) = box.desk.all(Event, Event.action == "mail_was_missing")
    assert (event.data["keys"], event.data["fetched"]) == ([lost.key], 1)
    with box.desk.database.reading() as session:
        inbox = next(one for one in ledger.lines(session) if one.folder == "inbox")
    assert (inbox.on_server, inbox.missing, inbox.received, inbox.shown, inbox.waiting) == (4, 0, 4, 4, 0)
    assert inbox.checked_at is not None
    assert ledger.reconcile(box.desk.database, box.desk.app.blobs, box.desk.channel, box.channel) == 0


def test_what_was_there_before_us_and_what_was_deleted_are_no_loss(dovecot: Dovecot, desk: Desk) -> None:
    box = Box(dovecot, desk)
    box.arrive(1, 2)
    box.fetch()
    box.raws.clear()
    box.arrive(3, 4)
    box.fetch()
    box.desk.take_in()
    with dovecot.client(box.user) as client:
        client.select_folder("INBOX")
        client.add_flags([3], [b"\\Deleted"])
        client.expunge()
    assert ledger.reconcile(desk.database, desk.app.blobs, desk.channel, box.channel) == 0
    with desk.database.reading() as session:
        inbox = next(one for one in ledger.lines(session) if one.folder == "inbox")
    assert (inbox.on_server, inbox.received) == (1, 2)


def test_a_server_that_does_not_answer_leaves_the_figures(desk: Desk) -> None:
    broken = MailChannel(address="info@firm.test", imap_host="127.0.0.1", imap_port=1, imap_security="none", timeout=1)
    with desk.database.writing() as session:
        from inbox.models import FolderCursor

        session.add(FolderCursor(channel_id=desk.channel, folder="inbox", cursor="1:5:2026-01-01", begun="1:1:2026-01-01",
                                 on_server=4, checked_at=datetime(2026, 1, 1, tzinfo=UTC)))  # fmt: skip
    ledger.reconcile_all(desk.database, desk.app.blobs, lambda _number: broken)
    with desk.database.reading() as session:
        (line,) = ledger.lines(session)
    assert (line.on_server, line.checked_at) == (4, datetime(2026, 1, 1, tzinfo=UTC))
