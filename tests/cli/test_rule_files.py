"""rules export, import and test, as commands."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from config.settings import Settings
from inbox import products
from inbox.app import App
from inbox.cli.common import Context
from inbox.cli.main import cli
from inbox.events import SYSTEM
from inbox.models import RuleCase
from routing import rules


@pytest.fixture
def folder(tmp_path: Path, starter_folder: Path) -> Path:
    import shutil

    shutil.copytree(starter_folder, tmp_path / "var")
    app = App(Settings(data=tmp_path / "var", language="en"))
    app.prepare()
    with app.database.writing() as session:
        products.save(session, products.from_data([{"name": "GX-40", "aliases": ["giunto 40"]}]), SYSTEM)
        facts = {"subject": "Giunto", "text": "Qual è la tolleranza?", "whole_text": "", "tags": ["a"], "hour": 10}
        session.add(RuleCase(name="Tolleranza", facts=facts, expected={"place": "rd"}))
    app.close()
    return tmp_path / "var"


def run(folder: Path, *arguments: str, code: int = 0) -> Any:
    done = CliRunner().invoke(cli, arguments, obj=Context(data=folder))
    assert done.exit_code == code, done.output
    return done


def test_what_is_exported_is_imported_again_unchanged(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    run(folder, "rules", "export", "--cases", str(file))
    text = file.read_text("utf-8")
    run(folder, "rules", "import", str(file))
    assert run(folder, "rules", "export", "--cases").stdout == text
    assert "[[products]]" in text
    assert "tolleranza?" in text
    assert "tolleranza?" not in run(folder, "rules", "export").stdout


def test_cases_are_run_and_hold_changes_up(folder: Path, tmp_path: Path) -> None:
    assert "holds: Tolleranza → rd" in run(folder, "rules", "test").stdout
    file = tmp_path / "rules.toml"
    run(folder, "rules", "export", str(file))
    file.write_text(file.read_text("utf-8").replace('team = "rd"', 'team = "sales"'), "utf-8")
    assert "FAILS: Tolleranza → sales instead of rd" in run(folder, "rules", "test", str(file), code=1).stdout
    assert '"Tolleranza" would go to sales instead of rd' in run(folder, "rules", "import", str(file), code=1).output
    run(folder, "rules", "test")
    run(folder, "rules", "import", "--note", "wanted so", str(file))
    run(folder, "rules", "test", code=1)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[[cases]]\nname = "x"\n', "case 1: needs a name, a place and facts"),
        ('[[products]]\nname = ""\n', "products: "),
        ("cases = 3\n", "cases: must be a list of tables"),
        ("[[", "not TOML"),
    ],
)
def test_a_mistake_changes_nothing(folder: Path, tmp_path: Path, more: str, said: str) -> None:
    file = tmp_path / "rules.toml"
    before = run(folder, "rules", "export", "--cases").stdout
    text = run(folder, "rules", "export").stdout.split("[[products]]")[0]
    file.write_text(more + text if more.startswith("cases") else text + more, "utf-8")
    assert said in run(folder, "rules", "import", str(file), code=1).output
    assert run(folder, "rules", "export", "--cases").stdout == before


def test_a_file_without_products_and_cases_leaves_them(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('[[rules]]\nslug = "all"\nname = "All"\nthen = { team = "rd" }\n', "utf-8")
    run(folder, "rules", "import", str(file))
    app = App(Settings(data=folder, language="en"))
    app.prepare()
    with app.database.reading() as session:
        assert [one.name for one in products.load(session)] == ["GX-40"]
        assert session.scalars(select(RuleCase.name)).all() == ["Tolleranza"]
        assert len(rules.load(session)) == 1
    app.close()
