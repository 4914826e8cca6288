"""What a WhatsApp message holds, as text and facts, by its type
(https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples).

The words are the customer's own; what they are (`content`) is said by the product, in the reader's language.
"""

import json
from collections.abc import Callable

from connectors.base import Machine
from connectors.values import Json, text, thing, things

FILES = {"image": "📷", "video": "🎬", "audio": "🎵", "voice": "🎤", "document": "📄", "sticker": "🖼"}
# These are no words to answer: they open no clock.
SIGNS: dict[str, Machine] = {"reaction": "reaction", "revoke": "receipt", "system": "receipt"}
UNSUPPORTED, UNKNOWN = "unsupported", "unknown"
Held = tuple[str, dict[str, str]]


def content(message: Json, errors: object = None) -> Held:
    """Text and facts of a message; `errors`: what its call says beside it.

    Facts: content (the kind), and of a file: media_id, mime, file_name, media_sha256; edits or revokes: the id of what
    was changed or taken back; moved_to: the sender's new id.
    """
    kind = text(message.get("type"))
    reader = _KINDS.get(kind)
    found = thing(message.get(kind))
    if kind in FILES:
        said, facts = _file(kind, found)
    elif reader is not None and found:
        said, facts = reader(found)
    else:
        return _unknown(message, kind, errors)
    return said, {"content": kind, **facts} if kind != "text" else facts


def _text(found: Json) -> Held:
    return text(found.get("body")), {}


def _file(kind: str, found: Json) -> Held:
    shape = "voice" if kind == "audio" and found.get("voice") is True else kind
    name, caption = text(found.get("filename")), text(found.get("caption"))
    facts = {
        "content": shape,
        "media_id": text(found.get("id")),
        "mime": text(found.get("mime_type")).partition(";")[0].strip(),
        "file_name": name,
        "media_sha256": text(found.get("sha256")),
    }
    return caption or f"{FILES[shape]} {name}".rstrip(), {key: value for key, value in facts.items() if value}


def _location(found: Json) -> Held:
    place = ", ".join(filter(None, (text(found.get("latitude")), text(found.get("longitude")))))
    lines = [text(found.get("name")), text(found.get("address")), place, text(found.get("url"))]
    return "📍 " + "\n".join(filter(None, lines)), {}


def _reaction(found: Json) -> Held:
    return text(found.get("emoji")), {"reacts_to": text(found.get("message_id"))}


def _button(found: Json) -> Held:
    return text(found.get("text")) or text(found.get("payload")), {"button": text(found.get("payload"))}


def _interactive(found: Json) -> Held:
    chosen = thing(found.get(text(found.get("type"))))
    if not chosen:
        return "", {"content": UNSUPPORTED}
    facts = {"button": text(chosen["id"])} if text(chosen.get("id")) else {}
    lines = [text(chosen.get("title")) or text(chosen.get("body")), text(chosen.get("description"))]
    return "\n".join(filter(None, [*lines, *_form(text(chosen.get("response_json")))])), facts


def _form(response: str) -> list[str]:
    """What was filled in, in a form that a message held."""
    try:
        answers = thing(json.loads(response)) if response else {}
    except (ValueError, RecursionError):
        return [response]
    return [f"{name}: {text(value) or json.dumps(value)}" for name, value in answers.items() if name != "flow_token"]


def _order(found: Json) -> Held:
    lines = [text(found.get("text"))]
    for one in things(found.get("product_items")):
        price = " ".join(filter(None, (text(one.get("item_price")), text(one.get("currency")))))
        lines.append(f"{text(one.get('quantity'))} × {text(one.get('product_retailer_id'))} ({price})")
    return "🛒 " + "\n".join(filter(None, lines)), {"catalog": text(found.get("catalog_id"))}


def _system(found: Json) -> Held:
    moved = text(found.get("wa_id")) or text(found.get("new_wa_id")) or text(found.get("user_id"))
    is_move = text(found.get("type")) in ("user_changed_number", "customer_changed_number", "user_changed_user_id")
    return text(found.get("body")), {"moved_to": moved} if is_move and moved else {}


def _edit(found: Json) -> Held:
    said, facts = content(thing(found.get("message")))
    kept = {name: value for name, value in facts.items() if name.startswith(("media", "mime", "file"))}
    return said, {**kept, "edits": text(found.get("original_message_id"))}


def _revoke(found: Json) -> Held:
    return "", {"revokes": text(found.get("original_message_id"))}


def _contacts(message: Json) -> Held:
    lines = []
    for one in things(message.get("contacts")):
        name = thing(one.get("name"))
        lines.append("👤 " + (text(name.get("formatted_name")) or text(name.get("first_name"))))
        lines += [text(phone.get("phone")) or text(phone.get("wa_id")) for phone in things(one.get("phones"))]
        lines += [text(mail.get("email")) for mail in things(one.get("emails"))]
        lines.append(text(thing(one.get("org")).get("company")))
    return "\n".join(filter(None, lines)), {"content": "contacts"}


def _unknown(message: Json, kind: str, errors: object) -> Held:
    if kind == "contacts":
        return _contacts(message)
    told = [*things(message.get("errors")), *things(errors)]
    reasons = [text(thing(one.get("error_data")).get("details")) or text(one.get("title")) for one in told]
    reason = next(filter(None, reasons), "")
    name = text(thing(message.get(UNSUPPORTED)).get("type")) or kind
    shape = UNSUPPORTED if kind == UNSUPPORTED or told or kind in _KINDS else UNKNOWN
    facts = {"content": shape, "kind_sent": name, "reason": reason}
    return f"⚠ {name or '?'}", {key: value for key, value in facts.items() if value}


_KINDS: dict[str, Callable[[Json], Held]] = {
    "text": _text,
    "location": _location,
    "reaction": _reaction,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
    "system": _system,
    "edit": _edit,
    "revoke": _revoke,
}
