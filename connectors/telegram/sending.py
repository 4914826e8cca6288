"""The calls that show something to a person, as work for the Api's loop."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, ReplyParameters
from telegram.error import BadRequest

from connectors.base import Attachment, ConnectorError
from connectors.telegram.errors import explain
from connectors.telegram.text import clean

Buttons = Sequence[Sequence[tuple[str, str]]]
Work = Callable[[Bot], Coroutine[Any, Any, int]]


def deliver(
    chat: str, parts: Sequence[str], files: Sequence[Attachment], buttons: Buttons, reply_to: int | None
) -> Work:
    """Texts, then files; gives the number of the first message."""

    async def work(bot: Bot) -> int:
        sent: list[int] = []
        total = len(parts) + len(files)
        try:
            for number, part in enumerate(parts, 1):
                markup = keyboard(buttons) if number == len(parts) else None
                answered = _answered(reply_to) if not sent else None
                sent.append(
                    (await bot.send_message(chat, part, reply_markup=markup, reply_parameters=answered)).message_id
                )
            for file in files:
                answered = _answered(reply_to) if not sent else None
                document = InputFile(file.content, clean(file.filename) or "file")
                sent.append((await bot.send_document(chat, document, reply_parameters=answered)).message_id)
        except Exception as error:
            if not sent:
                raise
            reason = explain(error, sending=True).reason
            raise ConnectorError(f"Only {len(sent)} of {total} parts were sent. {reason}", uncertain=True) from None
        return sent[0]

    return work


def change(chat: str, number: int, text: str, buttons: Buttons) -> Callable[[Bot], Coroutine[Any, Any, None]]:
    """Edit a message of ours."""

    async def work(bot: Bot) -> None:
        try:
            await bot.edit_message_text(text, chat, number, reply_markup=keyboard(buttons))
        except BadRequest as error:
            if "message is not modified" not in error.message.lower():
                raise

    return work


def keyboard(buttons: Buttons) -> InlineKeyboardMarkup | None:
    """Rows of (label, value): a value that begins with http is an address, any other is callback data."""
    rows = [[_button(clean(label), value) for label, value in row] for row in buttons if row]
    return InlineKeyboardMarkup(rows) if rows else None


def _button(label: str, value: str) -> InlineKeyboardButton:
    if value.startswith(("http://", "https://")):
        return InlineKeyboardButton(label, url=value)
    return InlineKeyboardButton(label, callback_data=value)


def _answered(reply_to: int | None) -> ReplyParameters | None:
    return ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None
