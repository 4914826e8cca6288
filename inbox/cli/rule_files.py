"""rules export, import, test: the rule set as a TOML file, and whether its test cases hold."""

import sys
from collections.abc import Mapping
from typing import Any, TextIO

import click

from inbox.cli.common import Context, pass_context
from inbox.events import SYSTEM
from routing import cases, files
from routing import rules as rule_sets


@click.group()
def rules() -> None:
    """The routing rules as a file."""


@rules.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
@click.option("--cases", "with_cases", is_flag=True, help="Also the test cases; these hold customers' words.")
@pass_context
def export(context: Context, /, file: TextIO, with_cases: bool) -> None:
    """Write rules and products as TOML (to standard output without FILE)."""
    app = context.open()
    with app.database.reading() as session:
        file.write(files.write(session, cases=with_cases))
    app.close()


@rules.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--note", default="", help="Why; needed where test cases would come out otherwise.")
@pass_context
def import_(context: Context, /, file: TextIO, note: str) -> None:
    """Replace all rules by those of a TOML file; a mistake changes nothing."""
    app = context.open()
    try:
        found = files.read(file.read())
        with app.database.writing() as session:
            before = rule_sets.load(session)
            files.put(session, found, SYSTEM, note)
            wrong = cases.broken(session, before, found.rules)
            if wrong and not note:
                told = "; ".join(cases.in_words(one, "en", {}) for one in wrong)
                raise rule_sets.RuleError(f"test cases would come out otherwise (say why with --note): {told}")
    except (rule_sets.RuleError, UnicodeDecodeError) as error:
        click.echo(f"{getattr(file, 'name', '-')}: {error}", err=True)
        sys.exit(1)
    finally:
        app.close()
    context.print([{"rules": len(found.rules)}], lambda row: f"{row['rules']} rules")


@rules.command("test")
@click.argument("file", type=click.File("r", encoding="utf-8"), required=False)
@pass_context
def test(context: Context, /, file: TextIO | None) -> None:
    """Run the test cases with the rules in force, or with those of a file; ends with 1 where one does not hold."""
    app = context.open()
    try:
        with app.database.reading() as session:
            rule_set = files.read(file.read()).rules if file else rule_sets.load(session)
            results = cases.run(session, rule_set)
    except (rule_sets.RuleError, UnicodeDecodeError) as error:
        click.echo(f"{getattr(file, 'name', '-')}: {error}", err=True)
        sys.exit(1)
    finally:
        app.close()
    rows = [{"name": one.name, "expected": one.expected, "got": one.got, "holds": one.holds} for one in results]
    context.print(rows, _line)
    if not all(one.holds for one in results):
        sys.exit(1)


def _line(row: Mapping[str, Any]) -> str:
    if row["holds"]:
        return f"holds: {row['name']} → {row['got']}"
    return f"FAILS: {row['name']} → {row['got'] or 'nobody'} instead of {row['expected']}"


COMMANDS = (rules,)
