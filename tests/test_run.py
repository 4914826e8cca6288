"""run.py: the first start on a strange machine."""

import ast
import builtins
import hashlib
import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py as a module, with a home and an environment of its own."""
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "HERE", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    (tmp_path / "requirements.lock").write_text("click==8.1\n")
    return module


class Pip:
    """Stands for every subprocess: notes installations and succeeds as told."""

    def __init__(self) -> None:
        self.installed: list[str] = []
        self.code = 0
        self.has_pip = True

    def __call__(self, command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        if "install" not in command:
            return subprocess.CompletedProcess(command, 0 if self.has_pip else 1)
        assert "--require-hashes" in command
        self.installed.append(Path(command[-1]).name)
        return subprocess.CompletedProcess(command, self.code)


@pytest.fixture
def pip(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Pip:
    """An environment that is there, without anything installed."""
    run.PYTHON.parent.mkdir(parents=True)
    run.PYTHON.touch()
    fake = Pip()
    monkeypatch.setattr(run.subprocess, "run", fake)
    return fake


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 15)])
def test_a_python_that_was_not_tried_is_told_in_a_sentence(
    version: tuple[int, int], run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run.sys, "version_info", (*version, 0))
    with pytest.raises(SystemExit, match=rf"runs on Python 3.11 to 3.14; this is {version[0]}.{version[1]}\."):
        run.check_version()


@pytest.mark.parametrize("version", [(3, 11), (3, 14)])
def test_a_python_that_was_tried_goes_on(
    version: tuple[int, int], run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run.sys, "version_info", (*version, 0))
    run.check_version()


def test_an_old_python_gets_as_far_as_the_sentence(run: ModuleType) -> None:
    """It would stop at newer syntax, and at list[str] if annotations were evaluated."""
    ast.parse((ROOT / "run.py").read_text("utf-8"), feature_version=(3, 7))
    assert run.become.__annotations__["command"] == "list[str]"


@pytest.mark.parametrize("missing", ["ensurepip", "venv"])
def test_a_missing_venv_module_names_debians_package(
    missing: str, run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == missing:
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    package = rf"sudo apt install python3\.{sys.version_info[1]}-venv"
    with pytest.raises(SystemExit, match=package):
        run.make_venv()


def test_it_installs_once(run: ModuleType, pip: Pip) -> None:
    run.install("requirements.lock")
    run.install("requirements.lock")
    assert pip.installed == ["requirements.lock"]
    stamp = run.VENV / "installed-requirements.lock"
    assert stamp.read_text() == hashlib.sha256(b"click==8.1\n").hexdigest()


def test_a_changed_lock_file_is_installed_again(run: ModuleType, pip: Pip) -> None:
    run.install("requirements.lock")
    (run.HERE / "requirements.lock").write_text("click==8.2\n")
    run.install("requirements.lock")
    assert len(pip.installed) == 2


def test_a_failed_installation_leaves_no_stamp(run: ModuleType, pip: Pip) -> None:
    pip.code = 1
    with pytest.raises(SystemExit, match="did not succeed"):
        run.install("requirements.lock")
    pip.code = 0
    run.install("requirements.lock")
    assert len(pip.installed) == 2


def test_a_half_made_environment_is_made_again(run: ModuleType, pip: Pip, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(run, "make_venv", lambda: made.append("venv"))
    pip.has_pip = False
    run.install("requirements.lock")
    assert made == ["venv"]


@pytest.mark.parametrize(
    ("arguments", "lock", "module"),
    [
        (["serve", "--port", "0"], "requirements.lock", ["inbox.cli", "serve", "--port", "0"]),
        ([], "requirements.lock", ["inbox.cli"]),
        (["test"], "requirements-dev.lock", ["pytest", "tests"]),
        (["test", "-k", "queue"], "requirements-dev.lock", ["pytest", "-k", "queue"]),
    ],
)
def test_it_becomes_the_program(
    arguments: list[str], lock: str, module: list[str], run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def become(command: list[str], **_: Any) -> None:
        seen.append(command[2:])
        raise SystemExit

    monkeypatch.setattr(run.sys, "argv", ["run.py", *arguments])
    monkeypatch.setattr(run, "install", seen.append)
    monkeypatch.setattr(run, "become", become)
    with pytest.raises(SystemExit):
        run.main()
    assert seen == [lock, module]


def test_its_help_lists_the_commands(tmp_path: Path) -> None:
    """The real thing, from another folder, in the environment of this run."""
    environment = {"PATH": "/usr/bin:/bin", "CENTRALINO_VENV": sys.prefix, "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), "--help"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Usage: run.py" in done.stdout
    assert all(f"\n  {name}" in done.stdout for name in ("serve", "check", "backup", "service"))
    assert not (tmp_path / "var").exists()
