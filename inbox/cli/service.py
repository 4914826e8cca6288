"""service install, remove, status: start with the machine."""

import os
import sys
from pathlib import Path

import click

from config import services
from config.settings import FILE_NAME, PREFIX, Settings
from inbox.cli.common import Context, pass_context

HOME = Path(__file__).parents[2]


@click.group()
def service() -> None:
    """Start Centralino with the machine (systemd, or the Task Scheduler of Windows)."""


@service.command()
@click.option("--user", default="", help="Who it runs as, when root installs it (default: the data folder's owner).")
@pass_context
def install(context: Context, /, user: str) -> None:
    """Install it as a service of this data folder, and start it."""
    data = context.settings().data.resolve()
    command = (sys.executable, "-m", "inbox.cli", "-d", str(data), "serve")
    try:
        wanted = services.Service(command, HOME, data, user or services.default_user(data))
        services.manager().install(wanted)
    except (services.ServiceError, OSError, LookupError) as error:
        raise click.ClickException(str(error)) from None
    for name in _not_handed_on():
        click.echo(f"{name} is set here, not for the service: write it into {data / FILE_NAME}", err=True)
    _print(context)


@service.command()
@pass_context
def remove(context: Context) -> None:
    """Stop the service and forget it; the data stays."""
    try:
        services.manager().remove()
    except (services.ServiceError, OSError) as error:
        raise click.ClickException(str(error)) from None
    context.print([{"service": services.NAME, "installed": False}], lambda row: f"{row['service']}: removed")


@service.command()
@pass_context
def status(context: Context) -> None:
    """Whether the service is installed and runs; exit code 1 if it does not run."""
    if not _print(context):
        sys.exit(1)


COMMANDS = (service,)


def _not_handed_on() -> list[str]:
    names = [PREFIX + field.upper() for field in Settings.model_fields if field != "data"]
    return [name + end for name in names for end in ("", "_FILE") if name + end in os.environ]


def _print(context: Context) -> bool:
    try:
        state = services.manager().state()
    except services.ServiceError as error:
        raise click.ClickException(str(error)) from None
    row = {"service": services.NAME, "installed": state.installed, "running": state.running, "says": state.says}
    installed = "installed" if state.installed else "not installed"
    context.print([row], lambda one: f"{one['service']}: {installed}, {one['says']}")
    return state.running
