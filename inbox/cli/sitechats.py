"""channel add sitechat: a chat on the firm's site."""

from typing import Any

import click

from inbox import channels, sitechannels
from inbox.cli.common import Context, pass_context
from inbox.cli.configured import add
from inbox.sitechat import settings


@add.command("sitechat")
@click.option("--name", required=True, help="What the chat is called here, and in rules (fact.chat).")
@click.option("--mailbox", required=True, help="Name of the mailbox by which talks go on when the visitor has left.")
@click.option("--origin", "origins", multiple=True, help="A site that may use it: https://www.firm.it; again for more.")
@click.option("--privacy", default="", help="Page with the privacy policy.")
@click.option("--consent", default="", help="Words beside a box that has to be ticked first (default: no box).")
@click.option("--language", type=click.Choice(sitechannels.LANGUAGES), default="it", help="Of the firm's own texts.")
@pass_context
def add_sitechat(context: Context, /, name: str, mailbox: str, origins: tuple[str, ...], **wanted: Any) -> None:
    """A chat on the firm's site; prints its own page and the line to paste."""
    app = context.open()
    try:
        with app.database.writing() as session:
            box = channels.by_name(session, mailbox)
            made = settings.make(session, app.vault, name, box.id, origins=list(origins), **wanted)
            row = {
                "id": made.id,
                "name": made.name,
                "kind": made.kind,
                "address": settings.address(app.public_url, made),
                "snippet": settings.snippet(app.public_url, made),
            }
    except channels.ChannelError as error:
        raise click.ClickException(str(error)) from None
    finally:
        app.close()
    known = "" if app.settings.public_url else "\n\npublic_url is not set: only this machine reaches that address"
    context.print([row], lambda one: f"{one['name']} added\n{one['address']}\n\n{one['snippet']}{known}")


# Its one command hangs on `channel add`.
COMMANDS: tuple[click.Command, ...] = ()
