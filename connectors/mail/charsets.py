"""Bytes to text, whatever their charset label claims."""

import codecs
import re
from functools import lru_cache

# Labels seen in mail -> the superset that senders really use (WHATWG Encoding, "Names and labels").
_SUPERSETS = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "big5": "big5hkscs",
    "unicode-1-1-utf-7": "utf-7",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
}
# Codecs of Python that are no charset of mail; punycode and idna also take quadratic time.
_NO_CHARSETS = {
    "unicode_escape",
    "raw_unicode_escape",
    "unicode-escape",
    "raw-unicode-escape",
    "punycode",
    "idna",
    "undefined",
    "mbcs",
    "oem",
}
_UNWANTED = dict.fromkeys([*range(0, 9), 11, 12, *range(14, 32), 127, 0xFEFF])
# Escape sequences of ISO-2022-JP (RFC 1468): each begins a run of one character set.
_JIS_RUN = re.compile(rb"(?=\x1b(?:\$[@B]|\([BJ]))")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")


@lru_cache(maxsize=256)
def _codec(charset: str) -> str:
    """The name of the codec to use for a charset label; "" for none or an unknown one."""
    label = charset.strip().strip("\"'").lower()
    for name in (_SUPERSETS.get(label, label), re.sub(r"^(?:x-|cs)|[^a-z0-9]+", "", label)):
        try:
            found = codecs.lookup(name).name if name.isascii() and "\0" not in name else ""
        except (LookupError, ValueError):
            continue
        if found and found not in _NO_CHARSETS and codecs.lookup(name)._is_text_encoding:
            return _SUPERSETS.get(found, found)
    return ""


def known(charset: str) -> bool:
    """Whether a label names a charset that can be decoded."""
    return bool(_codec(charset))


def decode(data: bytes, charset: str = "") -> str:
    """Text of `data`: UTF-8 where it fits a Western label, then the label, then UTF-8, else windows-1252."""
    if (
        data.isascii()
        and b"\x1b" not in data
        and not charset.lower().startswith(("utf-7", "unicode-1", "utf-16", "hz"))
    ):
        return data.decode("ascii")
    codec = _codec(charset)
    tries: tuple[str, ...] = ("utf-8", codec) if codec in ("", "cp1252", "utf-8") else (codec, "utf-8")
    if b"\x1b$" in data and codec in ("", "utf-8", "cp1252"):
        tries = ("iso2022_jp", *tries)
    elif codec.startswith("iso2022_jp"):
        tries = (codec, "utf-8", "cp932") if not data.isascii() else (codec,)
    for name in filter(None, tries):
        try:
            return data.decode(name)
        except (UnicodeError, ValueError):
            if name.startswith("iso2022_jp") and (text := _windows_japanese(data)):
                return text
    return _repaired(data, codec)


def _windows_japanese(data: bytes) -> str:
    """ISO-2022-JP with the signs that Windows adds to JIS X 0208 (circled digits and others), "" if it is not that.

    Two bytes of JIS become two of Shift JIS by the arithmetic of JIS X 0208 annex 1, for which cp932 has the signs.
    """
    out: list[str] = []
    for run in _JIS_RUN.split(data):
        double = run.startswith((b"\x1b$B", b"\x1b$@"))
        content = run[3:] if run.startswith(b"\x1b") else run
        if b"\x1b" in content or not content.isascii():
            return ""
        try:
            out.append(_shifted(content).decode("cp932") if double else content.decode("ascii"))
        except UnicodeError:
            return ""
    return "".join(out)


def _shifted(pairs: bytes) -> bytes:
    """JIS rows and cells as Shift JIS; line breaks stay."""
    out = bytearray()
    at = 0
    while at < len(pairs):
        if pairs[at] < 0x21 or at + 1 == len(pairs):
            out.append(pairs[at])
            at += 1
            continue
        row, cell = pairs[at], pairs[at + 1]
        lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
        trail = cell + 0x7E if row % 2 == 0 else cell + (0x1F if cell < 0x60 else 0x20)
        out += bytes((lead & 0xFF, trail & 0xFF))
        at += 2
    return bytes(out)


def _repaired(data: bytes, codec: str) -> str:
    """The best of what no codec decodes without an error."""
    if codec not in ("", "cp1252", "utf-8"):
        return data.decode(codec, "replace")
    text = data.decode("utf-8", "replace")
    lost, kept = text.count("\ufffd"), sum(1 for sign in text if sign > "\x7f") if len(text) < 200_000 else 0
    # A few torn letters in good UTF-8 (a cut mail) are better than every letter wrong.
    return text if kept > 4 * lost else data.decode("cp1252", "replace")


def clean(text: str) -> str:
    """Text that any database and JSON take: no control signs but tab and newline, no lone surrogates, \\n breaks."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(text):
        text = text.translate(_UNWANTED)
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
