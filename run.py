"""Start Centralino: makes .venv from requirements.lock the first time, then becomes the program itself.

`python3 run.py` serves, `python3 run.py test` runs the tests, `python3 run.py --help` lists the commands.
Only the standard library is used here, and nothing that stops an old Python before it can be told so.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = Path(os.environ.get("CENTRALINO_VENV", HERE / ".venv"))
OLDEST, NEWEST = (3, 11), (3, 14)
WINDOWS = sys.platform == "win32"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")


def main() -> None:
    """Prepare the environment, then run the command."""
    arguments = sys.argv[1:]
    check_version()
    testing = arguments[:1] == ["test"]
    install("requirements-dev.lock" if testing else "requirements.lock")
    if testing:
        become([str(PYTHON), "-m", "pytest", *(arguments[1:] or ["tests"])], at_home=True)
    become([str(PYTHON), "-m", "inbox.cli", *arguments])


def check_version() -> None:
    """End with a clear sentence on a Python that was not tried."""
    version = sys.version_info[:2]
    if not OLDEST <= version <= NEWEST:
        span = f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
        sys.exit(
            f"Centralino runs on Python {span}; this is {version[0]}.{version[1]}. Please start it with another one."
        )


def install(lock_name: str) -> None:
    """Bring .venv in line with the lock file; a stamp makes this cost nothing the next time."""
    lock = HERE / lock_name
    stamp = VENV / f"installed-{lock_name}"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted and PYTHON.exists():
        return
    if not has_pip():
        make_venv()
    print(f"Installing what Centralino needs into {VENV} (once) …", file=sys.stderr, flush=True)
    command = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        str(lock),
    ]
    if subprocess.run(command, check=False).returncode:
        sys.exit("The installation did not succeed: see the lines above. Nothing else was changed; please try again.")
    stamp.write_text(wanted)


def has_pip() -> bool:
    """Whether the virtual environment is there, and not left half-made by an interruption."""
    if not PYTHON.exists():
        return False
    return subprocess.run([str(PYTHON), "-c", "import pip"], stderr=subprocess.DEVNULL, check=False).returncode == 0


def make_venv() -> None:
    """Create the virtual environment, or name what is missing."""
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        sys.exit(f"Python's venv module is missing. On Debian or Ubuntu: sudo apt install {package}")
    venv.create(VENV, with_pip=True)


def become(command: list[str], *, at_home: bool = False) -> None:
    """Replace this process by the program, so that its process id is the server's."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))}
    if at_home:
        os.chdir(HERE)
    if WINDOWS:
        sys.exit(subprocess.run(command, env=environment, check=False).returncode)
    os.execve(command[0], command, environment)  # noqa: S606


if __name__ == "__main__":
    main()
