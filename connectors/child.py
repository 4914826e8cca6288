"""The parse child: `python -m connectors.child` reads raw items from standard input and writes what they say.

A hostile mail can only end this process: its CPU time is capped per item and its address space once. A frame is
a line of JSON followed by raw bytes: in, {"kind", "key", "received_at", "meta", "size"} and the item; out, the
reading with its attachments' sizes, and the attachments.
"""

import dataclasses
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any

from config.system import limit_child
from connectors import base, registry

CPU_SECONDS = 10
MEMORY_BYTES = 512 * 1024 * 1024
KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (base.Message, base.Status, base.Echo, base.Ignored)
}  # fmt: skip


class Failure(Exception):
    """The item could not be read; the child goes on."""


def main() -> None:
    """Serve frames until standard input ends."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while line := source.readline():
        head = json.loads(line)
        body = source.read(head["size"])
        limit_child(CPU_SECONDS, MEMORY_BYTES)
        raw = base.RawItem(head["key"], datetime.fromisoformat(head["received_at"]), body, head["meta"])
        try:
            readings = registry.reader(head["kind"])(raw)
        except Exception as error:
            # Only the kind of the error: its text may quote the mail.
            write_failure(sink, type(error).__name__)
        else:
            write_readings(sink, readings)


def write_readings(sink: IO[bytes], readings: Sequence[base.Reading]) -> None:
    """Write one answer frame."""
    contents: list[bytes] = []
    packed = json.dumps([_pack(reading, contents) for reading in readings], default=_plain)
    head = json.dumps({"sizes": [len(content) for content in contents], "length": len(packed)})
    sink.write(b"".join([head.encode(), b"\n", packed.encode("ascii"), *contents]))
    sink.flush()


def write_failure(sink: IO[bytes], reason: str) -> None:
    """Write an answer frame that says that the item could not be read."""
    sink.write(json.dumps({"failure": reason}).encode() + b"\n")
    sink.flush()


def read_readings(source: IO[bytes]) -> list[base.Reading]:
    """Read one answer frame; raises Failure, or EOFError when the child is gone."""
    line = source.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    head = json.loads(line)
    if "failure" in head:
        raise Failure(head["failure"])
    packed = source.read(head["length"])
    contents = iter([source.read(size) for size in head["sizes"]])
    values = json.loads(packed)
    # Escapes that stand for NUL or a surrogate; without one there is nothing to clean.
    if b"\\u0000" in packed or b"\\ud" in packed:
        values = storable(values)
    return [_unpack(one, contents) for one in values]


def storable(value: Any) -> Any:
    """The value with texts that every database keeps: PostgreSQL refuses NUL, UTF-8 refuses lone surrogates."""
    if isinstance(value, str):
        plain = value.isascii() and "\0" not in value
        return value if plain else value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [storable(one) for one in value]
    if isinstance(value, dict):
        return {storable(key): storable(one) for key, one in value.items()}
    return value


def _pack(reading: base.Reading, contents: list[bytes]) -> dict[str, Any]:
    message = reading.message if isinstance(reading, base.Echo) else reading
    values = dataclasses.asdict(message)
    for attachment in values.get("attachments", ()):
        contents.append(attachment.pop("content"))
    return {"as": type(reading).__name__, "values": values}


def _unpack(packed: dict[str, Any], contents: Any) -> base.Reading:
    kind, values = KINDS[packed["as"]], packed["values"]
    if kind in (base.Message, base.Echo):
        message = _message(values, contents)
        return base.Echo(message) if kind is base.Echo else message
    for name in ("at", "until"):
        if values.get(name):
            values[name] = datetime.fromisoformat(values[name])
    reading: base.Reading = kind(**values)
    return reading


def _message(values: dict[str, Any], contents: Any) -> base.Message:
    values["sender"] = base.Address(**values["sender"])
    for name in ("to", "cc", "reply_to"):
        values[name] = [base.Address(**one) for one in values[name]]
    values["attachments"] = [base.Attachment(**one, content=next(contents)) for one in values["attachments"]]
    values["bounce"] = base.Bounce(**values["bounce"]) if values["bounce"] else None
    values["sent_at"] = datetime.fromisoformat(values["sent_at"]) if values["sent_at"] else None
    return base.Message(**values)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


if __name__ == "__main__":
    main()
