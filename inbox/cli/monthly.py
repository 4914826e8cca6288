"""report month: the monthly page from the command line, as text, JSON or PDF."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from inbox.cli.common import Context, pass_context
from inbox.cli.views import report
from inbox.models import now
from inbox.reporting.days import Period
from inbox.reporting.monthly import recipients
from inbox.reporting.monthly.content import month_before, month_of
from inbox.reporting.monthly.gathering import gather
from inbox.reporting.monthly.pdf import pdf
from inbox.reporting.monthly.sheet import Sheet, sheet

LANGUAGES = ("it", "en")


@report.command("month")
@click.option("--month", "wanted", default="", help="Which month, as 2026-10 (default: the last one).")
@click.option("--pdf", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the page to this file.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Of the page (default: the setting language).")
@pass_context
def month(context: Context, /, wanted: str, file: Path | None, language: str | None) -> None:
    """The page of a month: enquiries, answers, where time was lost, what came of it, who waits."""
    app = context.open()
    zone = app.settings.timezone
    try:
        period = _period(wanted, zone)
        with app.database.reading() as session:
            content = gather(session, period, zone)
            company, sections = recipients.heading(session), recipients.sections(session)
        spoken = language or app.settings.language
        page = sheet(content, spoken, zone, company=company, sections=sections, names=True)
        if file is not None:
            file.write_bytes(pdf(page, app.public_url))
    finally:
        app.close()
    context.print([content.as_data()], lambda _row: _text(page))


def _period(wanted: str, zone: str) -> Period:
    try:
        return month_of(wanted) if wanted else month_before(_today(zone))
    except ValueError as error:
        raise click.ClickException(f"--month: {error}") from None


def _today(zone: str) -> date:
    return now().astimezone(ZoneInfo(zone)).date()


def _text(page: Sheet) -> str:
    lines = [f"{page.title} ({page.made})"]
    lines += [f"{one.label}: {one.figure} ({' · '.join(one.notes)})" for one in page.tiles]
    lines += [f"- {one.text}" for one in page.told or ()]
    for block in page.blocks:
        lines.append(f"{block.title}{f': {block.lead}' if block.lead else ''}")
        lines += [f"  {chart.description}" for chart in block.charts]
        lines += [f"  {row.left}: {row.right}" for row in block.rows]
        lines += [f"  {page.more(block.hidden)}"] if block.hidden else []
    return "\n".join(lines)


# `report` itself is among those of inbox.cli.views.
COMMANDS: tuple[click.Command, ...] = ()
