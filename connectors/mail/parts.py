"""Raw bytes to a tree of parts, within bounds: how deep, how many."""

import binascii
import re
from email.errors import MissingHeaderBodySeparatorDefect
from email.feedparser import FeedParser
from email.message import Message as Tree
from email.policy import compat32
from functools import cached_property

from connectors.mail.headers import LONGEST, Headers, from_base64, parameters

MOST = 1_000  # parts of one mail
_SHALLOW = 50  # parts that are still told apart in a mail that nests deeper than Python can follow


_HEAD = 300_000  # characters in which the end of a broken header block is looked for
_FIELD = re.compile(r"[!-9;-~]{1,100}[ \t]{0,9}:")
_KNOWN = re.compile(r"(?:from|to|subject|date|message-id|mime-version|content-type)[ \t]{0,9}:", re.IGNORECASE)


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

    @cached_property
    def kind(self) -> str:
        """The media type in lower case, as "text/plain"."""
        stated = self._typed[0].split()[0] if self._typed[0] else ""
        if stated.count("/") == 1 and not stated.startswith("/"):
            return stated
        return "text/plain" if stated else self.get_default_type()

    def get_content_type(self) -> str:
        """What the parser shall do: look into multiparts only, so that nested mails and reports keep their bytes."""
        return self.kind if self.opened and self.kind.startswith("multipart/") else "text/plain"

    def get_content_maintype(self) -> str:
        return self.get_content_type().partition("/")[0]

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
            # The decoder takes a bare CR after "=" for a break that lasts to the next LF.
            return binascii.a2b_qp(re.sub(rb"\r(?!\n)", b"\n", self.raw))
        if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
            return from_uuencode(self.raw)
        return self.raw


def leaves(root: Part) -> list[Part]:
    """The parts of a mail itself that are no multiparts; nested mails stay closed."""
    return [part for part in root.walk() if isinstance(part, Part) and not part.children]


def parse(body: bytes) -> Part:
    """The tree of a mail. Never raises on any bytes."""
    text = body.decode("ascii", "surrogateescape")
    try:
        root = _parse(text, MOST)
        if any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in root.defects):
            mended = _mended(text)
            return _parse(mended, MOST) if mended else root
        return root
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


def _mended(text: str) -> str:
    """A mail whose header block has a line that is no header: as a continuation, if real headers follow; else ""."""
    end = re.search(r"\r\n\r\n|\n\n|\r\r", text[:_HEAD])
    if not end:
        return ""
    lines = text[: end.start()].splitlines()
    good = [bool(_FIELD.match(line)) or line[:1] in (" ", "\t") or line.startswith("From ") for line in lines]
    first_bad = good.index(False) if False in good else len(lines)
    if not any(_KNOWN.match(line) for line in lines[first_bad:]):
        return ""
    return "\n".join(line if ok else " " + line for line, ok in zip(lines, good, strict=True)) + text[end.start() :]


def from_uuencode(data: bytes) -> bytes:
    """The first file in uuencoded bytes; the bytes themselves where they are no uuencode."""
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
            try:
                out += binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3])
            except binascii.Error:
                return data
    return bytes(out)


def header_block(data: bytes) -> Headers:
    """The headers at the top of a nested message."""
    end = re.search(rb"\r\n\r\n|\n\n|\r\r", data[:LONGEST])
    return parse(data[: end.start() if end else LONGEST]).headers
