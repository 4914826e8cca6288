"""Several conversations in one message: in a chat a list with a button for each card, by mail a list with links."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from config import i18n
from config.i18n import translator
from inbox import replies
from inbox.models import Channel, Conversation, Delivery, User
from inbox.models.delivery import NOTIFICATION
from inbox.worktime import calendars
from routing.chat import lists
from routing.notify.fan_out import Audience

# So many are named; the rest is on the page.
MOST = 30
_WORTH = ("", "lost", "new", "qualified", "quoted", "won")


def ordered(conversations: Sequence[Conversation]) -> list[Conversation]:
    """Who has waited longest first; of two who wait as long, whoever is nearer to buying."""
    return sorted(conversations, key=lambda one: (one.waiting_since or one.last_at, -_WORTH.index(one.stage), one.id))


def title(count: int, language: str) -> str:
    """What stands over the list, and as a mail's subject."""
    ngettext = i18n.translations(language).ngettext
    return ngettext("%(num)s conversation waits for you", "%(num)s conversations wait for you", count) % {"num": count}


def tell(
    session: Session,
    user: User,
    conversations: Sequence[Conversation],
    audience: Audience,
    public_url: str,
    is_told: Callable[[Channel, Conversation], bool] = lambda _channel, _one: True,
) -> list[dict[str, object]]:
    """Tell a colleague of several conversations by one message each way; by what, as an event holds it. `is_told`:
    whether a way is meant for a conversation."""
    told: list[dict[str, object]] = []
    for channel, address in audience.ways(conversations[0], user):
        rows = ordered([one for one in conversations if is_told(channel, one)])
        if not rows:
            continue
        envelope = {"to": [{"address": address, "name": user.name}], **_shown(session, user, rows, channel, public_url)}
        is_mail = channel.kind == "mail"
        replies.queue_delivery(session, Delivery(
            purpose=NOTIFICATION, channel_id=channel.id, recipient=address, user_id=user.id, envelope=envelope,
            external_id=replies.message_id_for(channel.address) if is_mail else "",
        ))  # fmt: skip
        told.append({"user_id": user.id, "by": channel.kind})
    return told


def _shown(
    session: Session, user: User, rows: Sequence[Conversation], channel: Channel, public_url: str
) -> dict[str, Any]:
    _, hours, head = translator(user.language), calendars.company(session), title(len(rows), user.language)
    more = _("… and %s more on the page.") % (len(rows) - MOST) if len(rows) > MOST else ""
    named = rows[:MOST]
    if channel.kind != "mail":
        return lists.listed(head, named, user.language, hours, buttons=True, more=more).envelope()
    url = public_url.rstrip("/")
    lines = [f"{head}:", ""]
    for one in named:
        lines += [f"- {lists.line(one, user.language, hours)}", f"  {url}/conversations/{one.id}", ""]
    lines += [more] if more else []
    return {
        "subject": head, "text": "\n".join(lines).rstrip() + "\n",
        "headers": replies.AUTO_GENERATED,
    }  # fmt: skip
