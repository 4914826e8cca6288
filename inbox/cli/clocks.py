"""recompute: the clocks told again from what happened."""

import sys
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import click

from inbox.cli.common import Context, pass_context
from inbox.clocks import recomputing


@click.command()
@click.option("--conversation", type=int, help="Only this one.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only those in which something came since this day.")
@click.option("--check", is_flag=True, help="Only say what differs; exit code 1 if anything does.")
@pass_context
def recompute(context: Context, /, conversation: int | None, since: datetime | None, check: bool) -> None:
    """Tell all clocks again from what happened and put right what differs; Ctrl-C stops between two steps."""
    app = context.open()
    start = datetime.combine(since, time.min, ZoneInfo(app.settings.timezone)) if since else None
    total = {"looked_at": 0, "differed": 0, "stopped": False}
    try:
        with app.database.reading() as session:
            wanted = recomputing.numbers(session, conversation, start)
        if conversation is not None and not wanted:
            raise click.ClickException(f"there is no conversation {conversation}")
        for batch in recomputing.recompute(app.database, wanted, check=check):
            total["looked_at"] += batch.looked_at
            total["differed"] += len(batch.found)
            context.print([{"conversation": one.conversation_id, "what": one.what} for one in batch.found], _line)
            if len(wanted) > recomputing.BATCH:
                click.echo(f"{total['looked_at']} of {len(wanted)} conversations", err=True)
    except KeyboardInterrupt:
        total["stopped"] = True
    finally:
        app.close()
    context.print([{**total, "changed": 0 if check else total["differed"]}], _sum)
    if total["stopped"] or (check and total["differed"]):
        sys.exit(1)


def _line(row: Mapping[str, Any]) -> str:
    return f"{row['conversation']:>6}  {', '.join(row['what'])}"


def _sum(row: Mapping[str, Any]) -> str:
    stopped = "stopped: " if row["stopped"] else ""
    looked_at, differed, changed = row["looked_at"], row["differed"], row["changed"]
    return f"{stopped}{looked_at} conversations looked at, {differed} differed, {changed} put right"


COMMANDS = (recompute,)
