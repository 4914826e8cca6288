"""The Telegram channel: the bot by which colleagues are told. That for customers builds on it (`customers`)."""

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from connectors.base import Batch, ConnectorError, Outbound, RawItem, Reading, Sent, WebhookRequest
from connectors.telegram import hook
from connectors.telegram.reading import KINDS, read_item
from connectors.telegram.text import first, styled

if TYPE_CHECKING:
    from connectors.telegram.api import Api

OFFICIAL = "https://api.telegram.org"
_LIMIT = 100
_LONGEST_POLL = 50
_PRESS_UNITS = 200


class TelegramChannel:
    """One bot, read by getUpdates (https://core.telegram.org/bots/api#getupdates) or, with a webhook, by being called.

    `token` is what @BotFather gave; timeouts are seconds; `webhook_secret` (1-256 of A-Z a-z 0-9 _ -) is what Telegram
    then shows. What `read` gives is told in `reading`.
    """

    kind: ClassVar[str] = "telegram"
    pushed_folder: ClassVar[str] = "updates"
    # Whether each part of what is sent names the message that it answers, or the first alone.
    _answers_with_all: ClassVar[bool] = False

    def __init__(
        self,
        token: str,
        *,
        api_base: str = OFFICIAL,
        connect_timeout: float = 10,
        read_timeout: float = 20,
        webhook_secret: str = "",
    ) -> None:
        if not re.fullmatch(r"\d+:[\w-]+", token, re.ASCII):
            raise ValueError("The Telegram token is digits, a colon and letters, as @BotFather gave it")
        if urlsplit(api_base).scheme not in ("http", "https"):
            raise ValueError("The address of the Bot API begins with https://")
        if webhook_secret and not hook.SECRET.fullmatch(webhook_secret):
            raise ValueError("The webhook's secret is 1 to 256 letters, digits, _ and -")
        self._secret = webhook_secret
        self._settings = (token, api_base.rstrip("/"), connect_timeout, read_timeout)
        self._lock = threading.Lock()
        self._api: Api | None = None
        self._offset: int | None = None
        self._polling: Future[list[bytes]] | None = None
        self._woken = False
        self._bell = threading.Event()

    def folders(self) -> Sequence[str]:
        """A bot has one queue; with a webhook there is nothing to ask for."""
        return [] if self._secret else [self.pushed_folder]

    def fetch(self, folder: str, cursor: str) -> Batch:
        """What waits from `cursor` on; handing a cursor in confirms all before it. Unlike mail, "" takes what waits:
        a person has pressed Start."""
        from connectors.telegram.api import outcome

        self._offset = int(cursor) if cursor else None
        bodies = outcome(self._open().poll(self._offset, limit=_LIMIT, timeout=0, kinds=KINDS))
        now = datetime.now(UTC)
        items = [item for item in (hook.raw_item(body, now) for body in bodies) if item is not None]
        if len(items) < len(bodies):
            raise ConnectorError("Telegram sent an update without its number")
        # The last id, not the highest: after a quiet week Telegram may go on from a lower number.
        return Batch(items, str(int(items[-1].key) + 1) if items else cursor, more=len(items) >= _LIMIT)

    def wait(self, seconds: float) -> None:
        """Long-poll from the offset last handed in, so that it confirms nothing new; the answer is thrown away."""
        if self._secret:
            self._bell.wait(seconds)
            self._bell.clear()
            return
        from connectors.telegram.api import outcome

        with self._lock:
            if self._woken:
                self._woken = False
                return
            held = max(1, min(int(seconds), _LONGEST_POLL))
            polling = self._polling = self._opened().poll(self._offset, limit=1, timeout=held, kinds=KINDS)
        try:
            outcome(polling, timeout=seconds if seconds < 1 else seconds + self._settings[3] + 5)
        except (CancelledError, TimeoutError):
            polling.cancel()
        finally:
            with self._lock:
                self._polling, self._woken = None, False

    def wake(self) -> None:
        """End the wait of another thread, or the next one if none runs."""
        self._bell.set()
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

        `buttons` are rows of (label, callback data of at most 64 bytes, or an http address), under the last text. The
        provider's id is "chat:message" of the first. A failure after the first part is `uncertain`: repeating would
        double it.
        """
        if not message.to:
            raise ConnectorError("Nobody to send to", permanent=True)
        parts = styled(message.text, message.styles)
        if not parts and not message.attachments:
            raise ConnectorError("Telegram sends no empty message", permanent=True)
        api = self._open()
        from connectors.telegram.sending import deliver

        chat, answered = message.to[0].address, _number(message.in_reply_to)
        committing()
        work = deliver(chat, parts, message, answered, each=self._answers_with_all)
        return Sent(f"{chat}:{api.call(work, sending=True)}")

    def edit(self, provider_id: str, message: Outbound) -> None:
        """See `Chat`. `provider_id` is "chat:message"; a text that is too long is cut."""
        chat, number = provider_id.rpartition(":")[0], _number(provider_id)
        parts = styled(message.text, message.styles)
        if not chat or not number or not parts:
            raise ConnectorError("Telegram edits only a known message, and never to nothing", permanent=True)
        api = self._open()
        from connectors.telegram.sending import change

        api.call(change(chat, number, parts[0], message.buttons))

    def answer_press(self, press_id: str, text: str = "", *, alert: bool = False) -> None:
        """See `Chat`. Up to 200 units of `text` are shown; a press that is too old to be answered is no error."""
        api = self._open()
        from connectors.telegram.sending import answer

        api.call(answer(press_id, first(text, _PRESS_UNITS), alert))

    def download(self, file_id: str) -> bytes:
        """See `Chat`. Telegram gives at most 20 MB."""
        api = self._open()
        from connectors.telegram.files import download

        return api.call(lambda bot: download(bot, file_id))

    def accept(self, request: WebhookRequest) -> Sequence[RawItem]:
        """See `Push`. One update a call, with the key that it has in the queue."""
        return hook.accept(self._secret, request)

    def set_webhook(self, url: str) -> None:
        """See `Called`. Telegram calls https addresses only; a Bot API server of one's own takes http too."""
        if self._settings[1] == OFFICIAL and not url.startswith("https://"):
            raise ConnectorError(hook.NOT_HTTPS, permanent=True)
        self._open().call(lambda bot: hook.begin(bot, url, self._secret))

    def remove_webhook(self) -> None:
        """See `Called`."""
        self._open().call(lambda bot: bot.delete_webhook())

    def set_commands(self, commands: Mapping[str, Mapping[str, str]]) -> None:
        """See `Commanded`."""
        api = self._open()
        for language, described in commands.items():
            listed = list(described.items())
            api.call(lambda bot, listed=listed, code=language: bot.set_my_commands(listed, language_code=code or None))  # type: ignore[misc]

    def check(self) -> Sequence[str]:
        """Ask the bot for its name, and whether Telegram calls us where it should."""
        calls = self.check_calls()
        return [f"Telegram bot {self.address()} answers", *([calls] if calls else [])]

    def check_calls(self) -> str:
        """See `Called`."""
        return self._open().call(hook.look) if self._secret else ""

    def address(self) -> str:
        """The bot's own name with its @, as deep links need it."""
        me = self._open().call(lambda bot: bot.get_me())
        return f"@{me.username}"

    def _open(self) -> "Api":
        with self._lock:
            return self._opened()

    def _opened(self) -> "Api":
        from connectors.telegram.api import Api

        if self._api is None:
            self._api = Api(*self._settings)
        return self._api


def _number(message_id: str) -> int | None:
    """The message's number in "chat:message" or "message"; None for anything else."""
    number = message_id.rpartition(":")[2]
    return int(number) if number.isdecimal() else None
