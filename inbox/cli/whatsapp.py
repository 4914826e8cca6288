"""channel add whatsapp: a WhatsApp number of the firm's."""

import os
from collections.abc import Mapping
from typing import Any

import click

from connectors.base import ConnectorError
from inbox import channels, hooks
from inbox.cli.common import Context, pass_context
from inbox.cli.configured import add
from inbox.models.channel import WHATSAPP
from inbox.secrets import new_token

SHOWN_LATER = "(once public_url is set: it says by which address we can be called)"


@add.command(WHATSAPP)
@click.option("--name", required=True, help="What the channel is called here.")
@click.option("--phone-number-id", required=True, help="The ID that Meta shows beside the number.")
@click.option(
    "--token-file",
    type=click.File("r"),
    help="File with the access token, - for standard input (else CENTRALINO_TOKEN, else it is asked).",
)
@click.option(
    "--secret-file",
    type=click.File("r"),
    help="File with the app secret (else CENTRALINO_APP_SECRET, else it is asked).",
)
@click.option("--check/--no-check", "check", default=True, help="Ask Meta for the number before adding.")
@pass_context
def add_whatsapp(context: Context, /, name: str, phone_number_id: str, check: bool, **files: Any) -> None:
    """A WhatsApp number; prints the address and the verify token to give to Meta."""
    settings: dict[str, object] = {
        "phone_number_id": phone_number_id,
        "token": _word(files["token_file"], "CENTRALINO_TOKEN", "Access token"),
        "secret": _word(files["secret_file"], "CENTRALINO_APP_SECRET", "App secret"),
        hooks.SECRET: new_token(),
    }
    app = context.open()
    try:
        connector: Any = app.connector_from(WHATSAPP, settings)
        works = connector.check() if check else []
        address = connector.address() if check else ""
        with app.database.writing() as session:
            made = channels.create(session, app.vault, WHATSAPP, name, settings, address=address)
        known = bool(app.settings.public_url)
        url = hooks.address(app.settings.public_url, WHATSAPP, made.id) if known else SHOWN_LATER
        row = {
            "id": made.id, "name": made.name, "kind": WHATSAPP, "works": list(works), "webhook": url,
            "verify_token": settings[hooks.SECRET],
        }  # fmt: skip
    except (channels.ChannelError, ConnectorError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    finally:
        app.close()
    context.print([row], _told)


def _told(row: Mapping[str, Any]) -> str:
    give = f"For Meta, under Webhooks:\n  callback URL  {row['webhook']}\n  verify token  {row['verify_token']}"
    return "\n".join([f"{row['name']} added", *row["works"], give])


def _word(file: Any, variable: str, asked: str) -> str:
    found = file.read() if file else os.environ.get(variable) or click.prompt(asked, hide_input=True)
    return str(found).strip()


# Its one command hangs on `channel add`.
COMMANDS: tuple[click.Command, ...] = ()
