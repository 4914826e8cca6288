"""The one client of Meta's Graph API. The token goes in a header, and nowhere but to Meta's own hosts."""

import json
import secrets
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

from connectors import http
from connectors.base import Attachment, ConnectorError
from connectors.meta.errors import explain
from connectors.values import Json, thing

OFFICIAL = "https://graph.facebook.com"
VERSION = "v23.0"
# Where the Graph API says that files lie.
FILE_HOST = "lookaside.fbsbx.com"
UPLOAD_SECONDS = 120.0
# Then it cannot have reached the platform.
_NEVER_REACHED = ("host", "refused", "certificate", "tls")


class Graph:
    """`base` is the API's address, `token` what it gave us, `platform` what people call it; no network until something
    is asked."""

    def __init__(self, base: str, token: str, platform: str) -> None:
        http.check_url(base)
        self._base = base.rstrip("/")
        self._platform = platform
        self._headers = {"authorization": f"Bearer {token}"}

    def get(self, path: str, **query: str) -> Json:
        """Ask for an object. Raises ConnectorError."""
        asked = f"?{urlencode(query)}" if query else ""
        return self._read(http.get(f"{self._address(path)}{asked}", self._headers))

    def post(self, path: str, content: Json, *, sending: bool = False) -> Json:
        """Do something; `sending`: that nobody may do twice. Raises ConnectorError."""
        return self._posted(path, json.dumps(content).encode(), "application/json", http.SECONDS, sending=sending)

    def upload(
        self, path: str, fields: Mapping[str, str], name: str, file: Attachment, *, sending: bool = False
    ) -> Json:
        """Post a form with a file, under `name`; `sending` as for `post`. Raises ConnectorError."""
        mark = secrets.token_hex(16)
        kind = _plain(file.content_type) or "application/octet-stream"
        head = "".join(
            f'--{mark}\r\ncontent-disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
            for field, value in fields.items()
        )
        label = _plain(file.filename) or "file"
        head += f'--{mark}\r\ncontent-disposition: form-data; name="{name}"; filename="{label}"\r\n'
        head += f"content-type: {kind}\r\n\r\n"
        body = head.encode() + file.content + f"\r\n--{mark}--\r\n".encode()
        return self._posted(path, body, f"multipart/form-data; boundary={mark}", UPLOAD_SECONDS, sending=sending)

    def download(self, url: str, most: int) -> bytes:
        """A file's bytes, by the address that the API gave. Raises ConnectorError for one that is none of Meta's, or a
        file of more than `most` bytes."""
        parts = urlsplit(url)
        if not self.is_here(url) and (parts.scheme, parts.netloc) != ("https", FILE_HOST):
            raise ConnectorError(
                f"{self._platform} names a file at {http.place(url)}, which is not Meta's", permanent=True
            )
        return self.file(http.get(url, self._headers, seconds=UPLOAD_SECONDS, most=most + 1), most)

    def file(self, answer: http.Answer, most: int) -> bytes:
        """A file's bytes, of an answer that was asked for up to one byte more than `most`. Raises ConnectorError."""
        if answer.status in (404, 410):
            raise ConnectorError(f"{self._platform} no longer has this file", permanent=True)
        if answer.status != 200:
            raise explain(answer, self._platform, sending=False)
        if len(answer.body) > most:
            raise too_large(most)
        return answer.body

    def is_here(self, url: str) -> bool:
        """Whether an address is below the API's own."""
        return url.startswith(f"{self._base}/")

    def _posted(self, path: str, body: bytes, kind: str, seconds: float, *, sending: bool) -> Json:
        try:
            answer = http.post(self._address(path), body, {**self._headers, "content-type": kind}, seconds=seconds)
        except ConnectorError as error:
            if sending and error.code not in _NEVER_REACHED:
                raise ConnectorError(error.reason, code=error.code, uncertain=True) from error
            raise
        return self._read(answer, sending=sending)

    def _address(self, path: str) -> str:
        return f"{self._base}/{VERSION}/{quote(path)}"

    def _read(self, answer: http.Answer, *, sending: bool = False) -> Json:
        if answer.status != 200:
            raise explain(answer, self._platform, sending=sending)
        try:
            return thing(json.loads(answer.body))
        except (ValueError, RecursionError):
            raise ConnectorError(f"{self._platform}'s answer could not be read", uncertain=sending) from None


def too_large(most: int) -> ConnectorError:
    """A file is larger than may be taken."""
    return ConnectorError(f"The file is larger than {most // 1_000_000} MB", permanent=True)


def _plain(value: str) -> str:
    return "".join(one for one in value if one.isprintable() and one not in '"\\')
