"""The one client of Meta's Graph API. The token goes in a header, and nowhere but to Meta's own hosts."""

import json
import secrets
from urllib.parse import quote, urlencode, urlsplit

from connectors import http
from connectors.base import Attachment, ConnectorError
from connectors.meta.errors import explain
from connectors.meta.values import Json, text, thing

OFFICIAL = "https://graph.facebook.com"
VERSION = "v23.0"
# Where the Graph API says that files lie.
FILE_HOST = "lookaside.fbsbx.com"
UPLOAD_SECONDS = 120.0
# Then it cannot have reached the platform.
_NEVER_REACHED = ("host", "refused", "certificate", "tls")


class Graph:
    """`base` is the API's address, `token` what it gave us; no network until something is asked."""

    def __init__(self, base: str, token: str) -> None:
        http.check_url(base)
        self._base = base.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}"}

    def get(self, path: str, **query: str) -> Json:
        """Ask for an object. Raises ConnectorError."""
        asked = f"?{urlencode(query)}" if query else ""
        return self._read(http.get(f"{self._address(path)}{asked}", self._headers))

    def post(self, path: str, content: Json, *, sending: bool = False) -> Json:
        """Do something; `sending`: that nobody may do twice. Raises ConnectorError."""
        headers = {**self._headers, "content-type": "application/json"}
        try:
            answer = http.post(self._address(path), json.dumps(content).encode(), headers)
        except ConnectorError as error:
            if sending and error.code not in _NEVER_REACHED:
                raise ConnectorError(error.reason, code=error.code, uncertain=True) from error
            raise
        return self._read(answer, sending=sending)

    def upload(self, path: str, file: Attachment) -> str:
        """Leave a file there; its id. Raises ConnectorError."""
        mark = secrets.token_hex(16)
        kind = _plain(file.content_type) or "application/octet-stream"
        name = _plain(file.filename) or "file"
        head = "".join(
            f'--{mark}\r\ncontent-disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
            for field, value in (("messaging_product", "whatsapp"), ("type", kind))
        )
        head += f'--{mark}\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\n'
        head += f"content-type: {kind}\r\n\r\n"
        body = head.encode() + file.content + f"\r\n--{mark}--\r\n".encode()
        headers = {**self._headers, "content-type": f"multipart/form-data; boundary={mark}"}
        found = self._read(http.post(self._address(path), body, headers, seconds=UPLOAD_SECONDS))
        if not text(found.get("id")):
            raise ConnectorError("WhatsApp took a file and did not name it")
        return text(found.get("id"))

    def download(self, url: str, most: int) -> bytes:
        """A file's bytes, by the address that the API gave. Raises ConnectorError for one that is none of Meta's, or a
        file of more than `most` bytes."""
        parts = urlsplit(url)
        is_ours = url.startswith(f"{self._base}/")
        if not is_ours and (parts.scheme, parts.netloc) != ("https", FILE_HOST):
            raise ConnectorError(f"WhatsApp names a file at {http.place(url)}, which is not Meta's", permanent=True)
        answer = http.get(url, self._headers, seconds=UPLOAD_SECONDS, most=most + 1)
        if answer.status != 200:
            gone = answer.status in (404, 410)
            raise (
                ConnectorError("WhatsApp no longer has this file", permanent=True)
                if gone
                else explain(answer, sending=False)
            )
        if len(answer.body) > most:
            raise too_large(most)
        return answer.body

    def _address(self, path: str) -> str:
        return f"{self._base}/{VERSION}/{quote(path)}"

    def _read(self, answer: http.Answer, *, sending: bool = False) -> Json:
        if answer.status != 200:
            raise explain(answer, sending=sending)
        try:
            return thing(json.loads(answer.body))
        except (ValueError, RecursionError):
            raise ConnectorError("WhatsApp's answer could not be read", uncertain=sending) from None


def too_large(most: int) -> ConnectorError:
    """A file is larger than may be taken."""
    return ConnectorError(f"The file is larger than {most // 1_000_000} MB", permanent=True)


def _plain(value: str) -> str:
    return "".join(one for one in value if one.isprintable() and one not in '"\\')
