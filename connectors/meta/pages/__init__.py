"""Facebook pages and Instagram accounts, through Meta's Graph API
(https://developers.facebook.com/docs/messenger-platform, https://developers.facebook.com/docs/instagram-platform)."""

from connectors.meta.pages.facebook import FacebookChannel
from connectors.meta.pages.instagram import InstagramChannel
from connectors.meta.pages.reading import read_facebook, read_instagram

__all__ = ["FacebookChannel", "InstagramChannel", "read_facebook", "read_instagram"]
