"""customers import: customers from a file that the books export."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from inbox.cli.common import Context, pass_context
from inbox.customers import importing, reading, words
from inbox.events import SYSTEM

COUNTS = ("lines", "new", "changed", "unchanged", "addresses", "refused", "noted")


@click.group()
def customers() -> None:
    """The customers."""


@customers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--look", is_flag=True, help="Only say what would change.")
@pass_context
def import_(context: Context, /, file: Path, look: bool) -> None:
    """Bring in customers from a CSV file; a line with a mistake is told and left out alone."""
    app = context.open()
    try:
        sheet = reading.read(file.read_bytes())
        with app.database.reading() as session:
            prepared = importing.prepare(session, sheet)
        if look:
            summary, problems = importing.told(prepared)
        else:
            with app.database.writing() as session:
                summary, problems = importing.carry_out(session, prepared, SYSTEM)
    except reading.Unreadable as error:
        click.echo(f"{file}: {words.fault(error.code, error.line, 'en')}", err=True)
        sys.exit(1)
    finally:
        app.close()
    told = [
        {"line": one.line, "column": one.column, "taken": not one.refused, "reason": words.problem(one, "en")}
        for one in problems
    ]
    context.print(told, _line)
    counts = {name: getattr(summary, name) for name in COUNTS}
    context.print([{"file": str(file), **counts, "unknown": summary.unknown}], _counts)


def _line(row: Mapping[str, Any]) -> str:
    where = f"line {row['line']}" + (f", {row['column']}" if row["column"] else "")
    return f"{where}: {row['reason']}" + ("" if row["taken"] else " Left out.")


def _counts(row: Mapping[str, Any]) -> str:
    columns = f"; columns not used: {', '.join(row['unknown'])}" if row["unknown"] else ""
    return (
        f"{row['lines']} lines: {row['new']} firms new, {row['changed']} changed, {row['unchanged']} as they were; "
        f"{row['addresses']} addresses given to their firms; {row['refused']} lines left out{columns}"
    )


COMMANDS = (customers,)
