"""One IMAP account: nothing is flagged, moved or deleted, and all that is ever added is a copy of what we sent.

RFC 3501; IDLE: RFC 2177; special use: RFC 6154.
"""

import imaplib
import re
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from connectors.base import Batch, RawItem
from connectors.mail.login import Login, as_connector_error, tls_context

MAX_ITEMS = 100
MAX_BYTES = 8_000_000
# After a UIDVALIDITY reset the folder is read again from this far back; known messages are recognised as repeats.
RESTART_DAYS = 30
IDLE_SLICE_SECONDS = 0.5
# RFC 2177: servers may log out a client that idles for half an hour.
IDLE_SECONDS = 25 * 60
INBOX, SENT, FOLDER = "inbox", "sent", "folder:"
_ADDRESS = re.compile(rb"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,255}")


class Mailbox:
    """A connection that is made when needed and made again after any failure. Used by one thread, but for `wake`."""

    def __init__(self, login: Login, max_bytes: int, sent_folder: str = "") -> None:
        self._login = login
        self._max_bytes = max_bytes
        self._sent_folder = sent_folder
        self._client: IMAPClient | None = None
        self._awake = threading.Event()

    def folder_name(self, role: str) -> str:
        """The server's name of a folder role; "" where there is no Sent folder."""
        if role == INBOX:
            return "INBOX"
        if role.startswith(FOLDER):
            return role.removeprefix(FOLDER)
        if self._sent_folder:
            return self._sent_folder
        with self._talking() as client:
            name = client.find_special_folder(b"\\Sent")
        return str(name or "")

    def fetch(self, role: str, cursor: str) -> Batch:
        """The next messages after `cursor` (uidvalidity:uid:day of the first connection)."""
        name = self.folder_name(role)
        if not name:
            return Batch([], cursor)
        with self._talking() as client:
            state = client.select_folder(name, readonly=True)
            validity, next_uid = int(state[b"UIDVALIDITY"]), _next_uid(client, state)
            if not cursor:
                return Batch([], f"{validity}:{next_uid - 1}:{datetime.now(UTC).date()}")
            known_validity, last, begun = (*cursor.split(":"), "")[:3]
            if int(known_validity) != validity:
                uids = sorted(client.search(["SINCE", _restart_day(begun)]))
                last = "0"
            elif next_uid <= int(last) + 1:
                return Batch([], cursor)
            else:
                uids = sorted(uid for uid in client.search(["UID", f"{int(last) + 1}:*"]) if uid > int(last))
            return self._batch(client, role, f"{validity}:{{}}:{begun}", uids, int(last))

    def history(self, role: str, days: int, cursor: str) -> Batch:
        """Back-fill: messages of the last `days` days, page by page by its own cursor."""
        with self._talking() as client:
            name = self.folder_name(role)
            if not name:
                return Batch([], cursor)
            validity = int(client.select_folder(name, readonly=True)[b"UIDVALIDITY"])
            since: date = datetime.now(UTC).date() - timedelta(days=days)
            after = int(cursor.partition(":")[2] or 0)
            uids = sorted(uid for uid in client.search(["SINCE", since]) if uid > after)
            return self._batch(client, role, f"{validity}:{{}}", uids, after)

    def present(self, role: str, begun: str, cursor: str) -> list[str]:
        """The keys of the messages that the folder holds after the cursor `begun` and up to `cursor`."""
        name = self.folder_name(role)
        if not name or not begun or not cursor:
            return []
        known_validity, last, day = (*cursor.split(":"), "")[:3]
        with self._talking() as client:
            validity = int(client.select_folder(name, readonly=True)[b"UIDVALIDITY"])
            if validity != int(known_validity):
                return []  # the next fetch reads the folder anew
            first_validity, first, _ = (*begun.split(":"), "")[:3]
            if int(first_validity) == validity:
                uids = [uid for uid in client.search(["UID", f"{int(first) + 1}:*"]) if uid > int(first)]
            else:
                uids = client.search(["SINCE", _restart_day(day)])
        return [f"{validity}:{uid}" for uid in sorted(uids) if uid <= int(last)]

    def again(self, role: str, keys: Sequence[str]) -> list[RawItem]:
        """These messages once more, at most MAX_ITEMS of them."""
        name = self.folder_name(role)
        with self._talking() as client:
            validity = str(client.select_folder(name, readonly=True)[b"UIDVALIDITY"])
            wanted = [int(uid) for known, _, uid in (key.partition(":") for key in keys) if known == validity]
            sizes = client.fetch(wanted[:MAX_ITEMS], ["RFC822.SIZE"]) if wanted else {}
            return self._items(client, role, validity, [uid for uid in wanted if uid in sizes], sizes)

    def keep(self, external_id: str, content: bytes, at: datetime) -> bool:
        """Add a sent mail to the Sent folder, as read, unless its id is there; True if it was added."""
        name = self.folder_name(SENT)
        if not name:
            return False
        with self._talking() as client:
            client.select_folder(name, readonly=True)
            if client.search(["HEADER", "Message-ID", external_id]):
                return False
            client.append(name, content, flags=[b"\\Seen"], msg_time=at)
        return True

    def wait(self, seconds: float) -> None:
        """IDLE on the folder selected last, or sleep where the server has no IDLE."""
        deadline = time.monotonic() + min(seconds, IDLE_SECONDS)
        if not self._can_idle():
            self._awake.wait(seconds)
            self._awake.clear()
            return
        with self._talking() as client:
            client.idle()
            try:
                while not self._awake.is_set() and time.monotonic() < deadline:
                    if any(
                        line[1] == b"EXISTS" for line in client.idle_check(timeout=IDLE_SLICE_SECONDS) if len(line) > 1
                    ):
                        break
            finally:
                client.idle_done()
        self._awake.clear()

    def wake(self) -> None:
        """Let `wait` return soon."""
        self._awake.set()

    def check(self) -> str:
        """Log in and look at the inbox; one sentence."""
        with self._talking() as client:
            count = client.select_folder("INBOX", readonly=True)[b"EXISTS"]
        return f"{self._login.host} lets us read the inbox ({count} messages)"

    def close(self) -> None:
        """Drop the connection."""
        client, self._client = self._client, None
        if client is not None:
            try:
                client.logout()
            except (OSError, IMAPClientError, imaplib.IMAP4.error):
                pass

    def _can_idle(self) -> bool:
        with self._talking() as client:
            return bool(client.has_capability("IDLE"))

    def _batch(self, client: IMAPClient, role: str, cursor: str, uids: Sequence[int], last: int) -> Batch:
        """The first of `uids`, within both limits; `cursor` is the next cursor with {} for the uid."""
        if not uids:
            return Batch([], cursor.format(last))
        sizes = client.fetch(uids[:MAX_ITEMS], ["RFC822.SIZE"])
        chosen: list[int] = []
        total = 0
        for uid in uids[:MAX_ITEMS]:
            size = int(sizes.get(uid, {}).get(b"RFC822.SIZE", 0))
            if chosen and total + size > MAX_BYTES:
                break
            chosen.append(uid)
            total += size
        items = self._items(client, role, cursor.partition(":")[0], chosen, sizes)
        return Batch(items, cursor.format(chosen[-1]), more=len(uids) > len(chosen))

    def _items(self, client: IMAPClient, role: str, validity: str, uids: Sequence[int], sizes: Any) -> list[RawItem]:
        large = [uid for uid in uids if int(sizes.get(uid, {}).get(b"RFC822.SIZE", 0)) > self._max_bytes]
        whole = [uid for uid in uids if uid not in set(large)]
        got: dict[int, Any] = {}
        if whole:
            got.update(client.fetch(whole, ["BODY.PEEK[]", "INTERNALDATE"]))
        if large:
            got.update(client.fetch(large, ["BODY.PEEK[HEADER]", "INTERNALDATE"]))
        items = []
        for uid in uids:
            if uid not in got:
                continue
            body = got[uid].get(b"BODY[]", got[uid].get(b"BODY[HEADER]")) or b""
            meta = {"folder": role, "lane": sender_of(body, b"to" if role == SENT else b"from")}
            if uid in large:
                meta["oversize"] = str(sizes[uid][b"RFC822.SIZE"])
            received = got[uid].get(b"INTERNALDATE")
            items.append(RawItem(f"{validity}:{uid}", _utc(received), body, meta))
        return items

    @contextmanager
    def _talking(self) -> Iterator[IMAPClient]:
        """The connection; any failure drops it and becomes a sentence a person understands."""
        try:
            if self._client is None:
                self._client = self._connect()
            yield self._client
        except (OSError, IMAPClientError, imaplib.IMAP4.error) as error:
            self._drop()
            raise as_connector_error(error, self._login) from error

    def _connect(self) -> IMAPClient:
        """A connection that is signed in; a token that is refused may just have grown old."""
        if self._login.token is None:
            return self._signed_in("")
        token = self._login.token("")
        try:
            return self._signed_in(token)
        except LoginError:
            return self._signed_in(self._login.token(token))

    def _signed_in(self, token: str) -> IMAPClient:
        login = self._login
        context = tls_context(login)
        timeout = SocketTimeout(login.timeout, login.timeout)
        client = IMAPClient(
            login.host, login.port, ssl=login.security == "tls", ssl_context=context, timeout=timeout
        )  # fmt: skip
        # imaplib formats every body into a debug line that nobody reads at its default level.
        client._imap.debug = 0
        # imapclient sends a search in pieces; each would wait for the last one's receipt, 40 ms.
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.normalise_times = False
        try:
            if login.security == "starttls":
                client.starttls(context)
            if token:
                client.oauth2_login(login.user, token)
            else:
                client.login(login.user, login.password)
        except BaseException:
            client.shutdown()
            raise
        return client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            try:
                client.shutdown()
            except (OSError, IMAPClientError, imaplib.IMAP4.error):
                pass


def _next_uid(client: IMAPClient, state: Any) -> int:
    """The uid the next message will get; from the highest one where the server does not say (RFC 3501 wants it to)."""
    return int(state.get(b"UIDNEXT") or max(client.search(["UID", "*"]), default=0) + 1)


def _restart_day(begun: str) -> date:
    """How far back to read after a reset: never into the time before the first connection, which took nothing old."""
    earliest = datetime.now(UTC).date() - timedelta(days=RESTART_DAYS)
    # A day's grace: the server's calendar need not be ours.
    return max(earliest, date.fromisoformat(begun) - timedelta(days=1)) if begun else earliest


def sender_of(body: bytes, field: bytes = b"from") -> str:
    """The first address of a header field, roughly: only to keep one sender's mails in order."""
    head = body[:65536].split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0]
    # A long header is folded: its next line begins with a blank.
    head = re.sub(rb"\r?\n(?=[ \t])", b"", head)
    for line in head.split(b"\n"):
        if line[: len(field) + 1].lower() == field + b":":
            found = _ADDRESS.search(line[:2000])
            return found[0].decode("ascii", "replace").lower() if found else ""
    return ""


def _utc(moment: datetime | None) -> datetime:
    return moment.astimezone(UTC) if moment and moment.tzinfo else datetime.now(UTC)
