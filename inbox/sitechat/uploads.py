"""Which files a visitor may send: kinds that a firm's customers have, and which are what their names say."""

from collections.abc import Sequence
from functools import cache

from connectors.base import Attachment

MOST, MOST_BYTES = 5, 10 * 1024 * 1024
# By the name's ending, with what the bytes must look like where that can be told (filetype's own endings).
KINDS: dict[str, tuple[str, ...]] = {
    "pdf": ("pdf",), "jpg": ("jpg",), "jpeg": ("jpg",), "png": ("png",), "gif": ("gif",), "webp": ("webp",),
    "heic": ("heic",), "tif": ("tif",), "tiff": ("tif",), "zip": ("zip",),
    "docx": ("docx", "zip"), "xlsx": ("xlsx", "zip"), "pptx": ("pptx", "zip"), "odt": ("odt", "zip"),
    "ods": ("ods", "zip"), "odp": ("odp", "zip"), "rtf": ("rtf",), "mp4": ("mp4", "m4v", "mov"), "mov": ("mov", "mp4"),
    "txt": (), "csv": (), "dxf": (), "dwg": ("dwg",), "step": (), "stp": (), "igs": (), "iges": (), "stl": (),
}  # fmt: skip
_TEXTS = frozenset({"txt", "csv", "dxf", "step", "stp", "igs", "iges"})
# Bytes at the beginning by which the kind is told.
_HEAD = 8192
ACCEPT = ",".join(f".{ending}" for ending in KINDS)


def refused(files: Sequence[Attachment]) -> tuple[str, str] | None:
    """What is wrong with some files, as the code of a sentence and a file's name; None where all may come."""
    if len(files) > MOST:
        return "many_files", ""
    if sum(len(one.content) for one in files) > MOST_BYTES:
        return "large", ""
    for one in files:
        if not one.content:
            return "file_empty", one.filename
        if not _is_what_it_says(one):
            return "file_kind", one.filename
    return None


def _is_what_it_says(file: Attachment) -> bool:
    ending = file.filename.rpartition(".")[2].lower() if "." in file.filename else ""
    if ending not in KINDS:
        return False
    head = file.content[:_HEAD]
    found = _looks_like(head)
    if ending in _TEXTS:
        return not found and b"\0" not in head and not head.lstrip().lower().startswith((b"#!", b"<!doctype", b"<html"))
    if not KINDS[ending]:
        return not found
    return found in KINDS[ending]


def _looks_like(head: bytes) -> str:
    """The ending of the kind that these bytes are, "" for none that is known."""
    found = _guess()(head)
    return found.extension if found is not None else ""


@cache
def _guess():  # type: ignore[no-untyped-def]
    # Not at start: only chats with files need it.
    import filetype

    return filetype.guess
