"""Raw bytes to a tree of parts, within bounds: how deep, how many."""

import binascii
import re
from email.feedparser import FeedParser
from email.message import Message as Tree
from email.policy import compat32
from functools import cached_property

from connectors.mail.headers import LONGEST, Headers, from_base64, parameters

MOST = 1_000  # parts of one mail
_SHALLOW = 50  # parts that are still told apart in a mail that nests deeper than Python can follow


class Part(Tree):
    """A part of a mail. Only multiparts have children; a nested message stays the bytes it came as."""

    opened = True

    @cached_property
    def headers(self) -> Headers:
        """The part's headers. The tree must be complete when it is first asked."""
        return Headers(self.raw_items())

    @property
    def _typed(self) -> tuple[str, dict[str, str]]:
        # Asked by the parser when the headers are complete, before the body is.
        kept: tuple[str, dict[str, str]] | None = self.__dict__.get("_kept")
        if kept is None:
            kept = self.__dict__["_kept"] = parameters(self.headers.first("content-type"))
        return kept

    def get_content_type(self) -> str:
        kind = self._typed[0].split()[0] if self._typed[0] else ""
        if kind.count("/") == 1 and not kind.startswith("/"):
            return kind
        return self.get_default_type() if not kind else "text/plain"

    def get_content_maintype(self) -> str:
        return "multipart" if self.opened and self.get_content_type().startswith("multipart/") else "text"

    def get_boundary(self, failobj: object = None) -> str | None:  # type: ignore[override]
        return self._typed[1].get("boundary", "").rstrip() or None

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of Content-Type."""
        return self._typed[1]

    @cached_property
    def disposition(self) -> tuple[str, dict[str, str]]:
        """Content-Disposition and its parameters."""
        return parameters(self.headers.first("content-disposition"))

    @property
    def children(self) -> list["Part"]:
        """The parts of a multipart; [] for a leaf."""
        held = self.__dict__["_payload"]
        return held if isinstance(held, list) else []

    @property
    def raw(self) -> bytes:
        """A leaf's body as transferred."""
        # Not get_payload(): it already decodes 8-bit text, by a label that may lie.
        held = self.__dict__["_payload"]
        return held.encode("utf-8", "surrogateescape") if isinstance(held, str) else b""

    @property
    def content(self) -> bytes:
        """A leaf's body with its transfer encoding undone (RFC 2045 6, and uuencode)."""
        encoding = self.headers.first("content-transfer-encoding").split(";")[0].strip().lower()
        if encoding == "base64":
            return from_base64(self.raw)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.raw)
        if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
            return from_uuencode(self.raw)
        return self.raw


def parse(body: bytes) -> Part:
    """The tree of a mail. Never raises on any bytes."""
    text = body.decode("ascii", "surrogateescape")
    try:
        return _parse(text, MOST)
    except RecursionError:
        return _parse(text, _SHALLOW)


def _parse(text: str, most: int) -> Part:
    made = 0

    def part(policy: object = None) -> Part:
        nonlocal made
        made += 1
        new = Part(policy=compat32)
        new.opened = made < most
        return new

    parser: FeedParser[Part] = FeedParser(part)
    parser.feed(text)
    return parser.close()


def from_uuencode(data: bytes) -> bytes:
    """The first file in uuencoded bytes."""
    out = bytearray()
    lines = iter(data.splitlines())
    for line in lines:
        if line.startswith(b"begin "):
            break
    for line in lines:
        if line.strip() in (b"end", b"`", b""):
            break
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            # Some encoders write the length wrong: take what the line's first sign promises.
            out += binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3])
    return bytes(out)


def header_block(data: bytes) -> Headers:
    """The headers at the top of a nested message."""
    end = re.search(rb"\r\n\r\n|\n\n|\r\r", data[:LONGEST])
    return parse(data[: end.start() if end else LONGEST]).headers
