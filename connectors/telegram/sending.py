"""The calls that show something to a person, as work for the Api's loop."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)
from telegram.error import BadRequest

from connectors.base import Attachment, ConnectorError, Outbound
from connectors.telegram.errors import explain
from connectors.telegram.text import Part, clean, first

Buttons = Sequence[Sequence[tuple[str, str]]]
PLACEHOLDER_UNITS = 64
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def deliver(
    chat: str, parts: Sequence[Part], message: Outbound, reply_to: int | None, *, each: bool = False
) -> Callable[[Bot], Coroutine[Any, Any, int]]:
    """Texts, then files; gives the number of the first message. `each`: all of them answer `reply_to`."""

    async def work(bot: Bot) -> int:
        sent: list[int] = []
        total = len(parts) + len(message.attachments)
        quiet = True if message.silent else None
        try:
            for number, part in enumerate(parts, 1):
                shown = await bot.send_message(
                    chat,
                    part.text,
                    entities=_entities(part),
                    link_preview_options=_NO_PREVIEW,
                    disable_notification=quiet,
                    reply_markup=_markup(message) if number == len(parts) else None,
                    reply_parameters=_answered(reply_to) if each or not sent else None,
                )
                sent.append(shown.message_id)
            for file in message.attachments:
                sent.append(await _document(bot, chat, file, quiet, _answered(reply_to) if each or not sent else None))
        except Exception as error:
            if not sent:
                raise
            reason = explain(error, sending=True).reason
            raise ConnectorError(f"Only {len(sent)} of {total} parts were sent. {reason}", uncertain=True) from None
        return sent[0]

    return work


def change(chat: str, number: int, part: Part, buttons: Buttons) -> Callable[[Bot], Coroutine[Any, Any, None]]:
    """Edit a message of ours."""

    async def work(bot: Bot) -> None:
        try:
            await bot.edit_message_text(
                part.text,
                chat,
                number,
                entities=_entities(part),
                link_preview_options=_NO_PREVIEW,
                reply_markup=keyboard(buttons),
            )
        except BadRequest as error:
            if "message is not modified" not in error.message.lower():
                raise

    return work


def answer(press_id: str, text: str, alert: bool) -> Callable[[Bot], Coroutine[Any, Any, None]]:
    """Answer a press. One that is too old shows no waiting sign any more, so nothing is amiss."""

    async def work(bot: Bot) -> None:
        try:
            await bot.answer_callback_query(press_id, text or None, show_alert=True if alert else None)
        except BadRequest as error:
            if "query is too old" not in error.message.lower():
                raise

    return work


def keyboard(buttons: Buttons) -> InlineKeyboardMarkup | None:
    """Rows of (label, value): a value that begins with http is an address, any other is callback data."""
    rows = [[_button(clean(label), value) for label, value in row] for row in buttons if row]
    return InlineKeyboardMarkup(rows) if rows else None


def _markup(message: Outbound) -> InlineKeyboardMarkup | ForceReply | None:
    shown = keyboard(message.buttons)
    if shown is not None or not message.asks:
        return shown
    words = first(" ".join(message.asks.split()), PLACEHOLDER_UNITS)
    return ForceReply(selective=True, input_field_placeholder=words or None)


def _button(label: str, value: str) -> InlineKeyboardButton:
    if value.startswith(("http://", "https://")):
        return InlineKeyboardButton(label, url=value)
    return InlineKeyboardButton(label, callback_data=value)


def _entities(part: Part) -> list[MessageEntity] | None:
    return [MessageEntity(span.style, span.offset, span.length) for span in part.spans] or None


def _answered(reply_to: int | None) -> ReplyParameters | None:
    return ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None


async def _document(bot: Bot, chat: str, file: Attachment, quiet: bool | None, answered: ReplyParameters | None) -> int:
    document = InputFile(file.content, clean(file.filename) or "file")
    shown = await bot.send_document(chat, document, disable_notification=quiet, reply_parameters=answered)
    return shown.message_id
