"""Mastodon.py on a careful session, and pages of raw items: the library builds its types of what it reads and throws
the bytes away, and does not know `include_filtered`."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from mastodon import Mastodon
from mastodon.errors import MastodonError

from connectors import sessions
from connectors.base import ConnectorError
from connectors.mastodon.errors import GONE, explain
from connectors.values import Json, text, thing

T = TypeVar("T")
UPLOAD_SECONDS = 120.0
# Since this version a server has all that is asked for here.
OLDEST = "4.0.0"
# What servers take that do not say it.
LONGEST_POST, MOST_FILES = 500, 4
_SPACE = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class Us:
    """Our account, and what its server says of itself. `hosts`: where it keeps files, besides its own; `app`: by which
    name we post; `longest`: signs of a post; `kinds` of files it takes, none for all; `image`, `video`: bytes."""

    number: str
    name: str
    domain: str
    app: str
    hosts: frozenset[str]
    longest: int
    files: int
    kinds: frozenset[str]
    image: int
    video: int

    @property
    def address(self) -> str:
        """As everybody calls it."""
        return f"{self.name}@{self.domain}"


class Api:
    """`server` is its https address, `token` an access token of the account."""

    def __init__(self, server: str, token: str, seconds: float) -> None:
        self._server, self._token, self._seconds = server, token, seconds
        self._session = sessions.Session(explain, seconds=seconds)
        self.client = self._client(self._session)

    def pages(self, path: str, **query: Any) -> list[bytes]:
        """The items of a page in the bytes in which they came. Raises ConnectorError."""
        headers = {"authorization": f"Bearer {self._token}", "user-agent": "Centralino"}
        answer = self._session.get(f"{self._server}{path}", params=query, headers=headers)
        try:
            return exact(answer.content.decode())
        except (ValueError, RecursionError):
            raise ConnectorError("Mastodon's answer could not be read") from None

    def ask(self, work: Callable[[Any], T], *, slowly: bool = False) -> T:
        """Run `work(client)`; `slowly` for what takes longer than a question. Raises ConnectorError."""
        client = self._client(sessions.Session(explain, seconds=UPLOAD_SECONDS)) if slowly else self.client
        try:
            return work(client)
        except (MastodonError, ValueError, TypeError, AttributeError) as error:
            # The last three are what the library makes of an answer that is not as it expects.
            told = sessions.cause(error) or ConnectorError("Mastodon's answer could not be read", uncertain=True)
            raise told from None

    def us(self) -> Us:
        """Our account and its server. Raises ConnectorError."""
        account = thing(self.ask(lambda client: client.account_verify_credentials()))
        try:
            instance = thing(self.ask(lambda client: client.instance_v2()))
        except ConnectorError as error:
            if error.code != GONE:
                raise
            instance = thing(self.ask(lambda client: client.instance_v1()))
        try:
            app = text(thing(self.ask(lambda client: client.app_verify_credentials())).get("name"))
        except ConnectorError as error:
            if not error.permanent:
                raise
            app = ""
        limits = thing(instance.get("configuration"))
        posts, files = thing(limits.get("statuses")), thing(limits.get("media_attachments"))
        kinds = files.get("supported_mime_types")
        return Us(
            number=text(account.get("id")),
            name=text(account.get("username")).lower(),
            domain=_domain(instance, self._server),
            app=app,
            hosts=_hosts(account, instance),
            longest=_number(posts, "max_characters", LONGEST_POST),
            files=_number(posts, "max_media_attachments", MOST_FILES),
            kinds=frozenset(map(text, kinds)) if isinstance(kinds, list) else frozenset(),
            image=_number(files, "image_size_limit", 16_000_000),
            video=_number(files, "video_size_limit", 99_000_000),
        )

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()

    def _client(self, session: sessions.Session) -> Any:
        # Said, the version is not asked for before calls that there are in two ways.
        client = Mastodon(
            api_base_url=self._server, ratelimit_method="throw", version_check_mode="created",
            mastodon_version=OLDEST, session=session, request_timeout=self._seconds, user_agent="Centralino",
        )  # fmt: skip
        # Given to its constructor, a token that is also a file's name would be looked up there.
        client.access_token = self._token
        return client


def exact(page: str) -> list[bytes]:
    """Each item of a JSON list in the bytes in which it came. Raises ValueError."""
    if not isinstance(json.loads(page), list):
        raise ValueError("no list")
    decoder, at = json.JSONDecoder(), page.index("[") + 1
    found: list[bytes] = []
    while True:
        at = _end(page, at)
        if page[at] == "]":
            return found
        _item, end = decoder.raw_decode(page, at)
        found.append(page[at:end].encode())
        at = end


def _end(page: str, at: int) -> int:
    space = _SPACE.match(page, at)
    return space.end() if space else at


def _domain(instance: Json, server: str) -> str:
    """What stands behind the @ of those who are at home there; it need not be the address of the server."""
    told = text(instance.get("domain")) or text(instance.get("uri"))
    found = (urlsplit(told).netloc if "//" in told else told) or urlsplit(server).netloc
    return found.lower()


def _hosts(account: Json, instance: Json) -> frozenset[str]:
    """Where the server keeps files: what it names itself, its picture and ours, lies there."""
    picture = instance.get("thumbnail")
    named: Sequence[Any] = (
        thing(picture).get("url") or picture, account.get("avatar"), account.get("avatar_static"), account.get("header")
    )  # fmt: skip
    urls = [one for one in map(text, named) if one.startswith("https://")]
    return frozenset(filter(None, (_host(one) for one in urls)))


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def _number(found: Mapping[str, Any], name: str, otherwise: int) -> int:
    value = found.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else otherwise
