"""report month: the numbers of the report, on paper too; what cannot be understood is said."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from inbox.cli.common import Context
from inbox.cli.main import cli


def run(data: Path, *words: str, code: int = 0, as_json: bool = False) -> Any:
    done = CliRunner().invoke(cli, ["report", *words], obj=Context(data=data, as_json=as_json))
    assert done.exit_code == code, done.output
    return json.loads(done.stdout) if as_json else done.output


@pytest.fixture
def data(tmp_path: Path, starter_folder: Path) -> Path:
    return Path(shutil.copytree(starter_folder, tmp_path / "var"))


def test_text_json_and_paper(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "page.pdf"
    text = run(data, "month", "--month", "2026-10", "--pdf", str(file), "--language", "it")
    assert "Ottobre 2026" in text
    assert "richieste: 0" in text
    (page,) = PdfReader(file).pages
    assert "Nessuna richiesta in questi giorni." in page.extract_text()
    told = run(data, "month", "--month", "2026-10", as_json=True)
    report = run(data, "--from", "2026-10-01", "--to", "2026-10-31", as_json=True)
    assert (told["first"], told["every"]) == (report["first"], report["every"])


def test_the_last_month_is_meant(data: Path) -> None:
    assert run(data, "month", as_json=True)["begins"].endswith("-01")


@pytest.mark.parametrize(("words", "code"), [(("month", "--month", "x"), 1), (("month", "--month", "2026-13"), 1),
                                             (("month", "--language", "de"), 2), (("--from", "2026-10-01"), 2)])  # fmt: skip
def test_mistakes(data: Path, words: tuple[str, ...], code: int) -> None:
    assert "Error" in run(data, *words, code=code)
