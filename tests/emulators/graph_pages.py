"""An emulator of Meta's Graph API for a Facebook page and the Instagram account that is linked to it.

    with PagesEmulator() as graph:
        channel = FacebookChannel(page_id=graph.page, token=graph.token, secret=graph.secret, api_base=graph.url)
    with PagesEmulator(bodies.INSTAGRAM) as graph:
        channel = InstagramChannel(account_id=graph.account, page_id=graph.page, token=graph.token, api_base=graph.url)

It refuses what the Send API, the Attachment Upload API and the edges of comments refuse, by their published reference
and error codes: see `refused`. What it was asked to show lies in `sent` and `comments`. Each message that it takes comes
back as an echo, where there is a callback.
"""

import json
import re
import time
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.emulators import pages_bodies as bodies
from tests.emulators.graph_server import WINDOW, GraphServer, Json, Refused, form

# What may go as a message, and the longest text of one.
_KEYS = {"text", "attachment", "metadata", "quick_replies"}
_KINDS = {"image", "audio", "video", "file"}
_INSTAGRAM_TYPES = ("image/", "audio/", "video/", "application/pdf")
_UPLOAD_BYTES = 25_000_000


class PagesEmulator(GraphServer):
    """`kind`: as which of both it calls and judges. `sent` holds all direct messages taken, `comments` what was said in
    public, `subscribed` the fields that were asked for.

    `heard`: when each person last wrote (Unix time); `people`: their profiles; `known`: ids of comments and posts that
    may be answered, `answered` those that were, privately. `human_agent`: the app has that permission. `alone`: the
    account is linked to no page.
    """

    page, account = "404217156637689", "17841405309211844"

    def __init__(self, kind: str = bodies.PAGE, *, human_agent: bool = False, alone: bool = False) -> None:
        super().__init__()
        self.kind, self.human_agent, self.alone = kind, human_agent, alone
        self.sent: list[Json] = []
        self.comments: list[Json] = []
        self.subscribed: list[str] = []
        self.heard: dict[str, float] = {}
        self.people: dict[str, Json] = {}
        self.said: dict[str, list[tuple[float, str, str, Json]]] = {}
        self.blocked: set[str] = set()
        self.known: set[str] = set()
        self.answered: set[str] = set()
        self.files: dict[str, tuple[str, bytes]] = {}
        self.left: dict[str, tuple[str, bytes]] = {}

    @property
    def own(self) -> str:
        """By which id it calls."""
        return self.page if self.kind == bodies.PAGE else self.account

    # People

    def says(self, sender: str, words: str, *, at: float = 0, **more: Any) -> Json:
        """A person writes directly; the event, called in where there is a callback."""
        return self.sends(sender, {"text": words, **more}, at=at)

    def sends(self, sender: str, content: Json, *, at: float = 0) -> Json:
        """A person sends anything."""
        at = at or time.time()
        self.heard[sender] = at
        event = bodies.message(sender, self.own, at, content)
        self.said.setdefault(sender, []).append((at, event["message"]["mid"], sender, content))
        return self._told(event)

    def comments_on(self, post: str, sender: tuple[str, str], words: str, **more: Any) -> Json:
        """A person comments in public."""
        if self.kind == bodies.PAGE:
            event = bodies.comment(post, sender, words, int(time.time()), **more)
            self.known |= {event["value"]["comment_id"], post}
        else:
            event = bodies.remark(post, sender, words, **more)
            self.known.add(event["value"]["id"])
        return self._told(event)

    def inbox_says(self, to: str, words: str) -> Json:
        """Somebody of the firm answers in Meta's own inbox."""
        return self._told(bodies.echo(self.own, to, time.time(), {"text": words, "app_id": 263902037430900}))

    def has_read(self, person: str) -> list[Json]:
        """A person has got and seen all that was sent."""
        now, mids = time.time(), [one["mid"] for one in self.sent if one["recipient"].get("id") == person]
        if self.kind == bodies.PAGE:
            seen = bodies.direct(person, self.own, now, {"read": {"watermark": int(now * 1000)}})
            found = [bodies.delivered(person, self.own, mids, now), seen]
        else:
            found = [bodies.direct(person, self.own, now, {"read": {"mid": mids[-1]}})]
        return [self._told(one) for one in found]

    def keep(self, content: bytes, mime: str) -> str:
        """A file of a person's; its address."""
        name = bodies.number()
        self.files[name] = (mime, content)
        return f"{self.url}/files/{name}"

    # The webhook

    def body(self, *events: Json) -> bytes:
        """A call's body that brings these events."""
        return bodies.call(self.kind, self.own, *events)

    def _told(self, event: Json) -> Json:
        if self.callback:
            assert self.call(event) == [200]
        return event

    # The server's side

    def is_open(self, what: str) -> bool:
        """The addresses of files are signed."""
        return what == "file"

    def what(self, path: str) -> str:
        """messages, message_attachments, subscribed_apps, comments, replies, mentions, me, profile or file."""
        if path.startswith("/files/"):
            return "file"
        last = path.rsplit("/", 1)[-1]
        known = (
            "messages",
            "message_attachments",
            "subscribed_apps",
            "comments",
            "replies",
            "mentions",
            "me",
            "conversations",
        )
        return last if last in known else "page" if last == self.page else "profile"

    def answer(self, handler: BaseHTTPRequestHandler, what: str, path: str, body: bytes) -> tuple[str, bytes] | Json:
        """Carry a call out. Raises Refused."""
        node = path.split("/")[2] if path.count("/") > 1 else ""
        match what:
            case "file":
                return self._file(node)
            case "messages":
                return self._message(node, json.loads(body))
            case "message_attachments":
                return self._upload(node, form(handler, body))
            case "subscribed_apps":
                return self._subscription(node, json.loads(body) if body else None)
            case "comments" | "replies" | "mentions":
                return self._comment(what, node, handler, body)
            case "conversations":
                return self._conversations(node, parse_qs(urlsplit(handler.path).query))
            case "me":
                return self._me()
            case "page":
                return {"id": self.page, "instagram_business_account": {"id": self.account, "username": "giuntirossi"}}
            case _:
                return self._profile(node, parse_qs(urlsplit(handler.path).query))

    def _conversations(self, node: str, query: dict[str, list[str]]) -> Json:
        """What was said directly, a talk for each person, the newest first."""
        self._ours(node)
        if query.get("platform") != ["messenger" if self.kind == bodies.PAGE else "instagram"]:
            raise Refused(100, "Param platform must be one of {instagram, messenger}")
        talks = []
        for person in sorted(self.said, key=lambda one: -self.said[one][-1][0]):
            newest = [bodies.kept(*one, person, self.own) for one in reversed(self.said[person][-20:])]
            talks.append({"id": f"t_{person}", "updated_time": newest[0]["created_time"], "messages": {"data": newest}})
        begin = int(query.get("after", ["0"])[0])
        shown = talks[begin : begin + 2]
        paging = {"cursors": {"after": str(begin + 2)}} | ({"next": "…"} if begin + 2 < len(talks) else {})
        return {"data": shown, "paging": paging}

    def _me(self) -> Json:
        if self.alone:
            return {"user_id": self.account, "username": "giuntirossi", "id": "28978671838402975"}
        return {"id": self.page, "name": "Giunti Rossi"}

    def _file(self, name: str) -> tuple[str, bytes]:
        if name not in self.files:
            raise Refused(100, "Object does not exist", 404)
        return self.files[name]

    def _ours(self, node: str) -> None:
        if node not in (("me", self.account) if self.alone else ("me", self.page)):
            raise Refused(100, "Unsupported post request. Object does not exist")

    def _message(self, node: str, asked: Json) -> Json:
        self._ours(node)
        to, message = asked.get("recipient") or {}, asked.get("message") or {}
        self._judge(message)
        if "id" in to:
            self._may_write(to["id"], asked)
        else:
            about = to.get("comment_id") or to.get("post_id")
            if about not in self.known:
                raise Refused(100, "No comment or post with this id")
            if about in self.answered:
                raise Refused(10900, "Activity already replied to")
            self.answered.add(about)
        with self._lock:
            kept = {"mid": bodies.mid(), **asked}
            self.sent.append(kept)
        person = to.get("id", "7001")
        if self.callback:
            content = {name: one for name, one in message.items() if name in ("text", "metadata")}
            self._told(bodies.echo(self.own, person, time.time(), {"app_id": 1517776481860111, **content}, kept["mid"]))
        return {"recipient_id": person, "message_id": kept["mid"]}

    def _judge(self, message: Json) -> None:
        if unknown := set(message) - _KEYS:
            raise Refused(100, f'Invalid keys "{", ".join(sorted(unknown))}" were found in param "message".')
        if ("text" in message) == ("attachment" in message):
            raise Refused(100, "Message must have either text or an attachment")
        words = message.get("text", "x")
        size = len(words) if self.kind == bodies.PAGE else len(words.encode())
        if not 0 < size <= (2000 if self.kind == bodies.PAGE else 1000):
            raise Refused(100, "Length of param message[text] must be less than or equal to the limit")
        if len(message.get("metadata", "")) > 1000:
            raise Refused(100, "Length of param message[metadata] must be less than or equal to 1000")
        left = message.get("attachment", {})
        if left and self.left.get(left.get("payload", {}).get("attachment_id"), ("",))[0] != left.get("type"):
            raise Refused(100, "Invalid attachment_id")

    def _may_write(self, person: str, asked: Json) -> None:
        if person in self.blocked:
            raise Refused(551, "This person isn't available right now.", subcode=1545041)
        if person not in self.heard:
            raise Refused(100, "No matching user found", subcode=2018001)
        kind, tag = asked.get("messaging_type"), asked.get("tag")
        if kind not in ("RESPONSE", "UPDATE", "MESSAGE_TAG") or (kind == "MESSAGE_TAG") != bool(tag):
            raise Refused(100, "Param messaging_type is not valid")
        most = WINDOW
        if tag:
            if not self.human_agent or tag != "HUMAN_AGENT":
                raise Refused(100, "Tag requires the feature Human Agent", subcode=2018292)
            most = 7 * WINDOW
        if time.time() - self.heard[person] > most:
            subcode = 2018278 if self.kind == bodies.PAGE else 2534022
            raise Refused(10, "This message is sent outside of allowed window.", 403, subcode=subcode)

    def _upload(self, node: str, fields: dict[str, tuple[bytes, bytes]]) -> Json:
        self._ours(node)
        head, content = fields.get("filedata", (b"", b""))
        asked = json.loads(fields.get("message", (b"", b"{}"))[1])
        kind = asked.get("attachment", {}).get("type")
        if kind not in _KINDS or not content or len(content) > _UPLOAD_BYTES:
            raise Refused(100, "Upload attachment failure.", subcode=2018047)
        if self.kind == bodies.INSTAGRAM:
            mime = re.search(rb"content-type: ([^\r\n]+)", head)
            fits = mime and mime[1].decode().startswith(_INSTAGRAM_TYPES) and head.isascii()
            if self.alone or fields.get("platform", (b"", b""))[1] != b"instagram" or not fits:
                raise Refused(100, "Upload attachment failure.", subcode=2018047)
        with self._lock:
            name = bodies.number()
            self.left[name] = (kind, content)
        return {"attachment_id": name}

    def _subscription(self, node: str, asked: Json | None) -> Json:
        self._ours(node)
        if asked is None:
            told = {"id": "1517776481860111", "name": "App", "subscribed_fields": self.subscribed}
            return {"data": [told] if self.subscribed else []}
        fields = asked.get("subscribed_fields", "").split(",")
        if bad := [one for one in fields if not re.fullmatch(r"[a-z_]+", one)]:
            raise Refused(100, f"Param subscribed_fields must be one of the known ones, got {bad}")
        if not self.alone and {"messaging_seen", "comments"} & set(fields):
            raise Refused(100, "Param subscribed_fields[0] must be one of {feed, mention, messages, …}")
        self.subscribed = fields
        return {"success": True}

    def _comment(self, what: str, node: str, handler: BaseHTTPRequestHandler, body: bytes) -> Json:
        if handler.headers.get("content-type", "").startswith("multipart/"):
            fields = form(handler, body)
            asked: Json = {name: one[1] if name == "source" else one[1].decode() for name, one in fields.items()}
        else:
            asked = json.loads(body)
        right = {"comments"} if self.kind == bodies.PAGE else {"replies", "mentions"}
        if what not in right or (what != "mentions" and node not in self.known):
            raise Refused(100, "Unsupported post request. Object does not exist", subcode=33)
        if what == "mentions" and (node != self.account or not asked.get("media_id")):
            raise Refused(100, "The parameter media_id is required.")
        if not asked.get("message") and "source" not in asked:
            raise Refused(100, "The parameter message is required.")
        with self._lock:
            kept = {"id": bodies.number(), "on": node, "edge": what, **asked}
            self.comments.append(kept)
        if self.callback:
            self._told(self._own_comment(kept))
        return {"id": kept["id"]}

    def _own_comment(self, kept: Json) -> Json:
        """Our own comment comes back like anybody's."""
        sender, words = (self.own, "Giunti Rossi"), kept.get("message", "")
        if self.kind == bodies.PAGE:
            return bodies.comment("1_2", sender, words, int(time.time()), name=kept["id"], parent=kept["on"])
        return bodies.remark("2", sender, words, name=kept["id"], parent=kept["on"])

    def _profile(self, person: str, query: dict[str, list[str]]) -> Json:
        if person not in self.people:
            told = f"Unsupported get request. Object with ID '{person}' does not exist, cannot be loaded"
            raise Refused(100, told, subcode=33)
        fields = query.get("fields", [""])[0].split(",")
        return {name: one for name, one in self.people[person].items() if name in fields} | {"id": person}
