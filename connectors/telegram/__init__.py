"""Telegram, through the Bot API. The vendor library is imported at the first call only: it takes 300 ms."""

from connectors.telegram.channel import TelegramChannel
from connectors.telegram.reading import read_item

__all__ = ["TelegramChannel", "read_item"]
