"""channel add, list, enable, webhook, backfill: the ways in and out."""

import os
from typing import Any

import click
from sqlalchemy import select

from connectors.abilities import TwoWay
from connectors.base import ConnectorError, Pull
from inbox import channels, hooks, intake, webhooks
from inbox.app import App
from inbox.cli.common import Context, pass_context
from inbox.events import SYSTEM
from inbox.models import Channel

SECURITY = click.Choice(["tls", "starttls", "none"])


@click.group()
def channel() -> None:
    """Mailboxes, bots and webhooks."""


@channel.group()
def add() -> None:
    """Add a channel."""


@add.command("mail")
@click.option("--name", required=True, help="What the channel is called here.")
@click.option("--address", required=True, help="The mailbox's address.")
@click.option("--display-name", default="", help="Sender's name on answers.")
@click.option("--imap-host", default="", help="The IMAP server (default: found by the address).")
@click.option("--imap-port", type=int, default=0, help="Default 993 (tls) or 143.")
@click.option("--imap-security", type=SECURITY, default="tls")
@click.option("--smtp-host", default="", help="Default: the IMAP host.")
@click.option("--smtp-port", type=int, default=0, help="Default 465 (tls) or 587.")
@click.option("--smtp-security", type=SECURITY, default="tls")
@click.option("--user", default="", help="Login name (default: the address).")
@click.option("--smtp-user", default=None, help='Login name for SMTP, "" for none (default: as for IMAP).')
@click.option(
    "--password-file",
    type=click.File("r"),
    help="File with the password, - for standard input (else CENTRALINO_PASSWORD, else it is asked).",
)
@click.option("--sent-folder", default="", help="Name of the Sent folder (default: found by its mark).")
@click.option("--folder", "folders", multiple=True, help="One more folder to read besides the inbox; again for others.")
@click.option("--alias", "aliases", multiple=True, help="Another address that is delivered here; again for others.")
@click.option("--ca-file", default="", help="Certificate authority of a server with its own certificate.")
@click.option("--check/--no-check", "check", default=True, help="Try the connection before adding.")
@pass_context
def add_mail(context: Context, /, name: str, password_file: Any, check: bool, **options: Any) -> None:
    """A mailbox: read by IMAP, answered by SMTP."""
    password = password_file.read().strip() if password_file else os.environ.get("CENTRALINO_PASSWORD")
    settings = {
        key: value
        for key, value in options.items()
        if value not in ("", 0, None, ()) or (key == "smtp_user" and value == "")
    }
    settings["name"] = settings.pop("display_name", "")
    settings["password"] = password if password is not None else click.prompt("Password", hide_input=True)
    _add(
        context,
        "mail",
        name,
        {key: value for key, value in settings.items() if value is not None and not (key == "name" and not value)},
        check,
    )


@add.command("telegram")
@click.option("--name", required=True, help="What the channel is called here.")
@click.option(
    "--token-file",
    type=click.File("r"),
    help="File with the bot's token, - for standard input (else CENTRALINO_TOKEN, else it is asked).",
)
@click.option("--webhook", is_flag=True, help="Have Telegram call us (at public_url) instead of asking it for news.")
@click.option("--check/--no-check", "check", default=True, help="Try the connection before adding.")
@pass_context
def add_telegram(context: Context, /, name: str, token_file: Any, webhook: bool, check: bool) -> None:
    """The bot that tells colleagues."""
    if webhook:
        _public_url(context)
    token = token_file.read().strip() if token_file else os.environ.get("CENTRALINO_TOKEN")
    _add(context, "telegram", name, {"token": token or click.prompt("Token", hide_input=True)}, check)
    if webhook:
        _switch(context, name, off=False)


@add.command("webhook")
@click.option("--name", required=True, help="What the channel is called here; rules name it so.")
@click.option("--url", required=True, help="Where to post to: https://… (http:// only to this machine).")
@click.option("--ca-file", default="", help="Certificate authority of a server with its own certificate.")
@click.option("--check/--no-check", "check", default=True, help="Try the connection before adding.")
@pass_context
def add_webhook(context: Context, /, name: str, url: str, ca_file: str, check: bool) -> None:
    """Another program that rules tell what they decided; prints the secret, once."""
    secret = webhooks.new_secret()
    settings = {"url": url, "secret": secret} | ({"ca_file": ca_file} if ca_file else {})
    _add(context, webhooks.KIND, name, settings, check, secret=secret)


@channel.command("list")
@pass_context
def list_(context: Context) -> None:
    """All channels and how they are."""
    app = context.open()
    with app.database.reading() as session:
        rows = [
            {
                "id": one.id,
                "name": one.name,
                "kind": one.kind,
                "address": one.address,
                "enabled": one.enabled,
                "heard_at": one.heard_at,
                "error": one.error,
            }
            for one in session.scalars(select(Channel).order_by(Channel.id))
        ]
    app.close()
    context.print(
        rows,
        lambda one: (
            f"{one['name']}  {one['kind']}  {one['address']}  {one['error'] or ('works' if one['enabled'] else 'off')}"
        ),
    )


@channel.command("enable")
@click.argument("name")
@click.option("--off", is_flag=True, help="Switch it off instead.")
@pass_context
def enable(context: Context, /, name: str, off: bool) -> None:
    """Switch a channel on or off."""
    app = context.open()
    try:
        with app.database.writing() as session:
            channels.switch(session, channels.by_name(session, name), SYSTEM, on=not off)
    except channels.ChannelError as error:
        raise click.ClickException(str(error)) from None
    finally:
        app.close()


@channel.command("webhook")
@click.argument("name")
@click.option("--off", is_flag=True, help="Ask the channel for news again instead.")
@pass_context
def webhook(context: Context, /, name: str, off: bool) -> None:
    """Have a bot's messages brought to us (at public_url) instead of asking for them."""
    _switch(context, name, off)


@channel.command("backfill")
@click.argument("name")
@click.option("--days", type=click.IntRange(1, 3650), default=30, help="How far back (default 30).")
@pass_context
def backfill(context: Context, /, name: str, days: int) -> None:
    """Take in a mailbox's older mails quietly: nobody is told, nothing is marked read."""
    app = context.open()
    try:
        with app.database.reading() as session:
            found = channels.by_name(session, name)
        total = _backfill(app, found, days)
    except (channels.ChannelError, ConnectorError) as error:
        raise click.ClickException(str(error)) from None
    finally:
        app.close()
    context.print([{"channel": name, "new": total}], lambda row: f"{row['new']} mails will be taken in")


COMMANDS = (channel,)


def _public_url(context: Context) -> None:
    """A webhook needs an address: better said before anything is added."""
    try:
        hooks.address(context.settings().public_url, "", 0)
    except channels.ChannelError as error:
        raise click.ClickException(str(error)) from None


def _switch(context: Context, name: str, off: bool) -> None:
    app = context.open()
    try:
        with app.database.reading() as session:
            found = channels.by_name(session, name)
        url = "" if off else hooks.switch_on(app.hooks(), found.id, app.settings.public_url)
        if off:
            hooks.switch_off(app.hooks(), found.id)
    except (channels.ChannelError, ConnectorError) as error:
        raise click.ClickException(str(error)) from None
    finally:
        app.close()
    told = "is asked for its messages" if off else f"brings its messages to {url}"
    context.print([{"channel": name, "webhook": url}], lambda row: f"{row['channel']} {told}")


def _backfill(app: App, found: Channel, days: int) -> int:
    connector = app.build_connector(found.id)
    if not (isinstance(connector, TwoWay) and isinstance(connector, Pull)):
        raise channels.ChannelError(f"{found.name}: a {found.kind} channel has no older messages to take")
    total = 0
    for folder in reversed(connector.folders()):
        cursor, more = "", True
        while more:
            batch = connector.history(folder, days, cursor)
            total += intake.receive(app.database, app.blobs, found.id, folder, batch, quiet=True, keep_cursor=True)
            cursor, more = batch.cursor, batch.more
            click.echo(f"{folder}: {total}", err=True)
    return total


def _add(context: Context, kind: str, name: str, settings: dict[str, Any], check: bool, **shown: str) -> None:
    """Add a channel and say what works; `shown` is told this once."""
    app = context.open()
    try:
        if kind == "mail" and "imap_host" not in settings:
            if not check:
                raise click.ClickException("--imap-host: is needed where no connection is tried")
            settings, works = app.mail_settings(settings)
            connector = app.connector_from(kind, settings)
        else:
            connector = app.connector_from(kind, settings)
            works = connector.check() if check else []
        name_of = getattr(connector, "address", None)
        # A bot has to be asked for its name; a webhook has it in its address.
        address = name_of() if name_of is not None and (check or kind == webhooks.KIND) else ""
        with app.database.writing() as session:
            made = channels.create(session, app.vault, kind, name, settings, address=address)
            row = {"id": made.id, "name": made.name, "kind": kind, "works": list(works), **shown}
    except (channels.ChannelError, ConnectorError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    finally:
        app.close()
    told = [f"{key} (shown only now): {value}" for key, value in shown.items()]
    context.print([row], lambda one: "\n".join([f"{one['name']} added", *one["works"], *told]))
