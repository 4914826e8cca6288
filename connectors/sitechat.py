"""The site chat channel. What it sends is not carried anywhere: a visitor's browser fetches what is stored."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from connectors import base, chatbody
from connectors import formlabels as labels

LONGEST_SUBJECT = 70
_NO_WORDS = {"it": "Chat sul sito", "en": "Chat on the site", "de": "Chat auf der Website", "fr": "Chat sur le site"}


class SitechatChannel:
    """The settings are the product's business (inbox.sitechat); nothing is reached from here."""

    kind: ClassVar[str] = "sitechat"

    def __init__(self, **_settings: Any) -> None:
        pass

    def read(self, raw: base.RawItem) -> Sequence[base.Reading]:
        """See `Connector`."""
        return read_item(raw)

    def send(self, message: base.Outbound, committing: Callable[[], None]) -> base.Sent:
        """See `Connector`. That it is stored is all, so no step is irrevocable; the product watches who sees it."""
        return base.Sent(provider_id="")

    def check(self) -> Sequence[str]:
        """See `Connector`."""
        return ["waits for visitors of the site; nothing was tried"]


def read_item(raw: base.RawItem) -> Sequence[base.Reading]:
    """A visitor's message.

    `meta`: content_type, chat (its name here), visit (the address of the visit), sender and name (whom it is from),
    email (as far as known), signed (yes, where the site vouched for the sender), language, trap and unwanted (what
    showed that it is spam).
    """
    meta = raw.meta
    said = chatbody.parse(meta.get("content_type", ""), raw.body)
    language = meta.get("language", "")
    return [
        base.Message(
            external_id=f"{meta['visit']}.{said.id}",
            sender=base.Address(meta["sender"], meta.get("name", "")),
            text=said.text,
            reply=said.text,
            subject=labels.shortened(said.text, LONGEST_SUBJECT) or _NO_WORDS.get(language, _NO_WORDS["en"]),
            thread_key=meta["visit"],
            attachments=said.files,
            problems=said.problems,
            facts=_facts(said, meta),
        )
    ]


def _facts(said: chatbody.Said, meta: Mapping[str, str]) -> dict[str, str]:
    """What rules may ask: chat, page, referrer, seconds, language, email, signed, utm_…, field.<question>,
    consent.chat (the words that were ticked), trap, unwanted."""
    page = said.visit.get("page", "")
    found = {
        "chat": meta.get("chat", "chat"),
        "page": page,
        "referrer": said.visit.get("referrer", ""),
        "seconds": said.visit.get("seconds", ""),
        "language": meta.get("language", ""),
        "email": meta.get("email", ""),
        "signed": meta.get("signed", ""),
        "consent.chat": said.consent,
        "trap": meta.get("trap", ""),
        "unwanted": meta.get("unwanted", ""),
        **labels.campaign(page),
        **{f"field.{name}": value for name, value in said.answers.items()},
    }
    return {name[:100]: value[: labels.LONGEST_FACT] for name, value in found.items() if value}
