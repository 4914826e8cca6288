"""Mastodon: mentions and direct posts of an account, on whichever server it is at home."""

from connectors.mastodon.channel import MastodonChannel
from connectors.mastodon.reading import read_item

__all__ = ["MastodonChannel", "read_item"]
