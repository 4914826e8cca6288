"""The Mastodon channel: mentions of an account and direct posts to it, asked for page by page."""

import functools
import re
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from connectors import http
from connectors.base import Attachment, Batch, ConnectorError, Outbound, RawItem, Reading, Sent
from connectors.mastodon import files
from connectors.mastodon.cutting import item
from connectors.mastodon.reading import NOTIFICATIONS, POSTS, read_item
from connectors.values import Json, text, thing

if TYPE_CHECKING:
    from connectors.mastodon.api import Api, Us
    from connectors.mastodon.streaming import Hints

PAGE = 40
# The server knows a post by its Idempotency-Key for an hour.
KNOWN_SECONDS = 55 * 60.0
PROCESSING_SECONDS = 10.0
_MOST_KEPT = 200


class MastodonChannel:
    """One account. `server` is the address of its server, with or without https://; `token` is an access token that one
    of the account's applications shows.

    Both folders are read forwards by `min_id` (https://docs.joinmastodon.org/api/guidelines/#pagination).
    """

    kind: ClassVar[str] = "mastodon"

    def __init__(self, *, server: str, token: str, seconds: float = http.SECONDS) -> None:
        server = server if "://" in server else f"https://{server}"
        http.check_url(server)
        if not re.fullmatch(r"[\x21-\x7e]+", token):
            raise ValueError("token: is one word without spaces, as Mastodon shows it")
        self._settings = (server.rstrip("/"), token, seconds)
        self._lock = threading.Lock()
        self._bell = threading.Event()
        self._api: Api | None = None
        self._us: Us | None = None
        self._hints: Hints | None = None
        # By our own names: since when it is not known whether an answer was posted; files that were left there.
        self._doubts: dict[str, float] = {}
        self._left: dict[str, str] = {}

    def folders(self) -> Sequence[str]:
        """What others wrote to us, and our own posts, for an answer may be given there too."""
        return [NOTIFICATIONS, POSTS]

    def fetch(self, folder: str, cursor: str) -> Batch:
        """See `Pull`. The cursor is the newest item's id."""
        api, us = self._open(), self._who()
        query: dict[str, Any] = {"limit": PAGE if cursor else 1}
        if folder == NOTIFICATIONS:
            # Those that the account's filters keep back as well: strangers are what customers are at first.
            path, query["include_filtered"] = "/api/v1/notifications", "true"
            query["types[]"] = ["mention", "update"]
        else:
            path, query["exclude_reblogs"] = f"/api/v1/accounts/{us.number}/statuses", "true"
        found = api.pages(path, **query, **({"min_id": cursor} if cursor else {}))
        items = [item(body, folder, us, api) for body in reversed(found)]
        # Ids grow, and so do their digits; a page that is out of order moves nothing back.
        newest = max([cursor or "0", *(one.key for one in items)], key=lambda key: (len(key), key))
        return Batch(items if cursor else [], newest, more=len(found) >= PAGE and newest != cursor)

    def wait(self, seconds: float) -> None:
        """See `Pull`. The stream rings earlier, where there is one."""
        from connectors.mastodon.streaming import Hints

        with self._lock:
            hints = self._hints = self._hints or Hints(self._bell.set)
        hints.listen(self._open().client)
        self._bell.wait(seconds)
        self._bell.clear()

    def wake(self) -> None:
        """See `Pull`."""
        self._bell.set()

    def close(self) -> None:
        """See `Pull`; a later call begins anew."""
        self.wake()
        with self._lock:
            api, hints, self._api, self._hints = self._api, self._hints, None, None
        if hints:
            hints.close()
        if api:
            api.close()

    def read(self, raw: RawItem) -> Sequence[Reading]:
        """What an item says."""
        return read_item(raw)

    def send(self, message: Outbound, committing: Callable[[], None]) -> Sent:
        """Answer the post that `in_reply_to` names, as openly as it was written; directly where the talk is, or where
        `private`. What is too long is a post that answers the one before. The provider's id is the first one's.

        Each post has an Idempotency-Key, so that whatever went wrong may be tried again for an hour
        (https://docs.joinmastodon.org/methods/statuses/#headers); only later a failure is `uncertain`.
        """
        from connectors.mastodon import sending

        if not message.to:
            raise ConnectorError("Nobody to send to", permanent=True)
        name = message.external_id
        if time.monotonic() - self._doubts.get(name, time.monotonic()) > KNOWN_SECONDS:
            self._doubts.pop(name)
            told = "It is not known whether it was posted: please look at the account before it is sent again"
            raise ConnectorError(told, uncertain=True)
        us, about = self._who(), sending.answered(message)
        question = self._post(about) if about else {}
        media = [[self._leave(one, name) for one in some] for some in sending.groups(message.attachments, us)]
        posts = sending.posts(message, question, media, us)
        committing()
        return Sent(self._publish(name, posts, about if question else ""))

    def check(self) -> Sequence[str]:
        """See `Connector`: the account, and whether notifications can be read; nothing is posted."""
        with self._lock:
            self._us = None
        us = self._who()
        self._open().pages("/api/v1/notifications", limit=1)
        return [f"The account {us.address} answers", f"Posts have up to {us.longest} signs"]

    def address(self) -> str:
        """The account, as everybody calls it."""
        return self._who().address

    def fetch_file(self, file_id: str, most: int) -> Attachment:
        """See `KeepsFiles`: the id is the file's address."""
        return files.fetch(file_id, self._settings[0], self._who().hosts, most)

    def _publish(self, name: str, posts: Sequence[Any], about: str) -> str:
        """Post all, each under the one before; the first one's id."""
        sent: list[str] = []
        for one in posts:
            fields = one.fields(sent[-1] if sent else about)
            try:
                found = thing(self._open().ask(functools.partial(_put, fields)))
                if not text(found.get("id")):
                    raise ConnectorError("Mastodon took a post and did not name it", uncertain=True)
            except ConnectorError as error:
                raise self._doubtful(name, error, len(sent), len(posts)) from None
            sent.append(text(found["id"]))
        self._doubts.pop(name, None)
        return sent[0]

    def _doubtful(self, name: str, error: ConnectorError, sent: int, of: int) -> ConnectorError:
        """The error, to be tried again as long as the server knows what it has posted."""
        if error.permanent:
            told = f"Only {sent} of {of} parts were posted. {error.reason}"
            return ConnectorError(told, uncertain=True, code=error.code) if sent else error
        if sent or error.uncertain:
            self._doubts[name] = self._doubts.get(name, time.monotonic())
            _bounded(self._doubts)
        return ConnectorError(error.reason, retry_after=error.retry_after, code=error.code)

    def _post(self, number: str) -> Json:
        """A post as it is now; nothing where it is gone."""
        try:
            return thing(self._open().ask(lambda client: client.status(number)))
        except ConnectorError as error:
            if error.code == "gone":
                return {}
            raise _plain(error) from None

    def _leave(self, file: Attachment, name: str) -> str:
        """Leave a file there, once; its id. Raises ConnectorError, to be tried again while it is being converted
        (https://docs.joinmastodon.org/methods/media/#v2)."""
        mark = f"{name}\0{file.filename}\0{len(file.content)}"
        kind = file.content_type.partition(";")[0].strip()
        try:
            if mark in self._left:
                found = thing(self._open().ask(lambda client: client.media(self._left[mark])))
            else:
                upload = {"mime_type": kind, "file_name": file.filename or "file"}
                found = thing(self._open().ask(lambda client: client.media_post(file.content, **upload), slowly=True))
        except ConnectorError as error:
            self._left.pop(mark, None)
            raise _plain(error) from None
        if not text(found.get("id")):
            raise ConnectorError("Mastodon took a file and did not name it")
        if not text(found.get("url")):
            self._left[mark] = text(found["id"])
            _bounded(self._left)
            raise ConnectorError("Mastodon still converts a file", retry_after=PROCESSING_SECONDS)
        return text(found["id"])

    def _who(self) -> "Us":
        us = self._us
        if us is None:
            us = self._us = self._open().us()
        return us

    def _open(self) -> "Api":
        from connectors.mastodon.api import Api

        with self._lock:
            if self._api is None:
                self._api = Api(*self._settings)
            return self._api


def _put(fields: dict[str, Any], client: Any) -> Any:
    return client.status_post(**fields)


def _plain(error: ConnectorError) -> ConnectorError:
    """The error of what may be done twice."""
    return ConnectorError(
        error.reason, permanent=error.permanent, retry_after=error.retry_after, code=error.code
    )  # fmt: skip


def _bounded(kept: dict[str, Any]) -> None:
    while len(kept) > _MOST_KEPT:
        kept.pop(next(iter(kept)))
