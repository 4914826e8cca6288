"""The web form channel: what a page of the firm's site posts to us. It only receives; answers leave by a mailbox."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from connectors import base, formbody
from connectors import formlabels as labels
from connectors.formroles import MESSAGE, PAGE, REFERRER, SUBJECT, Filled, fill
from connectors.mail.charsets import clean, decode

LONGEST_SUBJECT = 70
_LONGEST_RAW = 100_000
# Words of our own in what is taken in: a subject where the form has none, and why nobody can be written to.
_SUBJECTS = {"it": "Richiesta dal sito", "en": "Request from the website", "de": "Anfrage über die Website",
             "fr": "Demande depuis le site"}  # fmt: skip
_NO_ADDRESS = {
    "it": "(Nessun indirizzo e-mail indicato: si può rispondere solo per telefono.)",
    "en": "(No e-mail address was given: an answer is possible by telephone only.)",
    "de": "(Keine E-Mail-Adresse angegeben: eine Antwort ist nur telefonisch möglich.)",
    "fr": "(Aucune adresse e-mail indiquée : une réponse n'est possible que par téléphone.)",
}


class WebformChannel:
    """The settings are the product's business (inbox.forms.settings); nothing is reached from here."""

    kind: ClassVar[str] = "webform"

    def __init__(self, **_settings: Any) -> None:
        pass

    def read(self, raw: base.RawItem) -> Sequence[base.Reading]:
        """See `Connector`."""
        return read_item(raw)

    def send(self, message: base.Outbound, committing: Callable[[], None]) -> base.Sent:
        """See `Connector`. A form cannot be written to."""
        raise base.ConnectorError("a web form only receives; its answers leave by its mailbox", permanent=True)

    def check(self) -> Sequence[str]:
        """See `Connector`."""
        return ["waits for what visitors post; nothing was tried"]


def read_item(raw: base.RawItem) -> Sequence[base.Reading]:
    """A post as a message of whoever filled the form in.

    `meta`: content_type, form (its name here), id (the Message-ID to be), page (where it was posted from), language
    (of the form), fields (its own mapping, JSON), trap (what showed that it is spam) and unwanted (the entry of the
    company's list that it met).
    """
    meta = raw.meta
    posted = formbody.parse(meta.get("content_type", ""), raw.body)
    filled = fill(posted, _mapping(meta.get("fields", "")))
    language = filled.visit.get("language", "").lower()[:2] or meta.get("language", "")
    text = _text(filled, language)
    if "broken" in posted.problems:
        text = clean(decode(raw.body[:_LONGEST_RAW]))
    return [
        base.Message(
            external_id=meta.get("id", ""),
            sender=base.Address(filled.email, filled.name),
            text=text,
            reply=text,
            subject=_subject(filled, language),
            attachments=tuple(posted.files),
            problems=tuple(posted.problems),
            facts=_facts(filled, meta, language),
        )
    ]


def _mapping(text: str) -> Mapping[str, str]:
    found = json.loads(text) if text else {}
    return {str(name): str(role) for name, role in found.items()}


def _text(filled: Filled, language: str) -> str:
    """The message, and below it the other fields, a line each."""
    message = filled.roles.get(MESSAGE, "")
    lines: list[str] = []
    for one in filled.told:
        if one.value and one.value != message:
            label = one.label if one.label != one.name else _readable(one.name)
            lines.append(f"{label}:\n{one.value}" if "\n" in one.value else f"{label}: {one.value}")
    if not filled.email:
        lines.append(_NO_ADDRESS.get(language, _NO_ADDRESS["en"]))
    return "\n\n".join(filter(None, (message, "\n".join(lines))))


def _readable(name: str) -> str:
    """A technical name as a label: your-phone is "Phone"."""
    words = " ".join(name.replace("_", " ").replace("-", " ").split())
    words = words.removeprefix("your ") or words
    return words[:1].upper() + words[1:]


def _subject(filled: Filled, language: str) -> str:
    """The form's own subject, else the first words of the message."""
    words = filled.roles.get(SUBJECT) or filled.roles.get(MESSAGE, "")
    return labels.shortened(words, LONGEST_SUBJECT) or _SUBJECTS.get(language, _SUBJECTS["en"])


def _facts(filled: Filled, meta: Mapping[str, str], language: str) -> dict[str, str]:
    """What rules may ask: form, page, referrer, language, utm_…, field.<label>, consent.<name>, trap,
    unwanted."""
    page = filled.visit.get(PAGE) or meta.get("page", "")
    visit = {name: value for name, value in filled.visit.items() if labels.CAMPAIGN.fullmatch(name)}
    found = {
        "form": meta.get("form", "form"),
        "page": page,
        "referrer": filled.visit.get(REFERRER, ""),
        "language": language,
        "trap": meta.get("trap", ""),
        "unwanted": meta.get("unwanted", ""),
        **labels.campaign(page),
        **visit,
        **{f"field.{labels.key(one.label)}": one.value for one in filled.told[: labels.MOST_FIELDS]},
        **{f"consent.{name}": value for name, value in list(filled.consents.items())[: labels.MOST_FIELDS]},
    }
    return {name[:100]: value[: labels.LONGEST_FACT] for name, value in found.items() if value}
