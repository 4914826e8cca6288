"""An emulator of the Telegram Bot API: a real HTTP server on 127.0.0.1, with scripted people and scripted faults.

    with TelegramEmulator() as bot_api:
        bot_api.user_says(42, "Buongiorno")
        channel = TelegramChannel(bot_api.token, api_base=bot_api.url)

Rules of https://core.telegram.org/bots/api; what a real server adds (an offset far off the queue starts at its head,
a new poll ends the old one with 409) follows its published source. Every call is judged by the specification when
there is one: see `violations` and `checked`. With a webhook updates are posted: see `hook`.
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

from tests.emulators.telegram_chats import membership, mentions, person, private_chat
from tests.emulators.telegram_hook import Hook
from tests.emulators.telegram_http import Answer, Server, Upload
from tests.emulators.telegram_methods import DEFAULT_KINDS, METHODS, Refused
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
    `conflicts` counts polls that a newer one ended. Any numbered chat may be written to; groups are those of
    `add_group`. `plain_hooks` lets a webhook be http to this machine; `longest_step` > 1 lets numbers of updates leap.
    """

    def __init__(
        self, token: str = TOKEN, spec: str | Path | None = SPEC, *, plain_hooks: bool = False, longest_step: int = 1
    ) -> None:
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
        self.groups: dict[int, Json] = {}
        self.moved: dict[int, int] = {}
        self.commands: dict[str, dict[str, str]] = {}
        self.plain_hooks = plain_hooks
        self.webhook: Json = {}
        self.hook = Hook(self)
        self.kinds = DEFAULT_KINDS
        self.news = threading.Condition()
        self.closing = False
        self.poll_number = 0
        self.message_ids = itertools.count(1)
        self._queue: list[tuple[int, Json]] = []
        self._given: dict[int, Json] = {}
        self._again: list[tuple[int, Json]] = []
        self._longest_step = longest_step
        self._next_update = random.randint(100_000_000, 900_000_000)
        self._faults: dict[tuple[str, int | None], deque[Fault]] = defaultdict(deque)

    def __enter__(self) -> "TelegramEmulator":
        self._server = Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="bot-api", daemon=True)
        self._thread.start()
        self.hook.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        with self.news:
            self.closing = True
            self.news.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.hook.join()

    # People

    def user_says(
        self, chat_id: int, text: str, *, by: int | None = None, reply_to: int | None = None, **extra: Any
    ) -> Json:
        """A person writes to the bot in private, or `by` in a group; `extra` are fields of the message. Gives it."""
        content: Json = {"text": text} if text else {}
        if text.startswith("/"):
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        elif marks := mentions(text):
            content["entities"] = marks
        if reply_to is not None:
            replied = self.chats[chat_id].get(reply_to)
            if replied is not None:
                content["reply_to_message"] = {k: v for k, v in replied.items() if k != "reply_to_message"}
        with self.news:
            message = self.new_message(chat_id, self._who(chat_id, by), content | extra)
            self._push("message", message)
        return message

    def user_edits(self, chat_id: int, message_id: int, text: str) -> None:
        """A person changes a message."""
        with self.news:
            message = self.chats[chat_id][message_id]
            message |= {"text": text, "edit_date": int(time.time())}
            self._push("edited_message", dict(message))

    def user_sends_file(self, chat_id: int, upload: Upload, caption: str = "", *, by: int | None = None) -> Json:
        """A person sends a document; getFile and the download give its bytes."""
        document = self.keep_file(upload)
        extra: Json = {"document": document} | ({"caption": caption} if caption else {})
        return self.user_says(chat_id, "", by=by, **extra)

    def user_sends_photo(
        self, chat_id: int, upload: Upload, caption: str = "", *, by: int | None = None, album: str = ""
    ) -> Json:
        """A person sends a picture: it comes in three sizes, the largest last, and has no name."""
        sizes = []
        for width, content in ((90, upload.content[:1]), (320, upload.content[:2]), (1280, upload.content)):
            kept = self.keep_file(upload._replace(content=content))
            size = {name: kept[name] for name in ("file_id", "file_unique_id", "file_size")}
            sizes.append(size | {"width": width, "height": width})
        extra: Json = {"photo": sizes} | ({"caption": caption} if caption else {})
        return self.user_says(chat_id, "", by=by, **extra, **({"media_group_id": album} if album else {}))

    def user_sends_album(self, chat_id: int, uploads: list[Upload], caption: str = "", **how: Any) -> list[Json]:
        """Several pictures at once: a message each, the first with the caption."""
        album = str(random.getrandbits(54))
        return [
            self.user_sends_photo(chat_id, upload, "" if number else caption, album=album, **how)
            for number, upload in enumerate(uploads)
        ]

    def user_presses(self, chat_id: int, message_id: int, data: str, *, by: int | None = None) -> str:
        """A person presses a button under a message of the bot; it must be there. Gives the press's id."""
        with self.news:
            message = self.chats[chat_id][message_id]
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            assert any(button.get("callback_data") == data for row in rows for button in row), f"no button {data!r}"
            press = str(random.getrandbits(62))
            self.pressed.add(press)
            found = {"id": press, "from": self._who(chat_id, by), "message": message, "chat_instance": "1"}
            self._push("callback_query", found | {"data": data})
        return press

    def user_blocks(self, chat_id: int) -> None:
        """A person blocks the bot: sends are refused from now on, and the bot is told."""
        self.bot_becomes(chat_id, "kicked")

    def user_unblocks(self, chat_id: int) -> None:
        """And changes their mind."""
        self.bot_becomes(chat_id, "member")

    def add_group(self, chat_id: int, title: str, *, by: int, kind: str = "group") -> None:
        """A person takes the bot into a new group."""
        self.groups[chat_id] = {"id": chat_id, "type": kind, "title": title}
        self.blocked_by.add(chat_id)
        self.bot_becomes(chat_id, "member", by=by)

    def bot_becomes(self, chat_id: int, status: str, *, by: int | None = None) -> None:
        """Somebody makes the bot a member or administrator, or throws it out (left, kicked); it is told."""
        with self.news:
            old = membership("kicked" if chat_id in self.blocked_by else "member")
            (self.blocked_by.add if status in ("left", "kicked") else self.blocked_by.discard)(chat_id)
            base = {"chat": self.chat(chat_id), "from": self._who(chat_id, by), "date": int(time.time())}
            self._push("my_chat_member", base | {"old_chat_member": old, "new_chat_member": membership(status)})

    def migrate_group(self, chat_id: int, *, by: int) -> int:
        """A group becomes a supergroup with another number, which is given; the old one refuses and tells it."""
        new = -1_000_000_000_000 - random.getrandbits(31)
        with self.news:
            self.groups[new] = self.groups[chat_id] | {"id": new, "type": "supergroup"}
            self._push("message", self.new_message(chat_id, person(by), {"migrate_to_chat_id": new}))
            self._push("message", self.new_message(new, person(by), {"migrate_from_chat_id": chat_id}))
            self.moved[chat_id] = new
        return new

    def push(self, update: Json) -> int:
        """Any update, e.g. a recorded one; gets our next number."""
        (kind,) = [name for name in update if name != "update_id"]
        with self.news:
            return self._push(kind, update[kind], forced=True)

    def jump(self, to: int | None = None) -> None:
        """Go on from another number, as Telegram does after a week without updates."""
        with self.news:
            self._next_update = random.randint(1, 2**30) if to is None else to

    def redeliver(self, *numbers: int) -> None:
        """Updates that were confirmed already come once more, as when Telegram did not hear of it."""
        with self.news:
            again = [(number, self._given[number]) for number in numbers]
            if self.webhook.get("url"):
                self._queue = sorted(again + self._queue)
            else:
                self._again += again
            self.news.notify_all()

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

    @property
    def given(self) -> list[int]:
        """Numbers of all updates that there ever were."""
        with self.news:
            return list(self._given)

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
        chat_id: int | None = None,
    ) -> None:
        """The next `times` calls of the method (to this chat) answer so; `page` is a gateway's answer, no JSON.

        The method "file" is the download of one.
        """
        words = {403: "Forbidden: bot was blocked by the user", 429: f"Too Many Requests: retry after {retry_after}"}
        told = description or words.get(status, "Internal Server Error")
        answer = Answer.error(status, told, **({"retry_after": retry_after} if retry_after else {}))
        if page is not None:
            answer = Answer(status, page, "text/html")
        self._faults[method, chat_id].extend(Fault(answer, handled) for _ in range(times))

    def drop(self, method: str, *, handled: bool = False, times: int = 1) -> None:
        """The next calls find their connection closed, before or after they were carried out."""
        self._faults[method, None].extend(Fault(Answer(0, b"", drop=True), handled) for _ in range(times))

    def break_download(self, *, told: bool) -> None:
        """The next download ends in the middle; `told`: its length was promised, else it looks whole."""
        self._faults["file", None].append(Fault(Answer(-1 if told else 0, b"")))

    def delay(self, method: str, seconds: float, *, handled: bool = True) -> None:
        """The next call is carried out at once and answered late."""
        self._faults[method, None].append(Fault(None, handled, seconds))

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
        fault = self._fault(method, params.get("chat_id")) or Fault(handled=True)
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
        fault, content = self._fault("file", None), found[0].content
        if fault is None or fault.answer is None:
            return Answer(200, content, "application/octet-stream")
        if fault.answer.status > 0 or fault.answer.drop:
            return fault.answer
        half = content[: len(content) // 2]
        return Answer(200, half, "application/octet-stream", length=len(content) if fault.answer.status else len(half))

    def _fault(self, method: str, chat_id: Any) -> Fault | None:
        for key in ((method, int(chat_id)) if str(chat_id).lstrip("-").isdecimal() else None, (method, None)):
            if key and self._faults[key]:
                return self._faults[key].popleft()
        return None

    def head(self) -> Json | None:
        """The oldest update that waits. Call it holding `news`."""
        return {"update_id": self._queue[0][0], **self._queue[0][1]} if self._queue else None

    def done(self, number: int) -> None:
        """This update arrived. Call it holding `news`."""
        self._queue = [one for one in self._queue if one[0] != number]
        self.news.notify_all()

    def take_updates(self, offset: int, limit: int) -> list[Json]:
        """Forget what the offset confirms and give the rest. Call it holding `news`."""
        if offset < 0:
            self._queue = self._queue[offset:]
        elif self._next_update - 2_000_000 <= offset <= self._next_update + 10:
            self._queue = [(number, update) for number, update in self._queue if number >= offset]
        self._queue, self._again = self._again + self._queue, []
        return [{"update_id": number, **update} for number, update in self._queue[:limit]]

    def new_message(self, chat_id: int, sender: Json, content: Json) -> Json:
        """A new message of a chat."""
        base: Json = {"message_id": next(self.message_ids), "from": sender, "chat": self.chat(chat_id)}
        message = base | {"date": int(time.time())} | content
        self.chats[chat_id][message["message_id"]] = message
        return message

    def chat(self, chat_id: int) -> Json:
        """A group that was added, or else the private chat with that person."""
        return self.groups.get(chat_id) or private_chat(chat_id)

    def _who(self, chat_id: int, by: int | None) -> Json:
        assert by is not None or chat_id not in self.groups, "who, in a group?"
        return person(chat_id if by is None else by)

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
            return Answer.error(refusal.status, str(refusal), **refusal.parameters)

    def _push(self, kind: str, content: Json, *, forced: bool = False) -> int:
        number = self._next_update
        if forced or kind in self.kinds:
            self._given[number] = {kind: json.loads(json.dumps(content))}
            self._queue.append((number, self._given[number]))
            self._next_update += random.randint(1, self._longest_step)
            self.news.notify_all()
        return number


def _decoded(name: str, value: Any) -> Any:
    """Lists and objects travel as JSON inside a form."""
    if isinstance(value, str) and value[:1] in ("{", "[") and name not in ("text", "caption"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
