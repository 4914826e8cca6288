"""check, migrate: is everything as it should be, and what to do if not."""

import sys
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from inbox import channels, migrations, users
from inbox.app import App
from inbox.cli.common import Context, pass_context
from inbox.models import Channel


@click.command()
@pass_context
def check(context: Context) -> None:
    """Settings, database, each channel's connection, and what the outside can reach."""
    app = App(context.settings())
    rows = [{"what": "settings", "ok": True, "says": str(app.settings.data.resolve())}, _database(app)]
    if rows[-1]["ok"]:
        rows += _channels(app)
    rows += _doors(app)
    app.close()
    context.print(rows, lambda row: f"{'ok ' if row['ok'] else 'BAD'}  {row['what']}: {row['says']}")
    if not all(row["ok"] for row in rows):
        sys.exit(1)


@click.command()
@pass_context
def migrate(context: Context) -> None:
    """Bring the database up to date."""
    app = App(context.settings())
    app.prepare()
    version = migrations.current(app.database)
    app.close()
    context.print([{"version": version}], lambda row: f"database version {row['version']}")


COMMANDS = (check, migrate)


def _database(app: App) -> dict[str, Any]:
    kind = "SQLite" if app.database.sqlite else "PostgreSQL"
    try:
        version = migrations.current(app.database)
    except SQLAlchemyError as error:
        return {"what": "database", "ok": False, "says": f"{kind} cannot be reached: {str(error).splitlines()[0]}"}
    if version != migrations.HEAD:
        app.prepare()
    return {"what": "database", "ok": True, "says": f"{kind}, version {migrations.HEAD}"}


def _channels(app: App) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    with app.database.reading() as session:
        found = list(session.scalars(select(Channel).where(Channel.enabled).order_by(Channel.id)))
        anybody = users.anybody(session)
    for one in found:
        try:
            rows += [
                {"what": f"channel {one.name}", "ok": True, "says": says}
                for says in app.build_connector(one.id).check()
            ]
        except Exception as error:
            # Whatever it is: the other channels are looked at all the same.
            rows.append({"what": f"channel {one.name}", "ok": False, "says": channels.sentence(error)})
    if not found:
        rows.append({"what": "channels", "ok": True, "says": "none yet: add one with `run.py channel add mail …`"})
    if not anybody:
        rows.append({"what": "accounts", "ok": True, "says": "none yet: start the server and open the link it prints"})
    return rows


def _doors(app: App) -> list[dict[str, Any]]:
    """What can be reached from where."""
    settings = app.settings
    loopback = settings.host in ("127.0.0.1", "::1", "localhost")
    pages = f"http://{settings.host}:{settings.port}"
    rows = [
        {
            "what": "pages",
            "ok": True,
            "says": f"{pages}, " + ("only from this machine" if loopback else "from the network: put HTTPS before it"),
        }
    ]
    if settings.public_port is not None:
        says = f"port {settings.public_port} serves only what strangers may reach (no pages)"
        rows.append({"what": "public door", "ok": True, "says": says})
    url = settings.public_url or "not set: links in notifications point to this machine only (public_url)"
    rows.append({"what": "public address", "ok": True, "says": url})
    return rows
