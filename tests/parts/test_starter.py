"""What tests begin with is the same each time, whatever the one before did to it."""

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import delete, insert, update

from config.settings import Settings
from inbox.app import App
from inbox.models import Contact, Rule, Setting, Team
from tests.parts.starter import Starters

SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


def contents(url: str) -> dict[str, list[object]]:
    """All rows and all counters of a database."""
    with psycopg.connect(url) as connection:
        found: dict[str, list[object]] = {"sequences": sorted(connection.execute(SEQUENCES).fetchall())}
        for (name,) in connection.execute(TABLES).fetchall():
            found[name] = sorted(map(str, connection.execute(f'SELECT * FROM "{name}"').fetchall()))
        return found


def test_a_database_is_put_back_whole(starters: Starters, tmp_path: Path) -> None:
    url = starters.lay("postgresql", tmp_path / "var", "en")
    made = contents(url)
    app = App(Settings(data=tmp_path / "var", database_url=url))
    with app.database.writing() as session:
        session.add_all([Contact(name="x"), Contact(name="y")])
        session.execute(insert(Setting).values(key="x", value="y"))
        session.execute(update(Team).values(name="another"))
        session.execute(delete(Rule))
    assert contents(url) != made
    with psycopg.connect(url) as late:
        late.execute("INSERT INTO settings (key, value) VALUES ('z', 'z')")
        assert starters.lay("postgresql", tmp_path / "other", "en") == url
        assert contents(url) == made
        with pytest.raises(psycopg.errors.AdminShutdown):  # whoever did not end is cut off
            late.execute("COMMIT")
    app.close()


def test_a_folder_is_a_copy(starters: Starters, tmp_path: Path) -> None:
    for name in "ab":
        starters.lay("sqlite", tmp_path / name, "en")
    (tmp_path / "a" / "centralino.db").unlink()
    assert (tmp_path / "b" / "centralino.db").stat().st_size > 0
    assert (starters.folder("en") / "centralino.db").stat().st_size > 0
    assert not (tmp_path / "b" / "key").exists(), "each makes a key of its own"
