"""customers import: a look, then for good, on both databases."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from sqlalchemy import select

from inbox.app import App
from inbox.cli.common import Context
from inbox.cli.main import cli
from inbox.models import Company
from tests.docs.test_cli import SECTIONS, fields
from tests.parts.erp import ITALIAN


def run(app: App, *arguments: str, as_json: bool = True, code: int = 0) -> Any:
    context = Context(data=app.settings.data, as_json=as_json, given={"database_url": app.settings.database_url})
    done = CliRunner().invoke(cli, ["customers", "import", *arguments], obj=context)
    assert done.exit_code == code, done.output
    return [json.loads(line) for line in done.stdout.splitlines()] if as_json else done.output


def test_customers_come_in_from_a_file(app: App, tmp_path: Path) -> None:
    file = tmp_path / "clienti.csv"
    file.write_bytes(ITALIAN)
    *told, looked = run(app, str(file), "--look")
    assert [(one["line"], one["column"], one["taken"]) for one in told] == [(3, "Agente", False), (5, "Agente", False)]
    assert (looked["lines"], looked["new"], looked["refused"], looked["unknown"]) == (3, 1, 2, ["Indirizzo"])
    assert all(f"`{name}`" in SECTIONS["customers import"] for name in fields([*told, looked]))
    with app.database.reading() as session:
        assert session.scalars(select(Company)).all() == []
    said = run(app, str(file), as_json=False)
    assert "line 3, Agente: No colleague here is called Neri Marco or has this address. Left out." in said
    assert "3 lines: 1 firms new, 0 changed, 0 as they were; 0 addresses given to their firms; 2 lines left out" in said
    with app.database.reading() as session:
        assert [one.vat for one in session.scalars(select(Company))] == ["DE129273398"]
    assert run(app, str(file))[-1]["unchanged"] == 1


def test_a_file_that_cannot_be_read_ends_with_a_sentence(app: App, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04")
    assert "This is a workbook. Please save it as CSV first" in run(
        app, str(tmp_path / "x.xlsx"), as_json=False, code=1
    )
