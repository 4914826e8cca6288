"""What WhatsApp's calls look like, after the payload examples of Meta's own reference."""

import itertools
import json
from collections.abc import Sequence
from typing import Any

from tests.emulators.graph_server import signed

Json = dict[str, Any]
_numbers = itertools.count(1)


def wamid() -> str:
    """A new name for a message."""
    return f"wamid.HBgL{next(_numbers):08d}FQIAERgS=="


def call(*events: Json) -> bytes:
    """A call with one or several events, each a change of its own."""
    changes = [{"field": one["field"], "value": one["value"]} for one in events]
    return json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": changes}]}
    ).encode()


def headers(body: bytes, secret: str) -> dict[str, str]:
    """The headers of a signed call."""
    return signed(body, secret)


def message(number_id: str, sender: str, name: str, at: int, content: Json, *, user_id: str = "") -> Json:
    """A customer's message: `content` has its type and what belongs to it."""
    card: Json = {"profile": {"name": name}} | ({"wa_id": sender} if sender else {})
    said: Json = {"id": wamid(), "timestamp": str(at), **({"from": sender} if sender else {})}
    if user_id:
        card["user_id"] = said["from_user_id"] = user_id
    return _event(number_id, "messages", {"contacts": [card], "messages": [said | content]})


def words(body: str, **more: Any) -> Json:
    """A text message's content."""
    return {"type": "text", "text": {"body": body}, **more}


def status(
    number_id: str, number: str, state: str, to: str, at: int, data: str = "", errors: Sequence[Json] = ()
) -> Json:
    """What became of a message of the firm's."""
    told: Json = {"id": number, "status": state, "timestamp": str(at), "recipient_id": to}
    told |= {"biz_opaque_callback_data": data} if data else {}
    return _event(number_id, "messages", {"statuses": [told | ({"errors": list(errors)} if errors else {})]})


def echo(number_id: str, to: str, at: int, body: str) -> Json:
    """What somebody of the firm wrote in WhatsApp's own app."""
    said = {
        "from": "390421000000",
        "to": to,
        "id": wamid(),
        "timestamp": str(at),
        "type": "text",
        "text": {"body": body},
    }
    return _event(number_id, "smb_message_echoes", {"message_echoes": [said]})


def history(number_id: str, chat: str, messages: Sequence[Json]) -> Json:
    """Messages from before the number was connected."""
    part = {
        "metadata": {"phase": 0, "chunk_order": 1, "progress": 100},
        "threads": [{"id": chat, "messages": list(messages)}],
    }
    return _event(number_id, "history", {"history": [part]})


def _event(number_id: str, field: str, more: Json) -> Json:
    number = {"display_phone_number": "390421000000", "phone_number_id": number_id}
    return {"field": field, "value": {"messaging_product": "whatsapp", "metadata": number, **more}}
