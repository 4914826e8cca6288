"""channel add KIND: an account elsewhere by which customers write, for each kind of the table."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import click

from connectors.abilities import Subscribes
from connectors.base import ConnectorError
from inbox import channels, hooks
from inbox.cli.common import Context, pass_context
from inbox.cli.configured import add
from inbox.social import costs, trials
from inbox.social.kinds import KINDS, Field

# What we made up for the platform, as a row calls it.
WORDS = {"word": "verify_token", "key": "signing_key"}
SHOWN_LATER = "(once public_url is set: it says by which address we can be called)"
COMMON = (
    click.Option(["--name"], required=True, help="What the channel is called here."),
    click.Option(["--check/--no-check"], default=True, help="Ask the platform before adding."),
)


def _command(kind: str) -> click.Command:
    about = KINDS[kind]

    @pass_context
    def call(context: Context, /, name: str, check: bool, **given: Any) -> None:
        _add(context, kind, name, check, given)

    options = [_option(one) for one in about.fields]
    return click.Command(kind, params=[*COMMON, *options], callback=call, help=f"{about.name}: {about.lead}")


def _option(one: Field) -> click.Option:
    flag = f"--{one.name.replace('_', '-')}"
    if one.tick:
        return click.Option([f"{flag}/--no-{flag[2:]}"], default=one.ticked, help=one.label)
    if not one.secret:
        return click.Option([flag], required=one.needed, default=None, help=one.label)
    words = f"File with it, - for standard input (else {_variable(one)}{', else it is asked' if one.needed else ''})"
    return click.Option([f"{flag}-file"], type=click.File("r"), help=f"{one.label}. {words}.")


def _variable(one: Field) -> str:
    return f"CENTRALINO_{one.name.upper()}"


def _add(context: Context, kind: str, name: str, check: bool, given: Mapping[str, Any]) -> None:
    settings = trials.prepared(kind, _settings(KINDS[kind].fields, given))
    app = context.open()
    try:
        connector: Any = app.connector_from(kind, settings)
        works = list(connector.check()) if check else []
        if check and isinstance(connector, Subscribes):
            works.append(connector.subscribe())
        address = connector.address() if check else ""
        with app.database.writing() as session:
            made = channels.create(session, app.vault, kind, name, settings, address=address)
            made.enabled = not KINDS[kind].costs
        public = app.settings.public_url
        row = {"id": made.id, "name": made.name, "kind": kind, "works": works}
        if KINDS[kind].called:
            row["webhook"] = hooks.address(public, kind, made.id) if public else SHOWN_LATER
        row |= {"a_month_of_100": costs.month(50, 50)} if KINDS[kind].costs else {}
        row |= {WORDS[KINDS[kind].makes]: settings[hooks.SECRET]} if hooks.SECRET in settings else {}
    except (channels.ChannelError, ConnectorError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    finally:
        app.close()
    context.print([row], _told)


def _settings(fields: Sequence[Field], given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in fields:
        value = _secret(one, given[f"{one.name}_file"]) if one.secret else given[one.name]
        if value not in ("", None):
            found[one.name] = value
    return found


def _secret(one: Field, file: Any) -> str:
    found = file.read() if file else os.environ.get(_variable(one))
    if found is None and one.needed:
        found = click.prompt(one.label, hide_input=True)
    return str(found or "").strip()


def _told(row: Mapping[str, Any]) -> str:
    lines = [f"{row['name']} added", *row["works"]]
    lines += [f"For the platform:\n  callback URL  {row['webhook']}"] if "webhook" in row else []
    if "a_month_of_100" in row:
        told = f"US$ {row['a_month_of_100']} a month for 100 questions and their answers: docs/mastodon-x.md"
        lines += [f"It costs about {told}", f"It is off until: channel enable {row['name']}"]
    made = [f"  {name.replace('_', ' ')}  {row[name]}" for name in WORDS.values() if name in row]
    return "\n".join([*lines, *made])


for _kind in KINDS:
    add.add_command(_command(_kind))
# They hang on `channel add`.
COMMANDS: tuple[click.Command, ...] = ()
