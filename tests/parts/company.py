"""A small firm to test with: a manager, a colleague in R&D, one mailbox, customers' mails."""

import uuid
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any

from sqlalchemy import select

from config.settings import Settings
from inbox import channels, fetching, users
from inbox.app import App
from inbox.models import Channel, User, UserLink, now
from tests.parts.dovecot import Dovecot
from tests.parts.server import PASSWORD, Server
from tests.parts.smtp import Peer

MANAGER, ENGINEER, CUSTOMER = "giulia@firm.test", "marco@firm.test", "anna.bianchi@cliente.test"


def set_up(server: Server, dovecot: Dovecot, peer: Peer) -> str:
    """Accounts and the mailbox, looked at for the first time, so that what comes now is new; returns its login name.

    In this process: each command would cost a second.
    """
    user = f"box{uuid.uuid4().hex[:10]}"
    settings = {
        "address": "info@firm.test", "user": user, "password": "secret", "smtp_user": "", "imap_host": "127.0.0.1",
        "imap_port": dovecot.port, "imap_security": "none", "smtp_host": "127.0.0.1", "smtp_port": peer.port,
        "smtp_security": "none",
    }  # fmt: skip
    app = App(Settings(data=server.folder, database_url=server.database_url))
    app.prepare()
    with app.database.writing() as session:
        # Without quiet hours, so that a test goes the same at every hour of the day.
        users.create(session, MANAGER, "Giulia Verdi", "manager", "it", [], PASSWORD).quiet = False
        users.create(session, ENGINEER, "Marco Neri", "colleague", "it", ["rd"], PASSWORD).quiet = False
        channel = channels.create(session, app.vault, "mail", "info", settings)
    mailbox: Any = app.connector_for(channel.id)
    fetching.fetch_all(app.database, app.blobs, channel.id, mailbox)
    app.close()
    return user


def link(server: Server, token: str, chats: dict[str, int]) -> None:
    """The bot with this token, and colleagues whose chats are confirmed, by their addresses."""
    app = App(Settings(data=server.folder, database_url=server.database_url))
    with app.database.writing() as session:
        bot = channels.create(session, app.vault, "telegram", "bot", {"token": token}, address="@centralino_test_bot")
        for email, chat in chats.items():
            user = session.scalars(select(User).where(User.email == email)).one()
            session.add(UserLink(user_id=user.id, channel_id=bot.id, address=str(chat), confirmed_at=now()))
    app.close()


def told(server: Server, dovecot: Dovecot, user: str, raw: bytes) -> None:
    """A mail arrives and the colleagues are told of it, before the server runs: what it sends then is something else."""
    dovecot.append(user, raw)
    app = App(Settings(data=server.folder, database_url=server.database_url))
    with app.database.reading() as session:
        channel_id = session.scalars(select(Channel.id).where(Channel.kind == "mail")).one()
    mailbox: Any = app.connector_for(channel_id)
    fetching.fetch_all(app.database, app.blobs, channel_id, mailbox)
    app.worker().drain(("take_in", "route", "deliver"))
    app.close()


def set_up_by_commands(server: Server, dovecot: Dovecot, peer: Peer) -> str:
    """The same by the commands that an operator types."""
    user = f"box{uuid.uuid4().hex[:10]}"
    server.run(
        "user", "add", MANAGER, "--role", "manager", "--name", "Giulia Verdi", "--password-file", "-", stdin=PASSWORD
    )
    server.run("user", "add", ENGINEER, "--team", "rd", "--name", "Marco Neri", "--password-file", "-", stdin=PASSWORD)
    app = App(Settings(data=server.folder, database_url=server.database_url))
    with app.database.writing() as session:
        for one in session.scalars(select(User)):
            # So that a test goes the same at every hour of the day.
            one.quiet = False
    app.close()
    server.run(
        "channel", "add", "mail", "--name", "info", "--address", "info@firm.test", "--user", user, "--smtp-user", "",
        "--imap-host", "127.0.0.1", "--imap-port", str(dovecot.port), "--imap-security", "none",
        "--smtp-host", "127.0.0.1", "--smtp-port", str(peer.port), "--smtp-security", "none", "--password-file", "-", stdin="secret",
    )  # fmt: skip
    return user


def mail(subject: str, text: str, *, sender: str = CUSTOMER, name: str = "Anna Bianchi", **headers: str) -> bytes:
    """A customer's mail as bytes; header names with _ for -."""
    message = EmailMessage()
    message["From"] = f"{name} <{sender}>"
    message["To"] = "info@firm.test"
    message["Subject"] = subject
    message["Date"] = format_datetime(now())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    for field, value in headers.items():
        field = field.replace("_", "-")
        del message[field]
        message[field] = value
    message.set_content(text)
    return message.as_bytes()
