"""queue, report, held: looking at what is there."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import click
from sqlalchemy import select

from inbox import intake, ledger, listing
from inbox.cli.common import Context, pass_context
from inbox.models import Channel, Conversation, Intake, now
from inbox.models.intake import HELD
from inbox.reporting import period
from inbox.reporting.cases import FIRST, TEAM
from inbox.reporting.days import YEARS, Period


@click.command()
@click.option("--state", type=click.Choice(listing.STATES), default="open", help="Which conversations (default open).")
@click.option("--team", default="", help="Only this team's.")
@pass_context
def queue(context: Context, /, state: str, team: str) -> None:
    """The triage list, longest wait first."""
    app = context.open()
    with app.database.reading() as session:
        rows = [as_row(one) for one in listing.conversations(session, None, listing.Filter(state=state, team=team))]
    app.close()
    context.print(rows, lambda row: f"{row['id']:>6}  {row['team'] or '-':<12} {row['from']}: {row['subject']}")


@click.group(invoke_without_command=True)
@click.option("--from", "begins", type=click.DateTime(["%Y-%m-%d"]), help="First day.")
@click.option("--to", "ends", type=click.DateTime(["%Y-%m-%d"]), help="Last day, included.")
@click.pass_context
def report(click_context: click.Context, /, begins: datetime | None, ends: datetime | None) -> None:
    """Response times of a period."""
    if click_context.invoked_subcommand is not None:
        return
    if begins is None or ends is None:
        raise click.UsageError("Missing option '--from' or '--to'.")
    context = click_context.ensure_object(Context)
    if begins > ends:
        raise click.ClickException("--from comes after --to")
    for option, day in (("--from", begins), ("--to", ends)):
        if day.year not in YEARS:
            raise click.ClickException(f"{option}: must be in the years {YEARS[0]} to {YEARS[-1]}")
    app = context.open()
    with app.database.reading() as session:
        found = period.report(session, Period(begins.date(), ends.date()), app.settings.timezone)
    app.close()
    context.print([found.as_data()], lambda _row: _text(found))


@click.group()
def held() -> None:
    """What could not be taken in."""


@held.command("list")
@pass_context
def held_list(context: Context) -> None:
    """All held items with the reason."""
    app = context.open()
    with app.database.reading() as session:
        found = session.execute(
            select(Intake, Channel.name).join(Channel).where(Intake.state == HELD).order_by(Intake.id)
        )
        rows = [
            {"id": one.id, "channel": name, "received_at": one.received_at, "size": one.size, "reason": one.reason}
            for one, name in found
        ]
    app.close()
    context.print(
        rows, lambda row: f"{row['id']:>6}  {row['channel']}  {row['received_at']:%Y-%m-%d %H:%M}  {row['reason']}"
    )


@held.command("retry")
@click.argument("ids", nargs=-1, type=int)
@pass_context
def held_retry(context: Context, /, ids: tuple[int, ...]) -> None:
    """Take held items in once more (all, or those named)."""
    app = context.open()
    with app.database.writing() as session:
        query = select(Intake).where(Intake.state == HELD)
        rows = list(session.scalars(query.where(Intake.id.in_(ids)) if ids else query))
        for row in rows:
            intake.retry_held(session, row)
    app.close()
    context.print([{"id": row.id, "retried": True} for row in rows], lambda row: f"{row['id']}: will be taken in again")


@click.command("ledger")
@click.option("--check", is_flag=True, help="Ask the servers now, and fetch what is missing.")
@pass_context
def ledger_lines(context: Context, /, check: bool) -> None:
    """What the servers hold, what of it is here, and what became of it."""
    app = context.open()
    if check:
        ledger.reconcile_all(app.database, app.blobs, app.build_connector)
    with app.database.reading() as session:
        rows = [asdict(one) for one in ledger.lines(session)]
    app.close()
    context.print(
        rows,
        lambda row: (
            f"{row['channel']:<12} {row['folder']:<6} server {row['on_server'] if row['checked_at'] else '?'}, "
            f"missing {row['missing']}; received {row['received']} = {row['shown']} shown, {row['aside']} aside, "
            f"{row['held']} held, {row['waiting']} under way"
        ),
    )


COMMANDS = (queue, report, held, ledger_lines)


def as_row(one: Conversation) -> dict[str, Any]:
    """One line of the triage list (fields: docs/cli.md)."""
    waiting = int((now() - one.waiting_since).total_seconds()) if one.waiting_since else None
    return {
        "id": one.id, "subject": one.subject, "from": one.contact.name or "?", "status": one.status, "kind": one.kind,
        "team": one.team.slug if one.team else None, "person": one.user.email if one.user else None,
        "priority": one.priority, "tags": [tag.name for tag in one.tags], "channel": one.channel.name,
        "language": one.language, "stage": one.stage, "waiting_since": one.waiting_since, "waiting_seconds": waiting,
        "target_minutes": one.target_minutes, "snoozed_until": one.snoozed_until, "last_at": one.last_at,
        "messages": one.messages_count, "snippet": one.snippet,
    }  # fmt: skip


def _text(found: period.Report) -> str:
    lines = [f"{found.period.begins} - {found.period.ends}"]
    for line in (*found.lines(TEAM, FIRST), found.line(FIRST)):
        median = "-" if line.median_working is None else f"{line.median_working / 3600:.1f} h"
        counts = f"{line.exchanges:>5} questions, {line.answered:>5} answered"
        lines.append(f"{line.name or 'All':<16} {counts}, median {median} (working time)")
    return "\n".join(lines)
