"""The mailbox reader against a real Dovecot."""

import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.base import Batch, ConnectorError
from connectors.mail import imap
from connectors.mail.imap import Mailbox, sender_of
from connectors.mail.login import Login
from tests.parts.dovecot import Dovecot


class Account:
    """One user's mailbox, and the reader under test on it."""

    def __init__(self, dovecot: Dovecot, max_bytes: int = 1_000_000) -> None:
        self.dovecot = dovecot
        self.user = f"u{uuid.uuid4().hex[:12]}"
        self.login = Login("127.0.0.1", dovecot.port, "none", self.user, "secret", timeout=5)
        self.mailbox = Mailbox(self.login, max_bytes)

    def arrive(self, subject: str, folder: str = "INBOX", size: int = 0) -> None:
        self.dovecot.append(self.user, raw(subject, size), folder)

    def fetch(self, cursor: str, role: str = "inbox") -> tuple[list[str], Batch]:
        batch = self.mailbox.fetch(role, cursor)
        return [subject(item.body) for item in batch.items], batch

    def fetch_all(self, cursor: str) -> tuple[list[str], str]:
        subjects: list[str] = []
        more = True
        while more:
            found, batch = self.fetch(cursor)
            subjects, cursor, more = subjects + found, batch.cursor, batch.more
        return subjects, cursor

    def reset_uids(self) -> None:
        """As after a server's restore: all messages get new UIDs under a new UIDVALIDITY."""
        self.mailbox.close()
        folder = self.dovecot.folder / "mail" / self.user / "Maildir"
        for path in folder.glob("dovecot*"):
            path.unlink()
        time.sleep(1.1)  # Dovecot takes the clock's seconds for UIDVALIDITY


def raw(subject: str, size: int = 0) -> bytes:
    return f"From: Anna <anna@cliente.test>\r\nSubject: {subject}\r\n\r\n{'x' * size}\r\n".encode()


def subject(body: bytes) -> str:
    return next(line for line in body.decode().splitlines() if line.startswith("Subject: "))[9:]


@pytest.fixture
def account(dovecot: Dovecot) -> Iterator[Account]:
    made = Account(dovecot)
    yield made
    made.mailbox.close()


@contextmanager
def listening(greeting: bytes = b"") -> Iterator[int]:
    """A port that accepts, greets and then says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held = []

        def accept() -> None:
            try:
                while True:
                    held.append(server.accept()[0])
                    held[-1].sendall(greeting)
            except OSError:
                pass

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        for one in held:
            one.close()


def test_the_first_connection_takes_nothing_old(account: Account) -> None:
    account.arrive("old")
    subjects, batch = account.fetch("")
    assert subjects == []
    account.arrive("new")
    assert account.fetch(batch.cursor)[0] == ["new"]


def test_the_same_cursor_gives_the_same_again(account: Account) -> None:
    cursor = account.fetch("")[1].cursor
    account.arrive("one")
    assert account.fetch(cursor)[1].items == account.fetch(cursor)[1].items


def test_nothing_new_leaves_the_cursor_as_it_was(account: Account) -> None:
    cursor = account.fetch("")[1].cursor
    account.arrive("one")
    batch = account.fetch(cursor)[1]
    assert account.fetch(batch.cursor) == ([], Batch([], batch.cursor))


def test_many_mails_come_in_batches(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "MAX_ITEMS", 3)
    cursor = account.fetch("")[1].cursor
    for number in range(7):
        account.arrive(str(number))
    first, batch = account.fetch(cursor)
    assert (first, batch.more) == (["0", "1", "2"], True)
    assert account.fetch_all(batch.cursor)[0] == ["3", "4", "5", "6"]


def test_a_batch_is_bounded_by_bytes(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "MAX_BYTES", 3_000)
    cursor = account.fetch("")[1].cursor
    for number in range(3):
        account.arrive(str(number), size=2_000)
    assert account.fetch(cursor)[0] == ["0"]
    assert account.fetch_all(cursor)[0] == ["0", "1", "2"]


def test_of_an_oversize_mail_only_the_header_is_fetched(dovecot: Dovecot) -> None:
    account = Account(dovecot, max_bytes=5_000)
    cursor = account.fetch("")[1].cursor
    account.arrive("large", size=20_000)
    item = account.mailbox.fetch("inbox", cursor).items[0]
    assert int(item.meta["oversize"]) > 20_000
    assert len(item.body) < 200
    account.mailbox.close()


def test_after_a_uidvalidity_change_each_mail_comes_once_more_and_then_only_new_ones(account: Account) -> None:
    cursor = account.fetch("")[1].cursor
    account.arrive("one")
    account.arrive("two")
    cursor = account.fetch(cursor)[1].cursor
    account.reset_uids()
    subjects, after = account.fetch_all(cursor)
    assert subjects == ["one", "two"]
    assert after.partition(":")[0] != cursor.partition(":")[0]
    account.arrive("three")
    assert account.fetch_all(after)[0] == ["three"]


def test_a_uidvalidity_change_does_not_bring_what_was_there_before_the_first_connection(account: Account) -> None:
    with account.dovecot.client(account.user) as client:
        client.append("INBOX", raw("ancient"), msg_time=datetime.now(UTC) - timedelta(days=5))
    cursor = account.fetch("")[1].cursor
    account.reset_uids()
    account.arrive("new")
    assert account.fetch_all(cursor)[0] == ["new"]


def test_a_folder_deleted_and_made_again_gives_its_new_mails(dovecot: Dovecot) -> None:
    account = Account(dovecot)
    account.mailbox = Mailbox(account.login, 1_000_000, sent_folder="Inviata")
    with dovecot.client(account.user) as client:
        client.create_folder("Inviata")
        cursor = account.fetch("", "sent")[1].cursor
        account.mailbox.close()
        client.delete_folder("Inviata")
        time.sleep(1.1)
        client.create_folder("Inviata")
    account.arrive("sent again", "Inviata")
    assert account.fetch(cursor, "sent")[0] == ["sent again"]


@pytest.mark.parametrize(
    ("begun", "days"), [("", 30), (str(date(2001, 1, 1)), 30), (str(datetime.now(UTC).date() - timedelta(days=3)), 4)]
)
def test_a_restart_goes_back_a_month_at_most_and_never_before_the_beginning(begun: str, days: int) -> None:
    assert imap._restart_day(begun) == datetime.now(UTC).date() - timedelta(days=days)


def test_nothing_is_marked_as_seen(account: Account) -> None:
    cursor = account.fetch("")[1].cursor
    account.arrive("one")
    account.fetch(cursor)
    account.mailbox.history("inbox", 30, "")
    with account.dovecot.client(account.user) as client:
        client.select_folder("INBOX", readonly=True)
        assert client.search(["UNSEEN"]) == client.search(["ALL"])


def test_the_sent_folder_is_found_by_its_mark(account: Account) -> None:
    assert account.mailbox.folder_name("sent") == "Sent"
    cursor = account.fetch("", "sent")[1].cursor
    account.arrive("mine", "Sent")
    assert account.fetch(cursor, "sent")[0] == ["mine"]


def test_the_receive_time_is_the_servers(account: Account) -> None:
    cursor = account.fetch("")[1].cursor
    moment = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    with account.dovecot.client(account.user) as client:
        client.append("INBOX", raw("dated"), msg_time=moment)
    assert account.fetch(cursor)[1].items[0].received_at == moment


def test_history_brings_old_mails_page_by_page(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "MAX_ITEMS", 2)
    for number in range(3):
        account.arrive(str(number))
    first = account.mailbox.history("inbox", 30, "")
    second = account.mailbox.history("inbox", 30, first.cursor)
    assert [subject(item.body) for item in (*first.items, *second.items)] == ["0", "1", "2"]
    assert (first.more, second.more) == (True, False)


def test_history_and_fetch_give_a_mail_the_same_key(account: Account) -> None:
    cursor = account.fetch("")[1].cursor
    account.arrive("one")
    assert account.mailbox.history("inbox", 30, "").items[0].key == account.fetch(cursor)[1].items[0].key


def test_waiting_ends_within_a_second_of_a_new_mail(account: Account) -> None:
    account.fetch("")
    timer = threading.Timer(0.5, account.arrive, ["new"])
    timer.start()
    began = time.monotonic()
    account.mailbox.wait(10)
    assert 0.3 < time.monotonic() - began < 2.0
    timer.join()


def test_waiting_ends_when_it_is_woken(account: Account) -> None:
    account.fetch("")
    threading.Timer(0.2, account.mailbox.wake).start()
    began = time.monotonic()
    account.mailbox.wait(10)
    assert time.monotonic() - began < 1.5


def test_it_connects_again_after_the_connection_was_lost(account: Account) -> None:
    cursor = account.fetch("")[1].cursor
    assert account.mailbox._client is not None
    account.mailbox._client.shutdown()
    with pytest.raises(ConnectorError):
        account.fetch(cursor)
    account.arrive("later")
    assert account.fetch(cursor)[0] == ["later"]


def fails(**changes: object) -> ConnectorError:
    values = {"host": "127.0.0.1", "port": 1, "security": "none", "user": "u", "password": "secret", "timeout": 1.0}
    with pytest.raises(ConnectorError) as caught:
        Mailbox(Login(**{**values, **changes}), 1000).check()  # type: ignore[arg-type]
    assert "\n" not in caught.value.reason
    assert "secret" not in caught.value.reason
    return caught.value


def test_a_wrong_password_is_told(dovecot: Dovecot) -> None:
    error = fails(port=dovecot.port, password="wrong-one", timeout=8.0)
    assert "refused user name or password" in error.reason
    assert error.permanent
    assert "wrong-one" not in error.reason


def test_a_refused_port_is_told() -> None:
    error = fails()
    assert error.reason == "127.0.0.1:1 refused the connection: check the port, or the server is down"
    assert not error.permanent


def test_an_unknown_host_is_told() -> None:
    assert fails(host="mail.invalid").reason == "no server is known by the name mail.invalid: check its spelling"


def test_an_unverified_certificate_is_told(dovecot: Dovecot) -> None:
    error = fails(port=dovecot.tls_port, security="tls")
    assert "certificate" in error.reason
    assert "could not be verified" in error.reason
    assert error.permanent


def test_its_own_certificate_is_taken_as_ca_file(dovecot: Dovecot) -> None:
    login = Login("127.0.0.1", dovecot.tls_port, "tls", "u", "secret", ca_file=str(dovecot.certificate))
    assert Mailbox(login, 1000).check() == "127.0.0.1 lets us read the inbox (0 messages)"


def test_starttls_works_with_its_own_certificate(dovecot: Dovecot) -> None:
    login = Login("127.0.0.1", dovecot.port, "starttls", "u", "secret", ca_file=str(dovecot.certificate))
    assert "lets us read" in Mailbox(login, 1000).check()


def test_a_certificate_file_that_is_not_there_is_told(dovecot: Dovecot) -> None:
    assert "/nowhere.pem is not there" in fails(port=dovecot.tls_port, security="tls", ca_file="/nowhere.pem").reason


def test_tls_on_a_plain_port_is_told(dovecot: Dovecot) -> None:
    assert "check port and security" in fails(port=dovecot.port, security="tls").reason


@pytest.mark.parametrize("greeting", [b"", b"* OK ready\r\n"])
def test_a_silent_server_is_told(greeting: bytes) -> None:
    with listening(greeting) as port:
        assert fails(port=port, timeout=0.3).reason == f"127.0.0.1:{port} did not answer in time"


@pytest.mark.parametrize(
    ("header", "sender"),
    [
        (b"From: Anna <Anna@Cliente.test>", "anna@cliente.test"),
        (b"From: =?utf-8?q?Anna_Maria_Luisa_Bianchi_Verdi?=\r\n <anna@cliente.test>", "anna@cliente.test"),
        (b"X: 1\nfrom:anna@cliente.test\nTo: x@y.z", "anna@cliente.test"),
        (b"From: nobody", ""),
        (b"", ""),
    ],
)
def test_the_sender_is_found_roughly(header: bytes, sender: str) -> None:
    assert sender_of(header + b"\r\n\r\nFrom: else@where.test") == sender
