"""WhatsApp, through Meta's Cloud API (https://developers.facebook.com/docs/whatsapp/cloud-api)."""

from connectors.meta.whatsapp.channel import WhatsappChannel
from connectors.meta.whatsapp.reading import read_item

__all__ = ["WhatsappChannel", "read_item"]
