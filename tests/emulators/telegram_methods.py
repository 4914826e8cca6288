"""What the emulated methods do. Each is called with the emulator, its parameters and its files, under its lock."""

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.emulators.telegram_chats import BOT, entity_problem
from tests.emulators.telegram_http import Upload

if TYPE_CHECKING:
    from tests.emulators.telegram import TelegramEmulator

Json = dict[str, Any]
Files = dict[str, Upload]
MAX_DOWNLOAD = 20_000_000
DEFAULT_KINDS = frozenset({"message", "edited_message", "callback_query", "my_chat_member", "channel_post"})


class Refused(Exception):
    """An error in the Bot API's own words."""

    def __init__(self, description: str, status: int = 400, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.parameters = parameters


def get_me(api: "TelegramEmulator", params: Json, files: Files) -> Json:
    abilities = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries", "can_connect_to_business")
    more = ("has_main_web_app", "has_topics_enabled", "allows_users_to_create_topics", "can_manage_bots")
    return {**BOT, **dict.fromkeys((*abilities, *more), False), "can_join_groups": True}


def get_updates(api: "TelegramEmulator", params: Json, files: Files) -> list[Json]:
    """Waits on the emulator's condition, so that other calls go on meanwhile."""
    if api.webhook.get("url"):
        raise Refused("Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first", 409)
    offset, limit, timeout = (int(params.get(name) or other) for name, other in _POLL.items())
    if params.get("allowed_updates") is not None:
        api.kinds = frozenset(params["allowed_updates"]) or DEFAULT_KINDS
    api.poll_number += 1
    mine, until = api.poll_number, time.monotonic() + timeout
    api.news.notify_all()
    while True:
        if mine != api.poll_number:
            api.conflicts += 1
            raise Refused(f"Conflict: {_OTHER}", 409)
        if api.webhook.get("url"):
            raise Refused("Conflict: terminated by setWebhook request", 409)
        found = api.take_updates(offset, max(1, min(limit, 100)))
        left = until - time.monotonic()
        if found or left <= 0 or api.closing:
            return found
        api.news.wait(left)


_POLL = {"offset": 0, "limit": 100, "timeout": 0}
_OTHER = "terminated by other getUpdates request; make sure that only one bot instance is running"


def send_message(api: "TelegramEmulator", params: Json, files: Files) -> Json:
    return _show(api, params, _text(params))


def send_document(api: "TelegramEmulator", params: Json, files: Files) -> Json:
    return _show(api, params, {"document": api.keep_file(_upload(api, "document", params, files))} | _caption(params))


def send_photo(api: "TelegramEmulator", params: Json, files: Files) -> Json:
    document = api.keep_file(_upload(api, "photo", params, files))
    size = {name: document[name] for name in ("file_id", "file_unique_id", "file_size")} | {"width": 90, "height": 90}
    return _show(api, params, {"photo": [size]} | _caption(params))


def edit_message_text(api: "TelegramEmulator", params: Json, files: Files) -> Json:
    message = _ours(api, params, "edit")
    if "force_reply" in (params.get("reply_markup") or {}):
        raise Refused("Bad Request: inline keyboard expected")
    content = _text(params) | _markup(params)
    if content == {name: message[name] for name in ("text", "entities", "reply_markup") if name in message}:
        raise Refused(
            "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
            "same as a current content and reply markup of the message"
        )
    for name in ("reply_markup", "entities"):
        message.pop(name, None)
    message |= content | {"edit_date": int(time.time())}
    return message


def delete_message(api: "TelegramEmulator", params: Json, files: Files) -> bool:
    message = _ours(api, params, "delete")
    del api.chats[message["chat"]["id"]][message["message_id"]]
    return True


def answer_callback_query(api: "TelegramEmulator", params: Json, files: Files) -> bool:
    press = params["callback_query_id"]
    if str(press) not in api.pressed:
        raise Refused("Bad Request: query is too old and response timeout expired or query ID is invalid")
    if len(str(params.get("text", ""))) > 200:
        raise Refused("Bad Request: MESSAGE_TOO_LONG")
    api.pressed.discard(str(press))
    return True


def set_webhook(api: "TelegramEmulator", params: Json, files: Files) -> bool:
    plain = api.plain_hooks and str(params["url"]).startswith("http://127.0.0.1:")
    if params["url"] and not plain and not str(params["url"]).startswith("https://"):
        raise Refused("Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", str(params.get("secret_token", ""))):
        raise Refused("Bad Request: secret token contains unallowed characters")
    if params.get("allowed_updates") is not None:
        api.kinds = frozenset(params["allowed_updates"]) or DEFAULT_KINDS
    api.webhook = dict(params)
    api.news.notify_all()
    return True


def delete_webhook(api: "TelegramEmulator", params: Json, files: Files) -> bool:
    if str(params.get("drop_pending_updates", "")).lower() == "true":
        api.take_updates(api.pending[-1] + 1 if api.pending else 0, 1)
    api.webhook = {}
    return True


def get_webhook_info(api: "TelegramEmulator", params: Json, files: Files) -> Json:
    count = len(api.pending)
    found = {"url": api.webhook.get("url", ""), "has_custom_certificate": False, "pending_update_count": count}
    return found | ({"last_error_message": api.hook.error, "last_error_date": 1} if api.hook.error else {})


def get_file(api: "TelegramEmulator", params: Json, files: Files) -> Json:
    file_id = str(params["file_id"])
    if file_id not in api.files:
        raise Refused("Bad Request: wrong file_id or the file is temporarily unavailable")
    path, upload = api.files[file_id]
    if len(upload.content) > MAX_DOWNLOAD:
        raise Refused("Bad Request: file is too big")
    found = {"file_id": file_id, "file_unique_id": file_id[-12:], "file_size": len(upload.content)}
    return found | {"file_path": path}


def set_my_commands(api: "TelegramEmulator", params: Json, files: Files) -> bool:
    for one in params["commands"]:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", one["command"]):
            raise Refused("Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(one["description"]) <= 256:
            raise Refused("Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    listed = {one["command"]: one["description"] for one in params["commands"]}
    api.commands[str(params.get("language_code", ""))] = listed
    return True


METHODS: dict[str, Callable[["TelegramEmulator", Json, Files], Any]] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "sendMessage": send_message,
    "sendDocument": send_document,
    "sendPhoto": send_photo,
    "editMessageText": edit_message_text,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_callback_query,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "getFile": get_file,
    "setMyCommands": set_my_commands,
}


def _show(api: "TelegramEmulator", params: Json, content: Json) -> Json:
    chat = _chat(api, params)
    content |= _markup(params)
    reply = params.get("reply_parameters")
    if reply:
        replied = api.chats[chat].get(int(reply["message_id"]))
        if replied is not None:
            content["reply_to_message"] = {k: v for k, v in replied.items() if k != "reply_to_message"}
        elif not reply.get("allow_sending_without_reply"):
            raise Refused("Bad Request: message to be replied not found")
    return api.new_message(chat, BOT, content)


def _chat(api: "TelegramEmulator", params: Json) -> int:
    try:
        chat = int(params["chat_id"])
    except ValueError:
        raise Refused("Bad Request: chat not found") from None
    if chat in api.moved:
        told = "Bad Request: group chat was upgraded to a supergroup chat"
        raise Refused(told, migrate_to_chat_id=api.moved[chat])
    if chat in api.blocked_by:
        why = "was kicked from the group chat" if chat in api.groups else "was blocked by the user"
        raise Refused(f"Forbidden: bot {why}", 403)
    return chat


def _ours(api: "TelegramEmulator", params: Json, verb: str) -> Json:
    message = api.chats[_chat(api, params)].get(int(params.get("message_id") or 0))
    if message is None:
        raise Refused(f"Bad Request: message to {verb} not found")
    if not message["from"]["is_bot"] and verb == "edit":
        raise Refused("Bad Request: message can't be edited")
    return message


def _text(params: Json) -> Json:
    told = str(params["text"])
    text, entities = told.strip(), params.get("entities") or []
    if not text:
        raise Refused("Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > 4096:
        raise Refused("Bad Request: message is too long")
    if wrong := entity_problem(told, entities):
        raise Refused(f"Bad Request: can't parse entities: {wrong}")
    return {"text": text} | ({"entities": entities} if entities else {})


def _caption(params: Json) -> Json:
    return {"caption": params["caption"]} if params.get("caption") else {}


def _markup(params: Json) -> Json:
    markup = params.get("reply_markup")
    if markup and "force_reply" in markup and len(markup.get("input_field_placeholder", "x")) not in range(1, 65):
        raise Refused("Bad Request: can't parse reply keyboard markup: placeholder is too long")
    if not markup or "inline_keyboard" not in markup:
        return {}
    for button in (button for row in markup["inline_keyboard"] for button in row):
        if not button["text"].strip():
            raise Refused("Bad Request: can't parse InlineKeyboardButton: Button text can't be empty")
        if len(button.keys() - {"text", "style", "icon_custom_emoji_id"}) != 1:
            raise Refused("Bad Request: can't parse inline keyboard button: Text buttons are unallowed")
        if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
            raise Refused("Bad Request: BUTTON_DATA_INVALID")
    return {"reply_markup": markup}


def _upload(api: "TelegramEmulator", name: str, params: Json, files: Files) -> Upload:
    told = str(params.get(name, ""))
    if name in files:
        return files[name]
    if told.removeprefix("attach://") in files:
        return files[told.removeprefix("attach://")]
    if told in api.files:
        return api.files[told][1]
    raise Refused("Bad Request: wrong file identifier/HTTP URL specified")
