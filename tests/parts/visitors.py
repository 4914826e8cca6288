"""Visitors of the firm's site who chat, as the widget's protocol has them."""

import base64
import json
import secrets
from collections.abc import Iterator
from typing import Any

import httpx

SITE = "https://www.firm.test"


def new_token() -> str:
    """A visit's token as browsers make it."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def new_id() -> str:
    """A message's id as browsers make it."""
    return secrets.token_urlsafe(16)


class Visitor:
    """One browser. `client` reaches the server; `origin` is the site on which the chat stands."""

    def __init__(self, client: httpx.Client, key: str, origin: str = SITE, token: str = "") -> None:
        self.client, self.key, self.origin, self.token = client, key, origin, token or new_token()

    def ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        """A request with the visit's token."""
        headers = {"origin": self.origin, "authorization": f"Bearer {self.token}", **how.pop("headers", {})}
        headers = {name: value for name, value in headers.items() if value}
        return self.client.request(method, f"/chat/{self.key}/{path}", headers=headers, **how)

    def write(self, text: str, files: Any = None, **fields: Any) -> httpx.Response:
        """Send a message; `files` as httpx has them."""
        fields = {"id": new_id(), "text": text, "visit": {"page": f"{SITE}/giunti", "language": "it"}, **fields}
        if files is None:
            return self.ask("POST", "messages", json=fields)
        told = {name: one if isinstance(one, str) else json.dumps(one) for name, one in fields.items()}
        return self.ask("POST", "messages", data=told, files=files)

    def talk(self, after: int = 0) -> dict[str, Any]:
        """What there is to see."""
        answer = self.ask("GET", f"talk?after={after}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def texts(self) -> list[tuple[str, str]]:
        """The talk as (from, text)."""
        return [(one["from"], one["text"]) for one in self.talk()["messages"]]

    def stream(self) -> Iterator[int]:
        """The versions that the stream tells, until it ends."""
        headers = {"origin": self.origin, "authorization": f"Bearer {self.token}"}
        with self.client.stream("GET", f"/chat/{self.key}/stream", headers=headers, timeout=30) as answer:
            assert answer.status_code == 200, answer.read()
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    yield int(line.removeprefix("data: "))
