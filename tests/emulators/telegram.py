"""An emulator of the Telegram Bot API: a real HTTP server on 127.0.0.1, with scripted people and scripted faults.

    with TelegramEmulator() as bot_api:
        bot_api.user_says(42, "Buongiorno")
        channel = TelegramChannel(bot_api.token, api_base=bot_api.url)

Rules of https://core.telegram.org/bots/api; what a real server adds (an offset far off the queue starts at its head,
a new poll ends the old one with 409) follows its published source. Every call is judged by the specification when
there is one: see `violations` and `checked`.
"""

import itertools
import json
import os
import random
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.emulators.telegram_http import Answer, Server, Upload
from tests.emulators.telegram_methods import BOT, DEFAULT_KINDS, METHODS, Refused
from tests.emulators.telegram_spec import TelegramSpec

CORPORA = Path(os.environ.get("CORPORA") or Path(__file__).parents[2] / "../shared/corpora")
SPEC = CORPORA / "specs/telegram-bot-api.min.json"
TOKEN = "7000000001:TEST-token_for-the-emulator0000000"
SHOWS = {"sendMessage", "sendDocument", "sendPhoto", "editMessageText", "deleteMessage", "answerCallbackQuery"}
Json = dict[str, Any]


@dataclass
class Fault:
    """What happens to a call instead of its answer. `handled`: the call is carried out first."""

    answer: Answer | None = None
    handled: bool = False
    delay: float = 0


class TelegramEmulator:
    """One bot. `sent` holds every call that showed something: (method, parameters); `calls` every call at all.

    Without a specification (`spec=None`, or no such file) everything still works, and `checked` is False.
    `conflicts` counts polls that a newer one ended. Any numbered chat may be written to.
    """

    def __init__(self, token: str = TOKEN, spec: str | Path | None = SPEC) -> None:
        self.token = token
        self.spec = TelegramSpec(Path(spec)) if spec and Path(spec).exists() else None
        self.checked = self.spec is not None
        self.violations: list[str] = []
        self.calls: list[tuple[str, Json]] = []
        self.sent: list[tuple[str, Json]] = []
        self.conflicts = 0
        self.chats: dict[int, dict[int, Json]] = defaultdict(dict)
        self.pressed: set[str] = set()
        self.files: dict[str, tuple[str, Upload]] = {}
        self.blocked_by: set[int] = set()
        self.webhook: Json = {}
        self.kinds = DEFAULT_KINDS
        self.news = threading.Condition()
        self.closing = False
        self.poll_number = 0
        self.message_ids = itertools.count(1)
        self._queue: list[tuple[int, Json]] = []
        self._next_update = random.randint(100_000_000, 900_000_000)
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)

    def __enter__(self) -> "TelegramEmulator":
        self._server = Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="bot-api", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        with self.news:
            self.closing = True
            self.news.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    # People

    def user_says(self, chat_id: int, text: str, *, reply_to: int | None = None, **extra: Any) -> Json:
        """A person writes to the bot in private; `extra` are fields of the message. Gives the message."""
        content: Json = {"text": text} if text else {}
        if text.startswith("/"):
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        if reply_to is not None:
            replied = self.chats[chat_id].get(reply_to)
            if replied is not None:
                content["reply_to_message"] = {k: v for k, v in replied.items() if k != "reply_to_message"}
        with self.news:
            message = self.new_message(chat_id, person(chat_id), content | extra)
            self._push("message", message)
        return message

    def user_edits(self, chat_id: int, message_id: int, text: str) -> None:
        """A person changes a message."""
        with self.news:
            message = self.chats[chat_id][message_id]
            message |= {"text": text, "edit_date": int(time.time())}
            self._push("edited_message", dict(message))

    def user_sends_file(self, chat_id: int, upload: Upload, caption: str = "") -> Json:
        """A person sends a document; getFile and the download give its bytes."""
        document = self.keep_file(upload)
        extra: Json = {"document": document} | ({"caption": caption} if caption else {})
        return self.user_says(chat_id, "", **extra)

    def user_presses(self, chat_id: int, message_id: int, data: str) -> str:
        """A person presses a button under a message of the bot; it must be there. Gives the press's id."""
        with self.news:
            message = self.chats[chat_id][message_id]
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            assert any(button.get("callback_data") == data for row in rows for button in row), f"no button {data!r}"
            press = str(random.getrandbits(62))
            self.pressed.add(press)
            found = {"id": press, "from": person(chat_id), "message": message, "chat_instance": "1", "data": data}
            self._push("callback_query", found)
        return press

    def user_blocks(self, chat_id: int) -> None:
        """A person blocks the bot: sends are refused from now on, and the bot is told."""
        with self.news:
            self.blocked_by.add(chat_id)
            old = {"status": "member", "user": BOT}
            new = {"status": "kicked", "user": BOT, "until_date": 0}
            base = {"chat": private_chat(chat_id), "from": person(chat_id), "date": int(time.time())}
            self._push("my_chat_member", base | {"old_chat_member": old, "new_chat_member": new})

    def push(self, update: Json) -> int:
        """Any update, e.g. a recorded one; gets our next number."""
        (kind,) = [name for name in update if name != "update_id"]
        with self.news:
            return self._push(kind, update[kind], forced=True)

    def jump(self, to: int | None = None) -> None:
        """Go on from another number, as Telegram does after a week without updates."""
        with self.news:
            self._next_update = random.randint(1, 2**30) if to is None else to

    # What there is to see

    def messages(self, chat_id: int) -> list[Json]:
        """The bot's messages that the person sees now, in order."""
        with self.news:
            return [m for m in self.chats[chat_id].values() if m["from"]["is_bot"]]

    def texts(self, chat_id: int) -> list[str]:
        """The texts of `messages`."""
        return [m.get("text", "") for m in self.messages(chat_id)]

    @property
    def pending(self) -> list[int]:
        """Numbers of the updates that nobody has confirmed."""
        with self.news:
            return [number for number, _ in self._queue]

    # Faults

    def fail(
        self,
        method: str,
        status: int,
        description: str = "",
        *,
        retry_after: int = 0,
        times: int = 1,
        handled: bool = False,
        page: bytes | None = None,
    ) -> None:
        """The next `times` calls of the method answer so; `page` is a gateway's answer that is no JSON."""
        words = {403: "Forbidden: bot was blocked by the user", 429: f"Too Many Requests: retry after {retry_after}"}
        told = description or words.get(status, "Internal Server Error")
        answer = Answer.error(status, told, **({"retry_after": retry_after} if retry_after else {}))
        if page is not None:
            answer = Answer(status, page, "text/html")
        self._faults[method].extend(Fault(answer, handled) for _ in range(times))

    def drop(self, method: str, *, handled: bool = False, times: int = 1) -> None:
        """The next calls find their connection closed, before or after they were carried out."""
        self._faults[method].extend(Fault(Answer(0, b"", drop=True), handled) for _ in range(times))

    def delay(self, method: str, seconds: float, *, handled: bool = True) -> None:
        """The next call is carried out at once and answered late."""
        self._faults[method].append(Fault(None, handled, seconds))

    # The server's side

    def handle(self, path: str, params: Json, files: dict[str, Upload]) -> Answer:
        """One call: who, what, is it allowed, is it scripted to fail, and then what it does."""
        bot, _, method = path.lstrip("/").partition("/")
        if bot != f"bot{self.token}":
            return Answer.error(401, "Unauthorized") if bot.startswith("bot") else Answer.error(404, "Not Found")
        self.calls.append((method, params))
        if self.spec and (wrong := self.spec.problems(method, params, set(files))):
            self.violations.extend(wrong)
            return Answer.error(400, f"Bad Request: {wrong[0]}")
        if method not in METHODS:
            return self.refuse(f"{method} is not emulated", 404)
        fault = self._faults[method].popleft() if self._faults[method] else Fault(handled=True)
        answer = self._carry_out(METHODS[method], method, params, files) if fault.handled else None
        if fault.delay:
            time.sleep(fault.delay)
        return fault.answer or answer or Answer.error(500, "Internal Server Error")

    def refuse(self, reason: str, status: int = 400) -> Answer:
        """Refuse a call and remember why."""
        self.violations.append(reason)
        return Answer.error(status, f"Bad Request: {reason}")

    def download(self, path: str) -> Answer:
        """A file by the path that getFile gave."""
        bot, _, name = path.partition("/")
        found = [upload for where, upload in self.files.values() if where == name]
        if bot != f"bot{self.token}" or not found:
            return Answer.error(404, "Not Found")
        return Answer(200, found[0].content, "application/octet-stream")

    def take_updates(self, offset: int, limit: int) -> list[Json]:
        """Forget what the offset confirms and give the rest. Call it holding `news`."""
        if offset < 0:
            self._queue = self._queue[offset:]
        elif self._next_update - 2_000_000 <= offset <= self._next_update + 10:
            self._queue = [(number, update) for number, update in self._queue if number >= offset]
        return [{"update_id": number, **update} for number, update in self._queue[:limit]]

    def new_message(self, chat_id: int, sender: Json, content: Json) -> Json:
        """A new message of a private chat."""
        base: Json = {"message_id": next(self.message_ids), "from": sender, "chat": private_chat(chat_id)}
        message = base | {"date": int(time.time())} | content
        self.chats[chat_id][message["message_id"]] = message
        return message

    def keep_file(self, upload: Upload) -> Json:
        """Store a file; gives its Document."""
        file_id = f"file{len(self.files) + 1:08}{random.getrandbits(64):x}"
        self.files[file_id] = (f"documents/file_{len(self.files) + 1}", upload)
        found = {"file_id": file_id, "file_unique_id": file_id[-12:], "file_size": len(upload.content)}
        return found | {"file_name": upload.name, "mime_type": upload.mime}

    def _carry_out(self, work: Callable[..., Any], method: str, params: Json, files: dict[str, Upload]) -> Answer:
        try:
            with self.news:
                found = {name: _decoded(name, value) for name, value in params.items()}
                result = work(self, found, files)
                if method in SHOWS:
                    self.sent.append((method, found))
            return Answer.ok(result)
        except Refused as refusal:
            return Answer.error(refusal.status, str(refusal))

    def _push(self, kind: str, content: Json, *, forced: bool = False) -> int:
        number = self._next_update
        if forced or kind in self.kinds:
            self._queue.append((number, {kind: json.loads(json.dumps(content))}))
            self._next_update += 1
            self.news.notify_all()
        return number


def person(chat_id: int) -> Json:
    """The person of a private chat: chat and person have the same number."""
    found = {"id": chat_id, "is_bot": False, "first_name": "Anna", "last_name": f"Prova {chat_id}"}
    return found | {"username": f"anna{chat_id}", "language_code": "it"}


def private_chat(chat_id: int) -> Json:
    """The chat with that person."""
    found = {"id": chat_id, "type": "private", "first_name": "Anna", "last_name": f"Prova {chat_id}"}
    return found | {"username": f"anna{chat_id}"}


def _decoded(name: str, value: Any) -> Any:
    """Lists and objects travel as JSON inside a form."""
    if isinstance(value, str) and value[:1] in ("{", "[") and name not in ("text", "caption"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
