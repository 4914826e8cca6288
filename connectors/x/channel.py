"""The X channel: asked for news at an interval that is chosen, for each message costs; X may call too."""

import re
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from connectors import http
from connectors.base import Address, Attachment, Batch, ConnectorError, Outbound, RawItem, Reading, Sent, WebhookRequest
from connectors.values import Json, text, thing
from connectors.x import cutting, files, hook, sending
from connectors.x.reading import GROUP, OURS, PUBLIC, read_item

if TYPE_CHECKING:
    from connectors.x.api import Api

OFFICIAL = "https://api.twitter.com"
EVENTS = "events"
# Each event of a page is paid for once a day, so the first page is small.
PAGE, FIRST, MOST_PAGES = 100, 5, 20
# Before any post or message.
_NONE = "1"


class XChannel:
    """One account. `key` and `secret` are the app's, `token` and `token_secret` the account's (OAuth 1.0a); `every`:
    minutes between two questions; `mentions`, `directs`: what is asked for."""

    kind: ClassVar[str] = "x"
    pushed_folder: ClassVar[str] = EVENTS

    def __init__(
        self, *, key: str, secret: str, token: str, token_secret: str, every: str | int = 15, mentions: bool = True,
        directs: bool = True, api_base: str = OFFICIAL, seconds: float = http.SECONDS,
    ) -> None:  # fmt: skip
        http.check_url(api_base)
        for name, value in {"key": key, "secret": secret, "token_secret": token_secret}.items():
            if not re.fullmatch(r"[\x21-\x7e]+", value):
                raise ValueError(f"{name}: is one word without spaces, as X shows it")
        if not re.fullmatch(r"\d{1,20}-[\x21-\x7e]+", token, re.ASCII):
            raise ValueError("token: begins with the account's number and -, as X shows it")
        if not re.fullmatch(r"\d{1,4}", str(every)) or not 1 <= int(every) <= 1440:
            raise ValueError("every: minutes, from 1 to 1440")
        self._settings = ((key, secret, token, token_secret), api_base.rstrip("/"), seconds)
        self._secret, self._own = secret, token.partition("-")[0]
        self._mentions, self._directs = mentions, directs
        self._pause = int(every) * 60.0
        self._lock = threading.Lock()
        self._bell = threading.Event()
        self._api: Api | None = None

    def folders(self) -> Sequence[str]:
        """What is fetched and what is brought is the same."""
        return [EVENTS]

    def fetch(self, folder: str, cursor: str) -> Batch:
        """See `Pull`. The cursor is the newest post's number, a comma and the newest message's."""
        post, _, direct = cursor.partition(",")
        posts = self._posts(post) if self._mentions else []
        messages = self._messages(direct) if self._directs else []
        post_now = _newest(posts, post) if self._mentions else post
        direct_now = _newest(messages, direct) if self._directs else direct
        # What was not asked for until now begins now.
        fresh = [*(posts if post else ()), *(messages if direct else ())]
        return Batch(fresh, f"{post_now},{direct_now}")

    def pause(self) -> float:
        """See `Paced`."""
        return self._pause

    def wait(self, seconds: float) -> None:
        """See `Pull`."""
        self._bell.wait(seconds)
        self._bell.clear()

    def wake(self) -> None:
        """See `Pull`."""
        self._bell.set()

    def close(self) -> None:
        """See `Pull`; a later call begins anew."""
        self.wake()
        with self._lock:
            api, self._api = self._api, None
        if api:
            api.close()

    def accept(self, request: WebhookRequest) -> Sequence[RawItem]:
        """See `Push`: a call of the Account Activity API."""
        hook.check(request, self._secret)
        try:
            return cutting.of_call(request.body, self._own)
        except (ValueError, RecursionError):
            raise ConnectorError("A call that cannot be read", permanent=True) from None

    def challenge(self, request: WebhookRequest) -> str:
        """See `Challenged`."""
        return hook.challenge(request, self._secret)

    def read(self, raw: RawItem) -> Sequence[Reading]:
        """What an item says."""
        return read_item(raw)

    def send(self, message: Outbound, committing: Callable[[], None]) -> Sent:
        """Answer the post that `in_reply_to` names, for everybody, where `thread_key` is that of a public talk; else,
        or where `private`, write directly. What is too long is sent in several, each post under the one before.

        The provider's id is that of the first. X knows no repeat: a failure in doubt is `uncertain`.
        """
        if not message.to:
            raise ConnectorError("Nobody to send to", permanent=True)
        is_open = message.thread_key.startswith(PUBLIC) and not message.private
        words = message.text.strip()
        pieces = sending.posts(words) if is_open else sending.directs(words)
        sending.check(message, pieces)
        group = message.thread_key.removeprefix(GROUP) if message.thread_key.startswith(GROUP) else ""
        about = sending.number(message.in_reply_to if is_open else group or message.to[0].address)
        committing()
        sent: list[str] = []
        for piece in pieces:
            try:
                sent.append(
                    self._post(piece, sent[-1] if sent else about) if is_open else self._write(piece, about, group)
                )
            except ConnectorError as error:
                if not sent:
                    raise
                told = f"Only {len(sent)} of {len(pieces)} parts were sent. {error.reason}"
                raise ConnectorError(told, uncertain=True, code=error.code) from None
        return Sent(sent[0])

    def check(self) -> Sequence[str]:
        """Ask X who the account is; one question is paid for."""
        return [f"The account {self.address()} answers"]

    def address(self) -> str:
        """The account's name with its @."""
        found = thing(self._open().ask(lambda client: client.get_me(user_auth=True)).get("data"))
        if text(found.get("id")) != self._own:
            raise ConnectorError("X did not say whose the keys are")
        return f"@{text(found.get('username'))}"

    def profile(self, person_id: str) -> Address:
        """See `Named`; each question is paid for."""
        number = sending.number(person_id)
        found = thing(self._open().ask(lambda client: client.get_user(id=number, user_auth=True)).get("data"))
        if not found:
            raise ConnectorError("X does not tell who this is", permanent=True)
        return Address(person_id, f"{text(found.get('name'))} (@{text(found.get('username'))})")

    def fetch_file(self, file_id: str, most: int) -> Attachment:
        """See `KeepsFiles`: the id is the file's address."""
        return files.fetch(file_id, most)

    def _post(self, words: str, about: str) -> str:
        made = self._open().ask(
            lambda client: client.create_tweet(text=words, in_reply_to_tweet_id=about, user_auth=True)
        )
        return _named(text(thing(made.get("data")).get("id")))

    def _write(self, words: str, to: str, group: str) -> str:
        where = {"dm_conversation_id": to} if group else {"participant_id": to}
        made = self._open().ask(lambda client: client.create_direct_message(text=words, user_auth=True, **where))
        return f"{OURS}{_named(text(thing(made.get('data')).get('dm_event_id')))}"

    def _posts(self, since: str) -> list[RawItem]:
        """The posts after `since`, the oldest first; without it the newest few."""
        found: list[RawItem] = []
        page: Json = {}
        for _page in range(MOST_PAGES if since else 1):
            page = self._open().mentions(self._own, since, PAGE if since else FIRST, _next(page))
            found += cutting.of_page(page, cutting.POST, self._own)
            if not _next(page):
                break
        return found[::-1]

    def _messages(self, since: str) -> list[RawItem]:
        """The direct messages after `since`, the oldest first; X cannot be asked for those alone."""
        found: list[RawItem] = []
        page: Json = {}
        for _page in range(MOST_PAGES if since else 1):
            page = self._open().directs(PAGE if found else FIRST, _next(page))
            some = cutting.of_page(page, cutting.DIRECT, self._own)
            fresh = [one for one in some if not since or _rank(one) > int(since)]
            found += fresh
            if len(fresh) < len(some) or not _next(page):
                break
        return found[::-1]

    def _open(self) -> "Api":
        from connectors.x.api import Api

        with self._lock:
            if self._api is None:
                self._api = Api(*self._settings)
            return self._api


def _next(page: Json) -> str:
    return text(thing(page.get("meta")).get("next_token"))


def _rank(item: RawItem) -> int:
    number = item.key.rpartition(":")[2]
    return int(number) if number.isascii() and number.isdigit() else 0


def _newest(items: Sequence[RawItem], before: str) -> str:
    return str(max([int(before or _NONE), *map(_rank, items)]))


def _named(number: str) -> str:
    if not number:
        raise ConnectorError("X took it and did not name it", uncertain=True)
    return number
