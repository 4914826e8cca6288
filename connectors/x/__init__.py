"""X: mentions of an account and direct messages to it. Each of them costs, and so does each answer."""

from connectors.x.channel import XChannel
from connectors.x.reading import read_item

__all__ = ["XChannel", "read_item"]
