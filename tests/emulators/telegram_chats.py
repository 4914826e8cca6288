"""Who and where: people, private chats, groups and what the bot is there, as the Bot API describes them."""

import re
from typing import Any

Json = dict[str, Any]
BOT = {"id": 7000000001, "is_bot": True, "first_name": "Centralino", "username": "centralino_test_bot"}
_RIGHTS = """
    can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members
    can_promote_members can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories
"""
_MORE = {"kicked": {"until_date": 0}, "administrator": dict.fromkeys(_RIGHTS.split(), False)}


def person(number: int) -> Json:
    """A person: the private chat with them has the same number."""
    found = {"id": number, "is_bot": False, "first_name": "Anna", "last_name": f"Prova {number}"}
    return found | {"username": f"anna{number}", "language_code": "it"}


def private_chat(number: int) -> Json:
    """The chat with that person."""
    found = {"id": number, "type": "private", "first_name": "Anna", "last_name": f"Prova {number}"}
    return found | {"username": f"anna{number}"}


def membership(status: str) -> Json:
    """What the bot is in a chat: member, administrator, left, kicked."""
    return {"status": status, "user": BOT} | _MORE.get(status, {})


def mentions(text: str) -> list[Json]:
    """The names with an @ in a text, as Telegram marks them."""
    return [
        {"type": "mention", "offset": len(text[: one.start()].encode("utf-16-le")) // 2, "length": len(one[0])}
        for one in re.finditer(r"(?<!\w)@\w{5,32}", text, re.ASCII)
    ]


def entity_problem(text: str, entities: list[Json]) -> str:
    """What Telegram would refuse in these entities, or "": offsets are UTF-16 units inside the text."""
    whole = text.encode("utf-16-le")
    for one in entities:
        begin, end = one["offset"], one["offset"] + one["length"]
        if one["length"] < 1 or begin < 0 or 2 * end > len(whole):
            return f"Entity beginning at UTF-16 offset {begin} ends after the end of the text at UTF-16 offset {end}"
        for place in (begin, end):
            if _inside_a_pair(whole, place):
                return f"Entity at UTF-16 offset {begin} begins or ends in a middle of a UTF-16 symbol"
    return ""


def _inside_a_pair(whole: bytes, place: int) -> bool:
    return 0xDC <= int.from_bytes(whole[2 * place : 2 * place + 2], "little") >> 8 <= 0xDF
