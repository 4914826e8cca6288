"""Meta's channels, through its Graph API: WhatsApp."""

from connectors.meta.reading import read_item
from connectors.meta.whatsapp import WhatsappChannel

__all__ = ["WhatsappChannel", "read_item"]
