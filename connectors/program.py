"""Any program as a channel: it posts its customers' messages to us and gets the answers, both signed
(https://www.standardwebhooks.com). What is posted stands in docs/connected-programs.md.

Ids are kept with the program's short name before them, so that two programs may both have a customer 17.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from standardwebhooks import WebhookVerificationError

from connectors import base, formlabels, http, webhook
from connectors.values import Json, text, thing, things

CREATED, UPDATED, DELETED = "message.created", "message.updated", "message.deleted"
SENT, STATUS, ANSWER = "message.sent", "message.status", "answer.created"
_NEEDED = {CREATED: ("id", "text"), UPDATED: ("id", "text"), DELETED: ("id",), SENT: ("id", "text", "conversation"),
           STATUS: ("message", "state")}  # fmt: skip
_STATES = ("delivered", "seen", "failed")
LONGEST_ID, LONGEST_SUBJECT, MOST_BYTES = 200, 70, 10_000_000
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


class ProgramChannel:
    """One program. `source` is its short name; `url` is where answers go, "" for nowhere; `webhook_secret` (whsec_ and
    base64) signs both ways.
    """

    kind: ClassVar[str] = "program"
    pushed_folder: ClassVar[str] = "events"

    def __init__(self, *, source: str, webhook_secret: str, url: str = "", name: str = "") -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]{1,29}", source):
            raise ValueError("source: 2 to 30 small letters, digits and -, such as shop")
        if url:
            http.check_url(url)
        self._signer = webhook.signer(webhook_secret)
        self._source, self._url = source, url

    def accept(self, request: base.WebhookRequest) -> Sequence[base.RawItem]:
        """See `Push`. Raises ConnectorError with code format for what is signed and not as agreed."""
        try:
            self._signer.verify(request.body, dict(request.headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            raise base.ConnectorError("A call that the signing key did not sign", permanent=True) from None
        event = _parsed(request.body)
        if wrong := _wrong(event):
            raise base.ConnectorError(wrong, permanent=True, code="format")
        kind, number = text(event["type"]), text(event.get("id"))
        stable = kind in (CREATED, SENT)
        key = f"{kind}:{number}" if stable else f"{kind}:{hashlib.sha256(request.body).hexdigest()}"
        meta = {"source": self._source, "lane": text(event.get("conversation")) or text(_sender(event).get("id"))}
        return [base.RawItem(key, datetime.now(UTC), request.body, meta)]

    def read(self, raw: base.RawItem) -> Sequence[base.Reading]:
        """What an event says."""
        return read_item(raw)

    def send(self, message: base.Outbound, committing: Callable[[], None]) -> base.Sent:
        """Post an answer; a repeat carries the same webhook-id, so whatever went wrong may be tried again."""
        if not message.to:
            raise base.ConnectorError("Nobody to send to", permanent=True)
        if not self._url:
            raise base.ConnectorError("No address is known to which answers go: see the channel's page", permanent=True)
        if sum(len(one.content) for one in message.attachments) > MOST_BYTES:
            raise base.ConnectorError("The files are larger than 10 MB together", permanent=True)
        body = json.dumps(self._answer(message), ensure_ascii=False)
        committing()
        webhook.post(self._url, self._signer, message.external_id or _digest(body), body)
        return base.Sent(message.external_id)

    def check(self) -> Sequence[str]:
        """See whether there is a server where answers go; nothing is posted."""
        if not self._url:
            return ["Messages can come; without an address none can be answered"]
        return [f"{http.probe(self._url)}; nothing was sent"]

    def address(self) -> str:
        """Where answers go, as shown: without the path, which may be a secret."""
        return http.place(self._url) if self._url else self._source

    def _answer(self, message: base.Outbound) -> dict[str, Any]:
        to = message.to[0]
        told = {
            "type": ANSWER,
            "id": message.external_id,
            "at": (message.at or datetime.now(UTC)).isoformat(),
            "conversation": self._theirs(message.thread_key),
            "to": {"id": self._theirs(to.address), "name": to.name},
            "reply_to": self._theirs(message.in_reply_to),
            "text": message.text,
        }
        files = [
            {"name": one.filename, "type": one.content_type, "content": base64.b64encode(one.content).decode()}
            for one in message.attachments
        ]
        return told | ({"files": files} if files else {})

    def _theirs(self, number: str) -> str:
        return number.removeprefix(f"{self._source}:")


def read_item(raw: base.RawItem) -> Sequence[base.Reading]:
    """What an event says; `meta`: source. Never raises."""
    event = _parsed(raw.body)
    if wrong := _wrong(event):
        return [base.Ignored(wrong[:200])]
    source, kind = raw.meta.get("source", ""), text(event["type"])
    if kind == STATUS:
        return [_status(event)]
    message = _message(event, kind, source)
    return [base.Echo(message) if kind == SENT else message]


def _message(event: Json, kind: str, source: str) -> base.Message:
    number, sender = f"{source}:{text(event['id'])}", _sender(event)
    person, words = text(sender.get("id")), text(event.get("text"))
    talk = f"{source}:{text(event.get('conversation')) or person}"
    files, problems = _files(event)
    about = {UPDATED: {"content": "edit", "edits": number}, DELETED: {"content": "revoke", "revokes": number}}
    changes = about.get(kind, {})
    return base.Message(
        # What changes a message is no copy of it.
        external_id=f"{number}:{_digest(json.dumps(event, sort_keys=True))[:16]}" if changes else number,
        sender=base.Address(f"{source}:{person or text(event.get('conversation'))}", text(sender.get("name"))),
        text=words,
        reply=words,
        subject=formlabels.shortened(text(event.get("subject")) or words, LONGEST_SUBJECT),
        sent_at=_moment(event.get("at")),
        to=[base.Address(f"{source}:{text(thing(event.get('to')).get('id'))}")] if kind == SENT else (),
        in_reply_to=number if changes else f"{source}:{told}" if (told := text(event.get("reply_to"))) else "",
        thread_key=talk,
        attachments=files,
        machine="receipt" if kind == DELETED else None,
        problems=problems,
        facts=_facts(event, sender) | changes,
    )


def _facts(event: Json, sender: Json) -> dict[str, str]:
    """Language, link, email, and field.<name> of what the program tells, telephone and company among it."""
    told = {"phone": sender.get("phone"), "company": sender.get("company"), **thing(event.get("facts"))}
    named = {f"field.{formlabels.key(name)}": text(value) for name, value in told.items()}
    found = {"language": text(event.get("language")).lower()[:2], "link": text(event.get("link")),
             "email": formlabels.address(text(sender.get("email"))), **named}  # fmt: skip
    kept = list(found.items())[: formlabels.MOST_FIELDS]
    return {name[:100]: value[: formlabels.LONGEST_FACT] for name, value in kept if value}


def _files(event: Json) -> tuple[list[base.Attachment], list[str]]:
    files, problems = [], []
    for one in things(event.get("files")):
        name = text(one.get("name")) or "file"
        try:
            content = base64.b64decode(text(one.get("content")), validate=True)
            files.append(base.Attachment(name, text(one.get("type")) or "application/octet-stream", content))
        except binascii.Error:
            problems.append(f"a file could not be read: {name}"[:200])
    return files, problems


def _status(event: Json) -> base.Reading:
    state = text(event["state"])
    return base.Status(text(event["message"]), state, text(event.get("reason"))[:300], _moment(event.get("at")))  # type: ignore[arg-type]


def _wrong(event: Json) -> str:
    """What is not as agreed, "" where all is."""
    kind = text(event.get("type"))
    if kind not in _NEEDED:
        return f"type: must be one of {', '.join(_NEEDED)}"
    for name in _NEEDED[kind]:
        if not text(event.get(name)).strip() and not (name == "text" and any(things(event.get("files")))):
            return f"{name}: is needed"
    if kind in (CREATED, UPDATED, DELETED) and not text(_sender(event).get("id")):
        return "from.id: is needed: the customer's id in your program, the same each time"
    if kind == SENT and not text(thing(event.get("to")).get("id")):
        return "to.id: is needed: the id of the customer who was answered"
    if kind == STATUS and text(event["state"]) not in _STATES:
        return f"state: must be one of {', '.join(_STATES)}"
    ids = (event.get("id"), event.get("conversation"), event.get("reply_to"), _sender(event).get("id"))
    if any(len(text(one)) > LONGEST_ID for one in ids):
        return f"id: ids have at most {LONGEST_ID} characters"
    if event.get("at") is not None and _moment(event["at"]) is None:
        return "at: must be a moment such as 2026-01-31T09:30:00Z"
    return ""


def _parsed(body: bytes) -> Json:
    try:
        return thing(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def _sender(event: Json) -> Mapping[str, Any]:
    return thing(event.get("from"))


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and _MOMENT.fullmatch(value) else None
        return found.astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()
