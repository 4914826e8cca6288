"""The Telegram channel of customers: a bot of its own, to which they write in private or by its name in a group."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from connectors.base import Address, Attachment, Batch, ConnectorError, Outbound, RawItem, Reading, Sent, WebhookRequest
from connectors.telegram.channel import TelegramChannel
from connectors.telegram.customers_reading import NAME, NUMBER, read_item

BLOCKED = "The customer has blocked the bot: nothing reaches them until they let it in again"
OUT_OF_GROUP = "The bot is no longer in this group: nothing can be sent there"
# How long (seconds) the bot's own name is taken to be the same: a person may change it at @BotFather.
NAME_LASTS = 3600.0


class TelegramCustomersChannel(TelegramChannel):
    """See `TelegramChannel`. What `read` gives is told in `customers_reading`.

    An address is a person's number, or "group:person": an answer there goes to the group, under what it answers.
    """

    kind: ClassVar[str] = "telegram_customers"
    # In a group with topics, what answers nothing would stand in another one.
    _answers_with_all: ClassVar[bool] = True
    _own_name: tuple[str, float] = ("", 0.0)

    def fetch(self, folder: str, cursor: str) -> Batch:
        """See `TelegramChannel.fetch`; items of groups carry who the bot is."""
        batch = super().fetch(folder, cursor)
        return replace(batch, items=self._marked(batch.items))

    def accept(self, request: WebhookRequest) -> Sequence[RawItem]:
        """See `Push`; an item of a group carries who the bot is, which is asked of Telegram once an hour."""
        return self._marked(super().accept(request))

    def read(self, raw: RawItem) -> Sequence[Reading]:
        """What an update says."""
        return read_item(raw)

    def send(self, message: Outbound, committing: Callable[[], None]) -> Sent:
        """See `TelegramChannel.send`. The provider's id is "chat:message"."""
        chat, _, person = message.to[0].address.partition(":") if message.to else ("", "", "")
        to = [Address(chat, message.to[0].name)] if chat else []
        # Numbers of messages are a chat's own: in a group that has moved they mean others.
        answered = message.in_reply_to if message.in_reply_to.rpartition(":")[0] == chat else ""
        try:
            return super().send(replace(message, to=to, in_reply_to=answered), committing)
        except ConnectorError as error:
            if error.code == "moved" and person:
                error.moved_to = f"{error.moved_to}:{person}"
            if error.code == "blocked":
                told = OUT_OF_GROUP if person else BLOCKED
                raise ConnectorError(told, permanent=True, code="blocked") from None
            raise

    def fetch_file(self, file_id: str, most: int) -> Attachment:
        """See `KeepsFiles`. Telegram gives at most 20 MB (https://core.telegram.org/bots/api#getfile)."""
        api = self._open()
        from connectors.telegram.files import download

        return Attachment("", "", api.call(lambda bot: download(bot, file_id, most)))

    def check(self) -> Sequence[str]:
        """See `TelegramChannel.check`; and what the bot may see of groups."""
        me = self._open().call(lambda bot: bot.get_me())
        sees_all = bool(me.can_read_all_group_messages)
        joins = "can be taken into groups" if me.can_join_groups else "cannot be taken into groups (/setjoingroups)"
        groups = "is shown all that is said there, and takes what names it" if sees_all else "is shown what names it"
        return [*super().check(), f"It {joins}" + (f", and {groups}" if me.can_join_groups else "")]

    def _marked(self, items: Iterable[RawItem]) -> list[RawItem]:
        return [replace(one, meta={**one.meta, **self._bot()}) if _of_group(one) else one for one in items]

    def _bot(self) -> dict[str, str]:
        name, asked = self._own_name
        if not name or time.monotonic() - asked > NAME_LASTS:
            name = self.address()
            self._own_name = name, time.monotonic()
        return {NAME: name, NUMBER: self._settings[0].partition(":")[0]}


def _of_group(item: RawItem) -> bool:
    # https://core.telegram.org/api/bots/ids: a person's number is above zero.
    return item.meta.get("lane", "").startswith("-")
