"""Small pictures of attachments, made anew in a killable process and kept in memory for a while."""

import subprocess
import sys
import threading
from collections import OrderedDict
from pathlib import Path

# What the page offers a preview of; the process looks at the bytes themselves.
KINDS = frozenset({"image/png", "image/jpeg", "image/jpg", "image/pjpeg", "image/gif", "image/webp", "image/bmp"})
MAX_BYTES = 20_000_000
SECONDS = 10.0
KEPT = 300
PACKAGES = Path(__file__).parents[1]
_kept: OrderedDict[str, bytes] = OrderedDict()
_lock = threading.Lock()
# Each costs a process: a page of pictures must not start thirty at once.
_turns = threading.BoundedSemaphore(2)


def preview(name: str, content: bytes) -> bytes:
    """A small JPEG of a picture, b"" where it is none; `name` is the content's SHA-256."""
    with _lock:
        if name in _kept:
            _kept.move_to_end(name)
            return _kept[name]
    made = b"" if len(content) > MAX_BYTES else _made(content)
    with _lock:
        _kept[name] = made
        if len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def _made(content: bytes) -> bytes:
    command = [sys.executable, "-m", "inbox.thumbnail"]
    with _turns:
        try:
            done = subprocess.run(
                command, input=content, capture_output=True, cwd=PACKAGES, timeout=SECONDS, check=False
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return b""
    return done.stdout if done.returncode == 0 else b""
