"""An emulator of X's API v2 for one account: a real HTTP server on 127.0.0.1, people, faults, and what it would cost.

    with XEmulator() as x:
        x.mentions("7", "Buongiorno")
        channel = XChannel(**x.keys, api_base=x.url)

It takes only calls that the account's and the app's keys have signed (RFC 5849), for the address of the real API, and
refuses what the reference refuses (https://docs.x.com/x-api): see `refused`. `posted` and `written` hold what was sent;
`cost` counts what was read and sent, each resource once, in thousandths of a dollar.
"""

import base64
import hashlib
import hmac
import itertools
import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

import httpx

from tests.emulators.faulty import Answer, Call, FaultyServer, Refused

Json = dict[str, Any]
OFFICIAL = "https://api.twitter.com"
PRICES = {"post": 5, "user": 10, "direct": 10, "media": 5}
_LINK = re.compile(r"https?://\S+")


class XEmulator(FaultyServer):
    """The account has the number `own`; `people` are name and user name by number."""

    own, name = "1001", "giuntirossi"
    keys: dict[str, str] = {
        "key": "app-key",
        "secret": "app-secret",
        "token": "1001-token",
        "token_secret": "token-secret",
    }

    def __init__(self) -> None:
        super().__init__()
        self.posts: list[Json] = []
        self.directs: list[Json] = []
        self.media: dict[str, Json] = {}
        self.people: dict[str, tuple[str, str]] = {self.own: ("Giunti Rossi", self.name)}
        self.posted: list[Json] = []
        self.written: list[Json] = []
        self.refused: list[int] = []
        self.read: set[tuple[str, str]] = set()
        self.again = False
        self.shuffled = False
        self._ids = itertools.count(1_700_000_000_000_000_000)

    @property
    def cost(self) -> int:
        """What was read, by the prices for each resource."""
        return sum(PRICES[kind] for kind, _ in self.read)

    # People

    def mentions(self, who: str, words: str, **more: Any) -> Json:
        """Somebody writes a post that mentions the account."""
        with self.lock:
            number = str(next(self._ids))
            post = {
                "id": number, "text": f"@{self.name} {words}", "author_id": who, "conversation_id": number,
                "created_at": _now(), "lang": "it", **more,
            }  # fmt: skip
            self.posts.append(post)
        return post

    def says(self, who: str, words: str, *, to: str = "", talk: str = "", **more: Any) -> Json:
        """Somebody writes directly; `to`: somebody of the firm does, in X itself."""
        with self.lock:
            pair = "-".join(sorted((self.own, to or who), key=int))
            event = {
                "id": str(next(self._ids)), "event_type": "MessageCreate", "text": words, "sender_id": who,
                "dm_conversation_id": talk or pair, "created_at": _now(), **more,
            }  # fmt: skip
            self.directs.append(event)
        return event

    def call(self, url: str, body: Json, *, times: int = 1, secret: str = "") -> list[int]:
        """Call by webhook; what was answered each time."""
        content = json.dumps(body).encode()
        digest = hmac.new((secret or self.keys["secret"]).encode(), content, hashlib.sha256).digest()
        headers = {"x-twitter-webhooks-signature": f"sha256={base64.b64encode(digest).decode()}"}
        return [httpx.post(url, content=content, headers=headers).status_code for _ in range(times)]

    # The server's side

    def what(self, call: Call) -> str:
        """mentions, dm_events, tweets (to post), messages (to write), me or user."""
        last = call.path.rsplit("/", 1)[-1]
        return last if last in ("mentions", "dm_events", "tweets", "messages", "me") else "user"

    def carry_out(self, call: Call, what: str) -> Answer:
        try:
            if not self._is_signed(call):
                raise Refused(
                    401, {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
                )
            with self.lock:
                return Answer(getattr(self, f"_{what}")(call))
        except Refused as refused:
            self.refused.append(refused.answer.status)
            raise

    def _mentions(self, call: Call) -> Json:
        if call.path != f"/2/users/{self.own}/mentions":
            raise Refused(403, {"title": "Forbidden", "detail": "another account"})
        since = int(call.query.get("since_id", ["0"])[0])
        found = [one for one in self.posts if int(one["id"]) > since or self.again]
        return self._page(call, found, "post", lowest=5)

    def _dm_events(self, call: Call) -> Json:
        return self._page(call, self.directs, "direct", lowest=1)

    def _page(self, call: Call, found: list[Json], kind: str, *, lowest: int) -> Json:
        most = int(call.query["max_results"][0])
        if not lowest <= most <= 100:
            raise Refused(400, {"title": "Invalid Request", "detail": f"max_results: {most}"})
        at = int(call.query.get("pagination_token", ["p0"])[0].removeprefix("p"))
        newest = sorted(found, key=lambda one: -int(one["id"]))
        page = newest[at : at + most]
        self.read |= {(kind, one["id"]) for one in page}
        meta: Json = {"result_count": len(page)} | ({"next_token": f"p{at + most}"} if newest[at + most :] else {})
        keys = [key for one in page for key in one.get("attachments", {}).get("media_keys", ())]
        held = [self.media[key] for key in keys if key in self.media] if "expansions" in call.query else []
        self.read |= {("media", one["media_key"]) for one in held}
        page = page[1::2] + page[::2] if self.shuffled else page
        return {"meta": meta} | ({"data": page} if page else {}) | ({"includes": {"media": held}} if held else {})

    def _tweets(self, call: Call) -> Json:
        asked = json.loads(call.body)
        about = asked.get("reply", {}).get("in_reply_to_tweet_id", "")
        if not 0 < weight(asked["text"]) <= 280:
            raise Refused(403, {"title": "Forbidden", "detail": "Your Tweet text is too long.", "type": "about:blank"})
        if about and about not in {one["id"] for one in (*self.posts, *self.posted)}:
            raise Refused(403, {"title": "Forbidden", "detail": "You attempted to reply to a Tweet that is deleted"})
        made = {"id": str(next(self._ids)), "text": asked["text"], "in_reply_to": about}
        self.posted.append(made)
        return {"data": {"id": made["id"], "text": made["text"]}}

    def _messages(self, call: Call) -> Json:
        found = re.fullmatch(r"/2/dm_conversations/(with/)?([\d]+)/messages", call.path)
        if found is None or not 0 < len(json.loads(call.body)["text"]) <= 10_000:
            raise Refused(400, {"title": "Invalid Request", "detail": "no such talk"})
        if found[2] in ("13",):
            raise Refused(403, {"title": "Forbidden", "detail": "You do not have permission to DM this participant"})
        words = json.loads(call.body)["text"]
        said = self.says(self.own, words, to=found[2]) if found[1] else self.says(self.own, words, talk=found[2])
        self.written.append({"to": found[2], "text": words, "id": said["id"]})
        return {"data": {"dm_event_id": said["id"], "dm_conversation_id": said["dm_conversation_id"]}}

    def _me(self, call: Call) -> Json:
        return self._person(self.own)

    def _user(self, call: Call) -> Json:
        return self._person(call.path.rsplit("/", 1)[-1])

    def _person(self, number: str) -> Json:
        if number not in self.people:
            return {"errors": [{"title": "Not Found Error", "detail": f"Could not find user with id: [{number}]."}]}
        self.read.add(("user", number))
        name, username = self.people[number]
        return {"data": {"id": number, "name": name, "username": username}}

    def _is_signed(self, call: Call) -> bool:
        """https://www.rfc-editor.org/rfc/rfc5849#section-3.4"""
        given = dict(re.findall(r'(oauth_\w+)="([^"]*)"', call.headers.get("authorization", "")))
        signature = unquote(given.pop("oauth_signature", ""))
        ours = (given.get("oauth_consumer_key"), given.get("oauth_token"))
        if ours != (self.keys["key"], self.keys["token"]):
            return False
        pairs = [(_safe(name), _safe(unquote(value))) for name, value in given.items()]
        pairs += [(_safe(name), _safe(one)) for name, values in call.query.items() for one in values]
        told = "&".join(f"{name}={value}" for name, value in sorted(pairs))
        base = "&".join((call.method, _safe(OFFICIAL + call.path), _safe(told)))
        key = f"{_safe(self.keys['secret'])}&{_safe(self.keys['token_secret'])}"
        digest = hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
        return hmac.compare_digest(base64.b64encode(digest).decode(), signature)


def weight(words: str) -> int:
    """How X counts (https://docs.x.com/fundamentals/counting-characters), here simply."""
    plain = _LINK.sub("x" * 23, words)
    return sum(1 if ord(one) <= 4351 or 8192 <= ord(one) <= 8205 or 8208 <= ord(one) <= 8223 else 2 for one in plain)


def _safe(value: str) -> str:
    return quote(value, safe="~")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
