"""`python3 run.py COMMAND …`: reads what may stand anywhere (-d, --json), then hands over to the command."""

import sys
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from inbox.cli import (
    accounts,
    backups,
    checks,
    clocks,
    configured,
    customers,
    mails,
    monthly,
    rule_files,
    service,
    serving,
    site,
    social,
    views,
)
from inbox.cli.common import Context
from inbox.migrations import NewerDatabase


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def cli(context: click.Context) -> None:
    """Centralino: every question in one place, answered in time.

    Without a command it serves; `run.py test` runs the tests.

    Everywhere: -d DIR (data folder, default var), --json (one JSON object a line), --demo (the demo's data folder).
    """


for module in (
    serving,
    checks,
    clocks,
    mails,
    views,
    monthly,
    accounts,
    configured,
    rule_files,
    customers,
    backups,
    service,
    site,
    social,
):
    for command in module.COMMANDS:
        cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run one command; without one, serve."""
    context, rest = split(sys.argv[1:] if arguments is None else arguments)
    if not rest or (rest[0].startswith("-") and rest[0] not in ("-h", "--help")):
        rest = ["serve", *rest]
    try:
        cli.main(rest, prog_name="run.py", obj=context)
    except UnicodeEncodeError:
        sys.exit(1)
    except NewerDatabase as error:
        sys.exit(f"Error: {error}")
    except OperationalError as error:
        sys.exit(f"Error: database: {str(error.orig).splitlines()[0]}")
    except OSError as error:
        sys.exit(f"Error: {error.filename or 'system'}: {error.strerror or error}")


def split(arguments: list[str]) -> tuple[Context, list[str]]:
    """Take the options that may stand anywhere out of the arguments; those after `--` stay."""
    context, rest = Context(), []
    queue = list(arguments)
    while queue:
        one = queue.pop(0)
        name, equals, value = one.partition("=")
        if one == "--":
            rest += [one, *queue]
            break
        if name in ("-d", "--data") and (equals or queue):
            context.data = Path(value if equals else queue.pop(0))
        elif one == "--json":
            context.as_json = True
        elif one == "--demo":
            context.demo = True
        else:
            rest.append(one)
    return context, rest
