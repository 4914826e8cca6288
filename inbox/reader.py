"""The parent's side of the parse child: raw items in, readings out, and never a crash or a hang of ours.

One long-lived child reads everything; if it dies or takes too long on an item, it is started anew and that item's
reading is `Unreadable`.
"""

import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from connectors.base import RawItem, Reading
from connectors.child import Failure, read_readings

WALL_SECONDS = 20.0
WATCH_SECONDS = 0.5
PACKAGES = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The child could not read this item: it ran out of time or memory, or failed."""

    reason: str


class Reader:
    """Owns the parse child. Not thread-safe: one Reader per intake worker."""

    def __init__(self, command: list[str] | None = None) -> None:
        self._command = command or [sys.executable, "-m", "connectors.child"]
        self._child: subprocess.Popen[bytes] | None = None
        self._deadline = float("inf")
        self._expired = False

    def start(self) -> None:
        """Have the child ready before the first item comes, which else waits for it."""
        self._running()

    def read(self, kind: str, item: RawItem) -> list[Reading] | Unreadable:
        """What one raw item says."""
        child = self._running()
        self._deadline = time.monotonic() + WALL_SECONDS
        try:
            return self._ask(child, kind, item)
        except Failure as error:
            return Unreadable(str(error))
        except (OSError, EOFError, ValueError, KeyError, TypeError, StopIteration):
            self.close()
            return Unreadable("took too long" if self._expired else "the reading process ended")
        finally:
            self._deadline = float("inf")

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                try:
                    pipe.close()
                except OSError:
                    pass

    def _ask(self, child: subprocess.Popen[bytes], kind: str, item: RawItem) -> list[Reading]:
        assert child.stdin is not None
        assert child.stdout is not None
        head = {
            "kind": kind,
            "key": item.key,
            "received_at": item.received_at.isoformat(),
            "meta": dict(item.meta),
            "size": len(item.body),
        }
        child.stdin.write(json.dumps(head).encode() + b"\n" + item.body)
        child.stdin.flush()
        return read_readings(child.stdout)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._expired = False
            # In the folder of the packages: the child finds them wherever this process was started.
            self._child = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PACKAGES)
            threading.Thread(target=self._watch, args=(self._child,), name="watch-child", daemon=True).start()
        return self._child

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        """End a child that takes too long; one thread a child, because one timer an item costs more than reading it."""
        while self._child is child and child.returncode is None:
            if time.monotonic() > self._deadline:
                self._expired = True
                child.kill()
                return
            time.sleep(WATCH_SECONDS)
