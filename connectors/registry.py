"""The explicit table of channel kinds: kind → module and class, imported on first use."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from connectors.base import Connector, RawItem, Reading
from connectors.crm.base import Crm

KINDS = {
    "mail": "connectors.mail.channel:MailChannel",
    "telegram": "connectors.telegram:TelegramChannel",
    "telegram_customers": "connectors.telegram.customers:TelegramCustomersChannel",
    "whatsapp": "connectors.meta.whatsapp:WhatsappChannel",
    "facebook": "connectors.meta.pages:FacebookChannel",
    "instagram": "connectors.meta.pages:InstagramChannel",
    "mastodon": "connectors.mastodon:MastodonChannel",
    "x": "connectors.x:XChannel",
    "webhook": "connectors.webhook:WebhookChannel",
    "program": "connectors.program:ProgramChannel",
    "webform": "connectors.webform:WebformChannel",
    "sitechat": "connectors.sitechat:SitechatChannel",
    "console": "connectors.console:ConsoleChannel",
}
READERS = {
    "mail": "connectors.mail.channel:read_item",
    "telegram": "connectors.telegram:read_item",
    "telegram_customers": "connectors.telegram.customers_reading:read_item",
    "whatsapp": "connectors.meta.whatsapp:read_item",
    "facebook": "connectors.meta.pages:read_facebook",
    "instagram": "connectors.meta.pages:read_instagram",
    "mastodon": "connectors.mastodon:read_item",
    "x": "connectors.x:read_item",
    "program": "connectors.program:read_item",
    "webform": "connectors.webform:read_item",
    "sitechat": "connectors.sitechat:read_item",
    "console": "connectors.console:read_item",
}

CRMS = {"odoo": "connectors.crm.odoo:Odoo", "hubspot": "connectors.crm.hubspot:HubSpot"}


def build(kind: str, settings: dict[str, Any]) -> Connector:
    """A connector from plain settings; raises KeyError for an unknown kind, ValueError for a bad setting."""
    connector: Connector = _named(KINDS[kind])(**settings)
    return connector


def crm(kind: str, settings: dict[str, Any]) -> Crm:
    """A client of a CRM from plain settings; raises KeyError for an unknown kind, ValueError for a bad setting."""
    client: Crm = _named(CRMS[kind])(**settings)
    return client


def suggestions(address: str) -> list[tuple[dict[str, Any], str]]:
    """Settings of a mail channel to try for an address, the most likely first, each with a hint or "".

    Raises ValueError for no mail address.
    """
    return [(one.settings, one.hint) for one in _named("connectors.mail.providers:suggestions")(address)]


def consent(function: str) -> Any:
    """A function or class of `connectors.mail.oauth`: permission instead of a password."""
    return _named(f"connectors.mail.oauth:{function}")


def services() -> Sequence[Any]:
    """The services whose notification mails count as messages, as `connectors.mail.services.Service`."""
    known: Sequence[Any] = _named("connectors.mail.services:SERVICES")
    return known


def reader(kind: str) -> Callable[[RawItem], Sequence[Reading]]:
    """The pure reading function of a kind, without its network libraries."""
    function: Callable[[RawItem], Sequence[Reading]] = _named(READERS[kind])
    return function


def _named(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)
