"""What was called an offer is called quoted, wherever it stands; what had a stage is a lead."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, insert, select

from inbox.db import Database
from inbox.migrations import migrate
from tests.inbox.test_migrations import value


def test_offers_become_quoted_leads(tmp_path: Path, database_url: str) -> None:
    database = Database(database_url or f"sqlite:///{tmp_path / 'old.db'}")
    migrate(database, "0014")
    rule = {
        "when": [{"any": [{"fact": "stage", "is_any": ["offer", "won"]}, {"fact": "text", "has_any": ["offer"]}]}],
        "then": {"stage": "offer", "tags": ["offer"]},
    }
    special: dict[str, dict[str, Any]] = {
        "conversations": {"stage": "offer", "subject": "Giunti"}, "rules": {"definition": rule},
        "rule_versions": {"rules": [{"slug": "a", **rule}]}, "decisions": {"event": "stage:offer", "outcome": rule["then"]},
        "events": {"action": "stage_set", "data": {"stage": "offer"}}, "message_facts": {"facts": {"stage": "offer"}},
    }  # fmt: skip
    tables = MetaData()
    tables.reflect(database.engine)
    with database.engine.begin() as connection:
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                row = {one.name: value(one) for one in table.columns} | special.get(table.name, {})
                connection.execute(insert(table).values(row))
    migrate(database)
    tables = MetaData()
    tables.reflect(database.engine)
    with database.engine.connect() as connection:
        found = {name: connection.execute(select(tables.tables[name])).mappings().one() for name in (*special, "leads")}
    database.close()
    wanted = json.loads(
        json.dumps(rule).replace('"offer", "won"', '"quoted", "won"').replace('": "offer"', '": "quoted"')
    )
    assert found["rules"]["definition"] == wanted
    assert found["rule_versions"]["rules"] == [{"slug": "a", **wanted}]
    assert (found["decisions"]["event"], found["decisions"]["outcome"]) == ("stage:quoted", wanted["then"])
    assert found["events"]["data"] == found["message_facts"]["facts"] == {"stage": "quoted"}
    assert found["conversations"]["stage"] == "quoted"
    assert (found["leads"]["stage"], found["leads"]["title"], found["leads"]["entered"]) == (
        "quoted", "Giunti", "conversation",
    )  # fmt: skip
    assert found["leads"]["quoted_at"] is not None
