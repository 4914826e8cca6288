"""The body of a form that was posted, as fields and files: URL-encoded, multipart/form-data or JSON. Pure, and it
never raises: what cannot be read is left out and named in `problems`.

Problems are short codes: too_many_fields, too_many_files, too_long, too_deep, broken (nothing could be read).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote_to_bytes

from connectors.base import Attachment
from connectors.mail.charsets import clean, decode
from connectors.mail.files import label

MOST_FIELDS, MOST_FILES = 200, 20
# Of a body that is no multipart, in bytes: it holds words, no files.
LARGEST_TEXT = 1_000_000
LONGEST_VALUE = 100_000
_LONGEST_NAME = 200
_MOST_PAIRS, _MOST_PARTS = 10_000, 1_000
_LONGEST_HEAD = 4_000
_DEEPEST = 5
_BOUNDARY = re.compile(r'boundary="?([^";,\s]{1,200})', re.IGNORECASE)
_CHARSET = re.compile(r'charset="?([\w.:-]{1,40})', re.IGNORECASE)
# RFC 7578 section 4.2: names and file names stand as they are, a quotation mark in them as %22 or after a backslash.
_PARAMETER = re.compile(r';[ \t]*(name|filename\*?)=(?:"((?:[^"\\]|\\.)*+)"?|([^;\s"]+))', re.IGNORECASE)
_STEPS = re.compile(r"\[([^\[\]]{0,200})\]")
# What says of an object that it is a field, and not a group of fields.
_TITLES = ("title", "label", "name", "id", "type", "raw_value", "required")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its technical name, the label that a person reads (the name where there is none), what was filled in.

    `group` is what it stood in ("meta" of Elementor's own data), "" for most.
    """

    name: str
    label: str
    value: str
    group: str = ""


@dataclass(slots=True)
class Posted:
    """What was posted, in order."""

    fields: list[Field] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def value(self, name: str) -> str:
        """The first field of this technical name, "" if there is none."""
        return next((one.value for one in self.fields if one.name == name), "")


def is_json(content_type: str) -> bool:
    """Whether a body claims to be JSON."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind.endswith(("/json", "+json"))


def is_multipart(content_type: str) -> bool:
    """Whether a body claims to hold parts, the only one that brings files."""
    return content_type.strip().lower().startswith("multipart/form-data")


def parse(content_type: str, body: bytes) -> Posted:
    """Fields and files of a body of this content type; without one, of what it looks like."""
    posted = Posted()
    if is_multipart(content_type):
        pairs = _parts(content_type, body, posted)
        tree = _tree(pairs)
    elif is_json(content_type) or body[:1] in (b"{", b"["):
        tree = _json(body, posted)
    else:
        found = _CHARSET.search(content_type)
        tree = _tree(_pairs(body[:LARGEST_TEXT], found[1] if found else ""))
    for one in _fields(tree, posted):
        if len(posted.fields) == MOST_FIELDS:
            posted.problems.append("too_many_fields")
            break
        if len(one.value) > LONGEST_VALUE:
            posted.problems.append("too_long")
            one = replace(one, value=one.value[:LONGEST_VALUE])
        posted.fields.append(one)
    if not posted.fields and not posted.files:
        posted.problems.append("broken")
    posted.problems = list(dict.fromkeys(posted.problems))
    return posted


def _pairs(body: bytes, charset: str) -> list[tuple[str, str]]:
    """Names and values of application/x-www-form-urlencoded."""
    pieces = body.strip().split(b"&", _MOST_PAIRS)[:_MOST_PAIRS]
    raw = [tuple(unquote_to_bytes(half.replace(b"+", b" ")) for half in one.partition(b"=")[::2]) for one in pieces]
    # The form may say itself in what it is written (HTML, "_charset_").
    named = next((value.decode("latin-1") for name, value in raw if name == b"_charset_"), "")
    return [(decode(name, named or charset), decode(value, named or charset)) for name, value in raw]


def _parts(content_type: str, body: bytes, posted: Posted) -> list[tuple[str, str]]:
    """Names and values of multipart/form-data (RFC 7578); its files are put aside."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        return []
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode("latin-1", "replace"), _MOST_PARTS)[1:]
    pairs: list[tuple[str, str]] = []
    room = LARGEST_TEXT
    for piece in pieces[:_MOST_PARTS]:
        head, blank, content = piece.partition(b"\r\n\r\n")
        if not blank:
            continue
        lines = decode(head[:_LONGEST_HEAD]).split("\r\n")
        about = next((line for line in lines if line.lower().startswith("content-disposition:")), "")
        kind = next((line for line in lines if line.lower().startswith("content-type:")), "").partition(":")[2].strip()
        told = {found[1].lower(): _unquoted(found[2] or found[3] or "") for found in _PARAMETER.finditer(about)}
        if "filename" in told or "filename*" in told:
            _keep_file(told, kind, content, posted)
        elif "name" in told:
            charset = _CHARSET.search(kind)
            pairs.append((told["name"], decode(content[:room], charset[1] if charset else "")))
            posted.problems += ["too_long"] if len(content) > room else []
            room = max(0, room - len(content))
    return pairs


def _keep_file(told: dict[str, str], kind: str, content: bytes, posted: Posted) -> None:
    name = label(told.get("filename", ""))
    if "filename*" in told:
        # RFC 5987: charset'language'name.
        charset, _, rest = told["filename*"].partition("'")
        name = label(decode(unquote_to_bytes(rest.partition("'")[2]), charset)) or name
    if not content and not name:
        return  # a file field that was left empty
    if len(posted.files) == MOST_FILES:
        posted.problems.append("too_many_files")
        return
    kind = clean(kind.partition(";")[0].strip().lower())[:200]
    kind = kind if re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind) else "application/octet-stream"
    posted.files.append(Attachment(name or f"file-{len(posted.files) + 1}", kind, content))


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text).replace("%22", '"').replace("%0D", "").replace("%0A", " ")


def _json(body: bytes, posted: Posted) -> Any:
    try:
        return json.loads(decode(body[:LARGEST_TEXT]))
    except RecursionError:
        posted.problems.append("too_deep")
    except ValueError:
        pass
    return {}


def _tree(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Names with steps (`fields[email][value]`) as groups in groups; a name that comes again has several values."""
    top: dict[str, Any] = {}
    for name, value in pairs:
        steps = [name.partition("[")[0], *_STEPS.findall(name)] if name[:1] != "[" else [name]
        steps = [step for step in steps[:_DEEPEST] if step != ""] or [name]
        place = top
        for step in steps[:-1]:
            inner = place.get(step)
            if not isinstance(inner, dict):
                inner = place[step] = {} if inner is None else {"value": inner}
            place = inner
        last = steps[-1]
        if last not in place:
            place[last] = value
        elif isinstance(place[last], list):
            place[last].append(value)
        elif not isinstance(place[last], dict):
            place[last] = [place[last], value]
    return top


def _fields(tree: Any, posted: Posted, group: str = "", depth: int = 0) -> Iterator[Field]:
    """The fields of a tree: scalars by their names, objects that hold a value, objects and lists of these."""
    if depth > _DEEPEST:
        posted.problems.append("too_deep")
        return
    if isinstance(tree, list):
        tree = {str(one.get("id") or number): one for number, one in enumerate(tree) if isinstance(one, dict)}
    if not isinstance(tree, dict):
        return
    for name, inner in tree.items():
        if isinstance(inner, dict) and "value" in inner and any(title in inner for title in _TITLES):
            title = next((inner[one] for one in ("title", "label", "name") if isinstance(inner.get(one), str)), "")
            yield _field(str(inner.get("id") or name), title, _text(inner["value"]), group)
        elif isinstance(inner, dict) and set(inner) == {"value"}:
            yield _field(str(name), "", _text(inner["value"]), group)
        elif isinstance(inner, dict) or (isinstance(inner, list) and any(isinstance(one, dict) for one in inner)):
            yield from _fields(inner, posted, str(name)[:_LONGEST_NAME], depth + 1)
        else:
            yield _field(str(name), "", _text(inner), group)


def _field(name: str, title: str, value: str, group: str) -> Field:
    name = " ".join(clean(name).split())[:_LONGEST_NAME]
    title = " ".join(clean(title).split())[:_LONGEST_NAME].rstrip(" :*")
    return Field(name, title or name, clean(value).strip(), group)


def _text(value: Any) -> str:
    """A value as it is read; what is chosen of several stands in one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(filter(None, (_text(one) for one in value[:MOST_FIELDS] if not isinstance(one, list | dict))))
    if isinstance(value, dict):
        return " ".join(filter(None, (_text(one) for one in list(value.values())[:20] if not isinstance(one, dict))))
    return "" if value is None else str(value)
