"""What a WhatsApp event says: pure, and by hand, because new kinds and fields come without notice.

A Message has as `external_id` the platform's id (wamid…), as `thread_key` the chat: the sender's id, or the group's.
Who has no visible number is known by `user_id` (https://developers.facebook.com/docs/whatsapp/business-scoped-user-ids).
Facts besides those of `contents`: wa_id, user_id, username of the sender; group; forwarded (1, or many); product;
source_url, source_id, source_type, headline, ad_text, ctwa_clid of the advertisement that was clicked.
"""

from collections.abc import Iterator, Sequence

from connectors import formlabels
from connectors.base import Address, Echo, Ignored, Message, RawItem, Reading, Status
from connectors.meta.errors import said
from connectors.meta.items import FOREIGN
from connectors.meta.whatsapp import contents
from connectors.meta.whatsapp.cutting import ECHOES, HISTORY, MESSAGES, STATUSES, changes
from connectors.values import Json, moment, text, thing, things

STATES = {"sent": "accepted", "delivered": "delivered", "read": "seen", "played": "seen", "failed": "failed"}
_REFERRAL = {
    "source_url": "source_url", "source_id": "source_id", "source_type": "source_type", "headline": "headline",
    "body": "ad_text", "ctwa_clid": "ctwa_clid",
}  # fmt: skip
LONGEST_SUBJECT = 70


def read_item(raw: RawItem) -> Sequence[Reading]:
    """What a raw item says. Never raises, and never says nothing."""
    if FOREIGN in raw.meta:
        return [Ignored(f"for the number with the id {raw.meta[FOREIGN]}, which is not this channel's"[:200])]
    found = [one for entry, field, value in changes(raw.body) for one in _change(entry, field, value)]
    return found or [Ignored("not an event of WhatsApp")]


def _change(entry: Json, field: str, value: Json) -> Iterator[Reading]:
    read = False
    for one in things(value.get(MESSAGES)):
        read = True
        yield _inbound(one, value)
    for one in things(value.get(ECHOES)):
        read = True
        yield Echo(_outbound(one, value))
    for one in things(value.get(STATUSES)):
        read = True
        yield _status(one, field)
    for part in things(value.get(HISTORY)):
        for thread in things(part.get("threads")):
            read = True
            yield from (_earlier(one, text(thread.get("id")), value) for one in things(thread.get("messages")))
    if not read:
        yield Ignored(_nobodys(field, value))


def _nobodys(field: str, value: Json) -> str:
    """Why this is nothing to answer."""
    about = [text(value.get("event")), *(text(one.get("event")) for one in things(value.get("calls")))]
    about += [text(one.get("type")) for one in things(value.get("groups"))]
    about += [text(one.get("value")) for one in things(value.get("user_preferences"))]
    about += [said(one) for one in things(value.get("errors"))]
    return f"{field or 'no field'}: {', '.join(filter(None, about)) or 'no message'}"[:200]


def _inbound(message: Json, value: Json) -> Reading:
    if text(thing(message.get("interactive")).get("type")) == "call_permission_reply":
        return Ignored("calls: a permission to call, given or refused")
    words, facts = contents.content(message, value.get("errors"))
    if facts.get("content") == "system" and "moved_to" not in facts:
        return Ignored(f"WhatsApp tells: {words}"[:200])
    sender, known = _sender(message, value)
    return _message(message, value, sender, words, facts | known | _told(message))


def _outbound(message: Json, value: Json) -> Message:
    """What somebody of the firm wrote in WhatsApp's own app."""
    words, facts = contents.content(message)
    number = thing(value.get("metadata"))
    ours = Address(text(message.get("from")) or text(number.get("display_phone_number")))
    chat = text(message.get("group_id")) or text(message.get("to")) or text(message.get("to_user_id"))
    return _message(message, value, ours, words, facts, chat)


def _earlier(message: Json, chat: str, value: Json) -> Reading:
    """A message from before the number was connected."""
    if chat and text(message.get("from")) not in ("", chat):
        return Echo(_outbound({"to": chat, **message}, value))
    return _inbound({**message, "from": text(message.get("from")) or chat}, value)


def _message(message: Json, value: Json, sender: Address, words: str, facts: dict[str, str], chat: str = "") -> Message:
    group = text(message.get("group_id"))
    facts |= {"group": group} if group else {}
    around = text(thing(message.get("context")).get("id"))
    about = facts.get("edits") or facts.get("revokes") or facts.get("reacts_to") or around
    is_edit = "edits" in facts
    return Message(
        external_id=text(message.get("id")),
        sender=sender,
        text=words,
        reply=words,
        subject=formlabels.shortened(words, LONGEST_SUBJECT),
        sent_at=moment(message.get("timestamp")),
        to=[Address(chat)] if chat else (),
        in_reply_to=about,
        thread_key=chat or group or sender.address,
        machine=None if is_edit else contents.SIGNS.get(text(message.get("type"))),
        facts={name: one[: formlabels.LONGEST_FACT] for name, one in facts.items() if one},
    )


def _sender(message: Json, value: Json) -> tuple[Address, dict[str, str]]:
    number, user_id = text(message.get("from")), text(message.get("from_user_id"))
    cards = list(things(value.get("contacts")))
    ids = {number, user_id} - {""}
    named = [one for one in cards if ids & {text(one.get("wa_id")), text(one.get("user_id"))}]
    card = (named or (cards if len(cards) == 1 and not ids else [{}]))[0]
    user_id = user_id or text(card.get("user_id"))
    number = number or text(card.get("wa_id"))
    profile = thing(card.get("profile"))
    known = {"wa_id": number, "user_id": user_id, "username": text(profile.get("username"))}
    name = text(profile.get("name")) or text(profile.get("username"))
    return Address(number or user_id, name), {key: one for key, one in known.items() if one}


def _told(message: Json) -> dict[str, str]:
    """What stands beside the words: where the customer comes from, what is passed on."""
    context, referral = thing(message.get("context")), thing(message.get("referral"))
    facts = {fact: text(referral.get(field)) for field, fact in _REFERRAL.items()}
    facts["product"] = text(thing(context.get("referred_product")).get("product_retailer_id"))
    if context.get("frequently_forwarded") is True:
        facts["forwarded"] = "many"
    elif context.get("forwarded") is True:
        facts["forwarded"] = "1"
    return {name: one for name, one in facts.items() if one}


def _status(status: Json, field: str) -> Reading:
    state, number = text(status.get("status")), text(status.get("id"))
    if field == "calls" or text(status.get("type")) == "call":
        return Ignored(f"calls: {state}"[:200])
    if state not in STATES or not number:
        return Ignored(f"a status that is not known here: {state}"[:200])
    who = ("recipient_participant_id", "recipient_participant_user_id", "recipient_id", "recipient_user_id")
    return Status(
        external_id=text(status.get("biz_opaque_callback_data")) or number,
        state=STATES[state],  # type: ignore[arg-type]
        reason="; ".join(filter(None, (said(one) for one in things(status.get("errors"))))),
        at=moment(status.get("timestamp")),
        recipient=next(filter(None, (text(status.get(name)) for name in who)), ""),
        alias=number,
    )
