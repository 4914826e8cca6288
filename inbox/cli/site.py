"""channel add webform, channel add sitechat: a form of the firm's site that posts to us, a chat on it."""

from collections.abc import Callable
from typing import Any

import click
from sqlalchemy.orm import Session

from inbox import channels, sitechannels
from inbox.app import App
from inbox.cli.common import Context, pass_context
from inbox.cli.configured import add
from inbox.consents import texts
from inbox.forms import settings as forms
from inbox.models import Channel
from inbox.sitechat import settings as chats


@add.command("webform")
@click.option("--name", required=True, help="What the form is called here, and in rules (fact.form).")
@click.option("--mailbox", required=True, help="Name of the mailbox by which its answers go.")
@click.option("--origin", "origins", multiple=True, help="A site that may post: https://www.firm.it; again for more.")
@click.option("--thanks", default="", help="Page that a visitor sees afterwards (default: one of ours).")
@click.option("--privacy", default="", help="Page with the privacy policy.")
@click.option("--marketing", default="", help="Words beside a box for consent to news by mail (default: not asked).")
@click.option("--language", type=click.Choice(sitechannels.LANGUAGES), default="it", help="Of the form's own page.")
@click.option("--work", type=int, default=0, help="Bits that a browser works for before a post (default: 0, none).")
@pass_context
def add_webform(context: Context, /, name: str, mailbox: str, origins: tuple[str, ...], **settings: Any) -> None:
    """A form of the firm's site; prints its address and what to paste."""

    def make(session: Session, app: App, box: Channel) -> tuple[Channel, str, str]:
        made = forms.make(session, app.vault, name, box.id, origins=list(origins), **settings)
        url = forms.address(app.public_url, made)
        return made, url, forms.snippet(url, made, texts.number(session, made), box.address)

    _add(context, mailbox, make)


@add.command("sitechat")
@click.option("--name", required=True, help="What the chat is called here, and in rules (fact.chat).")
@click.option("--mailbox", required=True, help="Name of the mailbox by which talks go on when the visitor has left.")
@click.option("--origin", "origins", multiple=True, help="A site that may use it: https://www.firm.it; again for more.")
@click.option("--privacy", default="", help="Page with the privacy policy.")
@click.option("--consent", default="", help="Words beside a box that has to be ticked first (default: no box).")
@click.option("--language", type=click.Choice(sitechannels.LANGUAGES), default="it", help="Of the firm's own texts.")
@pass_context
def add_sitechat(context: Context, /, name: str, mailbox: str, origins: tuple[str, ...], **settings: Any) -> None:
    """A chat on the firm's site; prints its own page and the line to paste."""

    def make(session: Session, app: App, box: Channel) -> tuple[Channel, str, str]:
        made = chats.make(session, app.vault, name, box.id, origins=list(origins), **settings)
        return made, chats.address(app.public_url, made), chats.snippet(app.public_url, made, box.address)

    _add(context, mailbox, make)


def _add(context: Context, mailbox: str, make: Callable[[Session, App, Channel], tuple[Channel, str, str]]) -> None:
    """Make a channel that is answered by a mailbox; print it, its address and what to paste."""
    app = context.open()
    try:
        with app.database.writing() as session:
            made, url, snippet = make(session, app, channels.by_name(session, mailbox))
            row = {"id": made.id, "name": made.name, "kind": made.kind, "address": url, "snippet": snippet}
    except channels.ChannelError as error:
        raise click.ClickException(str(error)) from None
    finally:
        app.close()
    known = "" if app.settings.public_url else "\n\npublic_url is not set: only this machine reaches that address"
    context.print([row], lambda one: f"{one['name']} added\n{one['address']}\n\n{one['snippet']}{known}")


# Its commands hang on `channel add`.
COMMANDS: tuple[click.Command, ...] = ()
