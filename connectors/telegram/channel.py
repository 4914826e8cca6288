"""The Telegram channel: for customers who write to a bot, and for colleagues who are told by one."""

import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from connectors.base import Batch, ConnectorError, Outbound, RawItem, Reading, Sent
from connectors.telegram.reading import KINDS, occurred_at, parse, read_item
from connectors.telegram.text import clean, cut

if TYPE_CHECKING:
    from connectors.telegram.api import Api

_LIMIT = 100
_LONGEST_POLL = 50
Buttons = Sequence[Sequence[tuple[str, str]]]


class TelegramChannel:
    """One bot, read by getUpdates (https://core.telegram.org/bots/api#getupdates).

    `token` is what @BotFather gave; timeouts are seconds. `read` gives: `external_id` "chat:message" (a press:
    "callback:id"; an edited message keeps its id and has the fact "edited"), `thread_key` the chat.
    """

    kind: ClassVar[str] = "telegram"

    def __init__(
        self,
        token: str,
        *,
        api_base: str = "https://api.telegram.org",
        connect_timeout: float = 10,
        read_timeout: float = 20,
    ) -> None:
        if not re.fullmatch(r"\d+:[\w-]+", token, re.ASCII):
            raise ValueError("The Telegram token is digits, a colon and letters, as @BotFather gave it")
        if urlsplit(api_base).scheme not in ("http", "https"):
            raise ValueError("The address of the Bot API begins with https://")
        self._settings = (token, api_base.rstrip("/"), connect_timeout, read_timeout)
        self._lock = threading.Lock()
        self._api: Api | None = None
        self._offset: int | None = None
        self._polling: Future[list[bytes]] | None = None
        self._woken = False

    def folders(self) -> Sequence[str]:
        """A bot has one queue."""
        return ["updates"]

    def fetch(self, folder: str, cursor: str) -> Batch:
        """What waits from `cursor` on; handing a cursor in confirms all before it. Unlike mail, "" takes what waits:
        a person has pressed Start."""
        from connectors.telegram.api import outcome

        self._offset = int(cursor) if cursor else None
        bodies = outcome(self._open().poll(self._offset, limit=_LIMIT, timeout=0, kinds=KINDS))
        items, now = [], datetime.now(UTC)
        for body in bodies:
            update = parse(body)
            if not isinstance(update.get("update_id"), int):
                raise ConnectorError("Telegram sent an update without its number")
            items.append(RawItem(str(update["update_id"]), occurred_at(update) or now, body))
        # The last id, not the highest: after a quiet week Telegram may go on from a lower number.
        return Batch(items, str(int(items[-1].key) + 1) if items else cursor, more=len(items) >= _LIMIT)

    def wait(self, seconds: float) -> None:
        """Long-poll from the offset last handed in, so that it confirms nothing new; the answer is thrown away."""
        from connectors.telegram.api import outcome

        api = self._open()
        with self._lock:
            if self._woken:
                self._woken = False
                return
            held = max(1, min(int(seconds), _LONGEST_POLL))
            polling = self._polling = api.poll(self._offset, limit=1, timeout=held, kinds=KINDS)
        try:
            outcome(polling, timeout=seconds if seconds < 1 else seconds + self._settings[3] + 5)
        except (CancelledError, TimeoutError):
            polling.cancel()
        finally:
            with self._lock:
                self._polling, self._woken = None, False

    def wake(self) -> None:
        """End the wait of another thread, or the next one if none runs."""
        with self._lock:
            self._woken = True
            if self._polling:
                self._polling.cancel()

    def close(self) -> None:
        """End the thread and its connections; a later call begins anew."""
        self.wake()
        with self._lock:
            api, self._api = self._api, None
            self._woken = False
        if api:
            api.close()

    def read(self, raw: RawItem) -> Sequence[Reading]:
        """What an update says."""
        return read_item(raw)

    def send(self, message: Outbound, committing: Callable[[], None]) -> Sent:
        """Send as plain text, in several messages where it is longer than 4096 units, then its files.

        `buttons` are rows of (label, callback data of at most 64 bytes, or an http address), under the last text.
        The provider's id is "chat:message" of the first. A failure after the first part is `uncertain`: repeating would
        double it.
        """
        if not message.to:
            raise ConnectorError("Nobody to send to", permanent=True)
        parts = cut(message.text)
        if not parts and not message.attachments:
            raise ConnectorError("Telegram sends no empty message", permanent=True)
        api = self._open()
        from connectors.telegram.sending import deliver

        chat, answered = message.to[0].address, _number(message.in_reply_to)
        committing()
        work = deliver(chat, parts, message.attachments, message.buttons, answered)
        return Sent(f"{chat}:{api.call(work, sending=True)}")

    def edit(self, provider_id: str, text: str, buttons: Buttons = ()) -> None:
        """Replace text and buttons of a message we sent ("chat:message"); no change is no error. May be repeated."""
        chat, number, parts = provider_id.rpartition(":")[0], _number(provider_id), cut(text)
        if not chat or not number or not parts:
            raise ConnectorError("Telegram edits only a known message, and never to nothing", permanent=True)
        api = self._open()
        from connectors.telegram.sending import change

        api.call(change(chat, number, parts[0], buttons))

    def answer_press(self, callback_id: str, text: str = "") -> None:
        """End the waiting sign on a pressed button; `text` (up to 200 characters) is shown for a moment."""
        self._open().call(lambda bot: bot.answer_callback_query(callback_id, clean(text)[:200] or None))

    def check(self) -> Sequence[str]:
        """Ask the bot for its name."""
        return [f"Telegram bot {self.address()} answers"]

    def address(self) -> str:
        """The bot's own name with its @, as deep links need it."""
        me = self._open().call(lambda bot: bot.get_me())
        return f"@{me.username}"

    def _open(self) -> "Api":
        from connectors.telegram.api import Api

        with self._lock:
            if self._api is None:
                self._api = Api(*self._settings)
            return self._api


def _number(message_id: str) -> int | None:
    """The message's number in "chat:message" or "message"; None for anything else."""
    number = message_id.rpartition(":")[2]
    return int(number) if number.isdecimal() else None
