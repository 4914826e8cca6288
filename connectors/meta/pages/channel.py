"""What the channels of a Facebook page and an Instagram account have in common: all but their settings and checks."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

from connectors.base import Address, Attachment, ConnectorError, Outbound, RawItem, Sent, WebhookRequest
from connectors.meta import signature
from connectors.meta.graph import Graph
from connectors.meta.pages import comments, cutting, files, recalling, sending
from connectors.meta.pages.platforms import Platform
from connectors.values import Json, text, things


class PagesChannel:
    """`account` is the id by which Meta's calls name it, `node` that from which is written; `secret` is the app's, by
    which Meta's calls are known, `verify` the verify token; `public`: take in comments; `human_agent`: Meta lets the
    app answer for 7 days; `uploads`: files can be sent."""

    pushed_folder: ClassVar[str] = "events"
    platform: ClassVar[Platform]

    def __init__(
        self, account: str, node: str, graph: Graph, secret: str, verify: str, *,
        public: bool, human_agent: bool, uploads: bool = True,
    ) -> None:  # fmt: skip
        self._account, self._node, self._graph = account, node, graph
        self._secret, self._verify = secret, verify
        self._public, self._human_agent, self._uploads = public, human_agent, uploads

    def accept(self, request: WebhookRequest) -> Sequence[RawItem]:
        """See `Push`. Each message, receipt, comment and echo of a call is an item of its own."""
        signature.check(request, self._secret)
        kind, now = self.platform.object, datetime.now(UTC)
        return cutting.cut(request.body, kind, self._account, now, comments=self._public)

    def challenge(self, request: WebhookRequest) -> str:
        """See `Challenged`."""
        return signature.challenge(request, self._verify)

    def send(self, message: Outbound, committing: Callable[[], None]) -> Sent:
        """Send to a person: the text, in several messages where it is too long for one, then the files; or answer the
        comment that `in_reply_to` names where `thread_key` is that of a talk of comments, openly or `private`.

        The provider's id is that of the first message, or the comment's. A failure after the first is `uncertain`:
        repeating would double it.
        """
        if comments.is_talk(message.thread_key) and not message.private:
            return self._comment(message, committing)
        is_private = message.private and comments.is_talk(message.thread_key)
        if not is_private and not message.to:
            raise ConnectorError("Nobody to send to", permanent=True)
        pieces = sending.pieces(message.text, self.platform)
        if is_private and len(pieces) + len(message.attachments) > 1:
            told = "takes one message in private answer to a comment: shorten it, or leave the files out"
            raise ConnectorError(f"{self.platform.name} {told}", permanent=True)
        # What is left there and never sent is forgotten by the platform.
        left = [self._leave(one) for one in message.attachments]
        contents = sending.parts(message, left, self.platform)
        if not contents:
            raise ConnectorError(f"{self.platform.name} sends no empty message", permanent=True)
        if is_private:
            requests = [sending.private(contents[0], message)]
        else:
            requests = [sending.direct(one, message, human_agent=self._human_agent) for one in contents]
        committing()
        return Sent(self._posted(requests))

    def fetch_file(self, file_id: str, most: int) -> Attachment:
        """See `KeepsFiles`: the id is the file's address."""
        return files.fetch(self._graph, file_id, most, self.platform.name)

    def profile(self, person_id: str) -> Address:
        """See `Named` (https://developers.facebook.com/docs/messenger-platform/identity/user-profile)."""
        if not re.fullmatch(r"\d{1,32}", person_id, re.ASCII):
            raise ConnectorError(f"{self.platform.name} does not tell who this is", permanent=True)
        found = self._graph.get(person_id, fields=self.platform.person)
        whole = " ".join(filter(None, (text(found.get("first_name")), text(found.get("last_name")))))
        return Address(person_id, text(found.get("name")) or whole or text(found.get("username")))

    def recall(self, since: datetime) -> Sequence[RawItem]:
        """See `Recalls`: direct messages alone."""
        return recalling.recalled(self._graph, self._node, self._account, self.platform, since)

    def subscribe(self) -> str:
        """See `Subscribes`. What else the app was subscribed to stays.

        https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps
        """
        wanted = sorted({*self._subscribed(), *self._wanted()})
        found = self._graph.post(f"{self._node}/subscribed_apps", {"subscribed_fields": ",".join(wanted)})
        if found.get("success") is not True:
            raise ConnectorError(f"{self.platform.name} did not say that it will call")
        return f"{self.platform.name} calls about: {', '.join(wanted)}"

    def _wanted(self) -> tuple[str, ...]:
        return (*self.platform.fields, *(self.platform.public if self._public else ()))

    def _subscribed(self) -> list[str]:
        """About what Meta calls; it tells of the app alone to which the token belongs."""
        found = self._graph.get(f"{self._node}/subscribed_apps")
        fields = [one.get("subscribed_fields") for one in things(found.get("data"))]
        return sorted({text(name) for one in fields if isinstance(one, list) for name in one} - {""})

    def _told_of_calls(self) -> list[str]:
        """What the checks say of Meta's calls."""
        missing = sorted({*self._wanted()} - {*self._subscribed()})
        told = f"{self.platform.name} does not call yet about: {', '.join(missing)}"
        return [told if missing else f"{self.platform.name} calls about all that is taken in here"] + (
            [] if self._secret else ["Without the app secret no message can be taken in"]
        )

    def _comment(self, message: Outbound, committing: Callable[[], None]) -> Sent:
        words = sending.comment(message, self.platform)
        picture = sending.picture(message, self.platform)
        about = sending.answered(message)
        post, _, who = message.thread_key.partition(comments.BETWEEN)
        path, content = f"{about}/{self.platform.answers}", {"message": words} if words else {}
        if who.startswith(comments.MENTIONED):
            # https://developers.facebook.com/docs/instagram-api/reference/ig-user/mentions
            path, content = f"{self._account}/mentions", {"media_id": post, "message": words}
            content |= {"comment_id": about} if about != post else {}
        committing()
        if picture is None:
            found = self._graph.post(path, content, sending=True)
        else:
            found = self._graph.upload(path, content, "source", picture, sending=True)
        return Sent(self._named(found, "id"))

    def _leave(self, file: Attachment) -> tuple[str, str]:
        """Leave a file there; how it goes, and its id."""
        if not self._uploads:
            told = "takes files only for an account that is linked to a Facebook page"
            raise ConnectorError(f"{self.platform.name} {told}", permanent=True)
        kind = sending.shape(file, self.platform)
        fields = sending.upload_fields(kind, self.platform)
        # Instagram refuses names with other signs.
        plain = replace(file, filename=file.filename.encode("ascii", "ignore").decode() or "file")
        found = self._graph.upload(f"{self._node}/message_attachments", fields, "filedata", plain)
        if not text(found.get("attachment_id")):
            raise ConnectorError(f"{self.platform.name} took a file and did not name it")
        return kind, text(found.get("attachment_id"))

    def _posted(self, requests: Sequence[Json]) -> str:
        """Post all messages; the first one's id."""
        sent: list[str] = []
        for one in requests:
            try:
                sent.append(self._named(self._graph.post(f"{self._node}/messages", one, sending=True), "message_id"))
            except ConnectorError as error:
                if not sent:
                    raise
                told = f"Only {len(sent)} of {len(requests)} parts were sent. {error.reason}"
                raise ConnectorError(told, uncertain=True, code=error.code) from None
        return sent[0]

    def _named(self, answer: Json, field: str) -> str:
        if not text(answer.get(field)):
            raise ConnectorError(f"{self.platform.name} took it and did not name it", uncertain=True)
        return text(answer.get(field))


def check_id(name: str, value: str) -> None:
    """Raises ValueError for what is no id of Meta's."""
    if not re.fullmatch(r"\d{1,32}", value, re.ASCII):
        raise ValueError(f"{name}: are digits, as Meta shows them (not the name)")


def check_secrets(token: str, secret: str) -> None:
    """Raises ValueError for what cannot be a token, or an app's secret."""
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise ValueError("token: is one word without spaces, as Meta gave it")
    if secret and not re.fullmatch(r"[\x21-\x7e]+", secret):
        raise ValueError("secret: is one word without spaces, as Meta shows it among the app's settings")
