"""What services have in common on all systems."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

NAME = "centralino"


class ServiceError(RuntimeError):
    """Why the service cannot be managed here, and what to do."""


@dataclass(frozen=True, slots=True)
class Service:
    """What is to be started: a command in a folder that writes to its data folder, as a user ("" for oneself)."""

    command: Sequence[str]
    home: Path
    data: Path
    user: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Whether it is installed, whether it runs, and where it is written down or logs."""

    installed: bool
    running: bool
    says: str


class Manager(Protocol):
    """A system's keeper of services."""

    def install(self, service: Service) -> None:
        """Write it down, start it now and with the machine. Raises ServiceError."""
        ...

    def remove(self) -> None:
        """Stop it and forget it; the data stays. Raises ServiceError."""
        ...

    def state(self) -> State:
        """How it is. Raises ServiceError."""
        ...


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the system. Raises ServiceError when it is not there or hangs."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)
    except FileNotFoundError:
        raise ServiceError(f"{command[0]} is not installed: start run.py by the means of this machine") from None
    except subprocess.TimeoutExpired:
        raise ServiceError(f"{' '.join(command)} did not end within 90 seconds") from None


def must(done: subprocess.CompletedProcess[str]) -> None:
    """Raise ServiceError with the command's own words if it failed."""
    if done.returncode:
        said = (done.stderr or done.stdout).strip() or f"exit code {done.returncode}"
        raise ServiceError(f"{' '.join(done.args)}: {said}")
