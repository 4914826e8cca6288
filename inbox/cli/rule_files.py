"""rules export, rules import: the rule set as a TOML file."""

import sys
from typing import TextIO

import click

from inbox.cli.common import Context, pass_context
from routing import rules as rule_sets


@click.group()
def rules() -> None:
    """The routing rules as a file."""


@rules.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
@pass_context
def export(context: Context, /, file: TextIO) -> None:
    """Write the rules as TOML (to standard output without FILE)."""
    app = context.open()
    with app.database.reading() as session:
        file.write(rule_sets.to_toml(rule_sets.load(session)))
    app.close()


@rules.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@pass_context
def import_(context: Context, /, file: TextIO) -> None:
    """Replace all rules by those of a TOML file; a mistake changes nothing."""
    app = context.open()
    try:
        found = rule_sets.from_toml(file.read())
        with app.database.writing() as session:
            rule_sets.save(session, found)
    except (rule_sets.RuleError, UnicodeDecodeError) as error:
        click.echo(f"{getattr(file, 'name', '-')}: {error}", err=True)
        sys.exit(1)
    finally:
        app.close()
    context.print([{"rules": len(found)}], lambda row: f"{row['rules']} rules")


COMMANDS = (rules,)
