"""Telling chats' own lists of commands what people may type to our bots."""

from collections.abc import Callable

from sqlalchemy import select

from config.logging import get
from connectors.abilities import Commanded
from connectors.base import Connector
from inbox import channels, linking
from inbox.db import Database
from inbox.models import Channel
from routing.chat import commands

log = get("chat")


def announce(database: Database, connector_for: Callable[[int], Connector]) -> None:
    """Set each bot's list of commands, Italian for people who read Italian, English for all others.

    One that fails is logged and left as it is: the commands work without the list too.
    """
    query = select(Channel.id).where(Channel.kind.in_(linking.COLLEAGUE_KINDS), Channel.enabled).order_by(Channel.id)
    with database.reading() as session:
        bots = list(session.scalars(query))
    for channel_id in bots:
        try:
            connector = connector_for(channel_id)
            if isinstance(connector, Commanded):
                connector.set_commands({"": commands.described("en"), "it": commands.described("it")})
        except Exception as error:
            log.warning("commands_not_set", channel=channel_id, reason=channels.sentence(error))
