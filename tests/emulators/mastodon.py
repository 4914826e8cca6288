"""An emulator of a Mastodon server for one account: a real HTTP server on 127.0.0.1, people, faults.

    with MastodonEmulator() as mastodon:
        mastodon.says("anna@altrove.test", "Buongiorno", visibility="direct")
        channel = MastodonChannel(server=mastodon.url, token=mastodon.token)

Every call is judged by the API's own description where there is one: see `violations`. Posts of the account lie in
`posted`; a repeated Idempotency-Key posts nothing more, as long as `forget` was not called.
"""

import functools
import itertools
import json
import os
import queue
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from tests.emulators import mastodon_bodies as bodies
from tests.emulators.faulty import Answer, Call, FaultyServer, Refused
from tests.emulators.mastodon_spec import MastodonSpec

Json = dict[str, Any]
CORPORA = Path(os.environ.get("CORPORA") or Path(__file__).parents[2] / "../shared/corpora")
SPEC = CORPORA / "specs/mastodon-openapi.json"
APP = "Centralino"
_NAMES = {"notifications": "notifications", "statuses": "statuses", "media": "media", "context": "context"}


@functools.cache
def described() -> MastodonSpec | None:
    """The API's own description, where it is there."""
    return MastodonSpec(SPEC) if SPEC.exists() else None


class MastodonEmulator(FaultyServer):
    """`notifications` and `statuses` hold all there is; `left` the files that wait to be posted. `converting`: how often
    a file is not ready yet. `filtered`: ids of notifications that the account's filters keep back."""

    token, number, name = "abcDEF-123_test", "1001", "giunti"

    def __init__(self, *, longest: int = 500) -> None:
        super().__init__()
        self.spec = described()
        self.violations: list[str] = []
        self.longest = longest
        self.posted: list[Json] = []
        self.notifications: list[Json] = []
        self.statuses: dict[str, Json] = {}
        self.accounts: dict[str, Json] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.left: dict[str, Json] = {}
        self.filtered: set[str] = set()
        self.converting = 0
        self.again = 0
        self.shuffled = False
        self._ids = itertools.count(110_000_000_000_000_000)
        self._notices = itertools.count(7)
        self._keys: dict[str, Json] = {}
        self._streams: list[queue.Queue[str]] = []

    # People

    def who(self, acct: str, name: str = "", *, bot: bool = False) -> Json:
        """An account; at home without a server in its name."""
        if acct not in self.accounts:
            self.accounts[acct] = bodies.account(self.url, str(next(self._ids)), acct, name or acct, bot=bot)
        return self.accounts[acct]

    @property
    def us(self) -> Json:
        """The account itself."""
        return bodies.account(self.url, self.number, self.name, "Giunti Rossi")

    def says(
        self, acct: str, words: str, *, about: Json | None = None, name: str = "", quiet: bool = False, **more: Any
    ) -> Json:
        """Somebody writes a post that mentions the account; the post. `quiet`: the filters keep it back."""
        with self.lock:
            answered = (
                {"in_reply_to_id": about["id"], "in_reply_to_account_id": about["account"]["id"]} if about else {}
            )
            post = bodies.post(
                self.url, str(next(self._ids)), self.who(acct, name), words, [self.us], **answered, **more
            )
            self.statuses[post["id"]] = post
            told = self.tells("mention", acct, post)
            if quiet:
                self.filtered.add(told["id"])
        return post

    def edits(self, post: Json, words: str) -> Json:
        """Somebody changes a post that the account has shared."""
        with self.lock:
            content = bodies.post(self.url, post["id"], post["account"], words, [self.us])["content"]
            changed = {**post, "content": content, "edited_at": bodies.moment()}
            self.statuses[post["id"]] = changed
            self.tells("update", post["account"]["acct"], changed)
        return changed

    def tells(self, kind: str, acct: str, post: Json | None = None) -> Json:
        """The account is told something."""
        with self.lock:
            told = bodies.notification(str(next(self._notices)), kind, self.who(acct), post)
            self.notifications.append(told)
            for one in self._streams:
                one.put(f"event: notification\ndata: {json.dumps(told)}\n\n")
        return told

    def app_says(self, words: str, about: Json | None = None, *, app: str = "Web", **more: Any) -> Json:
        """Somebody of the firm posts in Mastodon itself."""
        mentioned = [about["account"]] if about and about["account"]["id"] != self.number else []
        answered = {"in_reply_to_id": about["id"], "in_reply_to_account_id": about["account"]["id"]} if about else {}
        visibility = {"visibility": about["visibility"]} if about else {}
        with self.lock:
            post = bodies.post(
                self.url, str(next(self._ids)), self.us, words, mentioned, **(answered | visibility | more)
            )
            post["application"] = {"name": app, "website": None}
            self.statuses[post["id"]] = post
        return post

    def gone(self, post: Json) -> None:
        """Somebody takes a post back."""
        with self.lock:
            del self.statuses[post["id"]]

    def keep(self, content: bytes, mime: str, description: str = "") -> Json:
        """A file for a post, as one of its media_attachments."""
        number = str(next(self._ids))
        self.files[number] = (mime, content)
        return bodies.media(self.url, number, mime, description)

    def forget(self) -> None:
        """An hour has passed: the keys of posts are known no more."""
        self._keys.clear()

    # The server's side

    def what(self, call: Call) -> str:
        """notifications, statuses (our own), post, status, context, media, account, instance, app, stream or file."""
        parts = call.path.strip("/").split("/")
        if parts[0] == "media":
            return "file"
        if "streaming" in parts:
            return "stream"
        if parts[2:] == ["accounts", "verify_credentials"]:
            return "account"
        if parts[2] == "apps":
            return "app"
        if parts[2:3] == ["statuses"] and len(parts) < 5:
            return "post" if call.method == "POST" else "status"
        return _NAMES.get(parts[-1]) or ("media" if parts[2] == "media" else parts[2])

    def carry_out(self, call: Call, what: str) -> Answer | None:
        if what == "file":
            mime, content = self.files.get(call.path.rsplit("/", 1)[-1]) or ("", b"")
            return Answer(content, 200 if mime else 404, mime=mime or "text/plain")
        if what != "instance" and call.headers.get("authorization") != f"Bearer {self.token}":
            raise Refused(401, {"error": "The access token is invalid"})
        is_form = call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        form = parse_qs(call.body.decode(), keep_blank_values=True) if is_form else {}
        if self.spec:
            wrong = self.spec.problems(call.method, call.path, call.query, form if is_form else None)
            self.violations += wrong
        with self.lock:
            if what == "stream":
                mine: queue.Queue[str] = queue.Queue()
                self._streams.append(mine)
            else:
                return self._answer(call, what, form)
        self._stream(call, mine)
        return None

    def _answer(self, call: Call, what: str, form: dict[str, list[str]]) -> Answer:
        number = (*call.path.strip("/").split("/"), "")[3]
        match what:
            case "notifications":
                return self._page(call, self._notifications(call), "Notification")
            case "statuses":
                own = [one for one in self.statuses.values() if one["account"]["id"] == self.number]
                return self._page(call, own, "Status")
            case "post":
                return self._judged("Status", self._post(form, call.headers.get("idempotency-key", "")))
            case "status":
                return self._judged("Status", self._status(number))
            case "context":
                return self._judged("Context", {"ancestors": self._ancestors(self._status(number)), "descendants": []})
            case "media":
                return self._media(call, number)
            case "account":
                return self._judged("CredentialAccount", bodies.own(self.url, self.number, self.name, "Giunti Rossi"))
            case "app":
                return Answer({"id": "1", "name": APP, "website": None, "scopes": ["read", "write"], "redirect_uris": [],
                               "redirect_uri": "", "vapid_key": ""})  # fmt: skip
            case "instance" if "/v2/" in call.path:
                return self._judged("Instance", bodies.instance(self.url, self.longest))
        raise Refused(404, {"error": "Record not found"})

    def _judged(self, name: str, value: Json) -> Answer:
        if self.spec:
            self.violations += self.spec.entity_problems(name, value)
        return Answer(value)

    def _notifications(self, call: Call) -> list[Json]:
        kinds = call.query.get("types[]")
        kept = [one for one in self.notifications if not kinds or one["type"] in kinds]
        with_filtered = call.query.get("include_filtered") == ["true"]
        return [one for one in kept if with_filtered or one["id"] not in self.filtered]

    def _page(self, call: Call, found: list[Json], name: str) -> Answer:
        """https://docs.joinmastodon.org/api/guidelines/#pagination: newest first; `min_id`: those right after it."""
        limit = min(int(call.query.get("limit", ["20"])[0]), 40)
        found = sorted(found, key=lambda one: int(one["id"]))
        after = call.query.get("min_id", [""])[0]
        if after:
            begin = next((n for n, one in enumerate(found) if int(one["id"]) > int(after)), len(found))
            begin = max(0, begin - self.again)
            page = found[begin : begin + limit]
        else:
            page = found[-limit:]
        page = page[::-1] if not self.shuffled else page[1::2] + page[::2]
        if self.spec:
            self.violations += [told for one in page for told in self.spec.entity_problems(name, one)]
        return Answer(page)

    def _post(self, form: dict[str, list[str]], key: str) -> Json:
        if key and key in self._keys:
            return self._keys[key]
        words, media = form.get("status", [""])[0], form.get("media_ids[]", [])
        about = self._status(form["in_reply_to_id"][0]) if "in_reply_to_id" in form else None
        if len(words) + len(form.get("spoiler_text", [""])[0]) > self.longest:
            raise Refused(422, {"error": f"Validation failed: Text character limit of {self.longest} exceeded"})
        if any(self.left[one]["url"] is None for one in media):
            raise Refused(
                422, {"error": "Cannot attach files that have not finished processing. Try again in a moment!"}
            )
        if len(media) > 1 and any(self.left[one]["type"] != "image" for one in media):
            raise Refused(422, {"error": "Cannot attach a video to a post that already contains images"})
        known = {**self.accounts, **{f"{one['acct']}@{bodies.DOMAIN}": one for one in self.accounts.values()}}
        mentioned = [
            known[word[1:].lower()] for word in words.split() if word.startswith("@") and word[1:].lower() in known
        ]
        post = bodies.post(
            self.url, str(next(self._ids)), self.us, words, (), visibility=form["visibility"][0],
            spoiler_text=form.get("spoiler_text", [""])[0], media_attachments=[self.left[one] for one in media],
            in_reply_to_id=about["id"] if about else None,
            in_reply_to_account_id=about["account"]["id"] if about else None,
        )  # fmt: skip
        post["mentions"] = bodies.post(self.url, "1", self.us, "", mentioned)["mentions"]
        post["application"] = {"name": APP, "website": None}
        self.statuses[post["id"]] = self._keys[key] = post
        self.posted.append({**post, "text": words, "key": key})
        return post

    def _status(self, number: str) -> Json:
        if number not in self.statuses:
            raise Refused(404, {"error": "Record not found"})
        return self.statuses[number]

    def _ancestors(self, post: Json) -> list[Json]:
        found: list[Json] = []
        while (about := post["in_reply_to_id"]) and about in self.statuses:
            post = self.statuses[about]
            found.insert(0, post)
        return found

    def _media(self, call: Call, number: str) -> Answer:
        if call.method == "GET":
            if number not in self.left:
                raise Refused(404, {"error": "Record not found"})
            return self._ready(self.left[number], 206)
        kind = call.headers["content-type"].encode()
        form = BytesParser(policy=HTTP).parsebytes(b"content-type: " + kind + b"\r\n\r\n" + call.body)
        (part,) = [one for one in form.iter_parts() if one.get_param("name", header="content-disposition") == "file"]
        number, mime = str(next(self._ids)), part.get_content_type()
        self.files[number] = (mime, part.get_payload(decode=True))
        return self._ready(bodies.media(self.url, number, mime), 202)

    def _ready(self, found: Json, otherwise: int) -> Answer:
        is_ready, self.converting = self.converting <= 0, self.converting - 1
        address = f"{self.url}/media/{found['id']}" if is_ready else None
        self.left[found["id"]] = {**found, "url": address, "preview_url": address}
        return Answer(self.left[found["id"]], 200 if is_ready else otherwise)

    def _stream(self, call: Call, mine: "queue.Queue[str]") -> None:
        handler = call.handler
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.end_headers()
        handler.close_connection = True
        try:
            handler.wfile.write(b":)\n")
            while not self.closing.is_set():
                try:
                    handler.wfile.write(mine.get(timeout=0.1).encode())
                except queue.Empty:
                    handler.wfile.write(b":thump\n")
        except OSError:
            pass
        finally:
            self._streams.remove(mine)

    @property
    def heard(self) -> int:
        """How many listen to the stream."""
        return len(self._streams)
