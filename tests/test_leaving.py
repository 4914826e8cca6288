"""Whoever has left is refused by every entrance at once; so is who unlinked a chat, or had the conversation taken away.

Each way in is tried twice: by somebody who is here, which shows that it leads somewhere, and right after leaving.
"""

import re
from collections.abc import Callable
from email.message import EmailMessage

import httpx
import pytest
from sqlalchemy import select

from inbox import conversations, filelinks, linking, sessions, users
from inbox.events import SYSTEM, person
from inbox.models import Attachment, Conversation, Delivery, Intake, Message, User, now
from inbox.models.delivery import FAILED, SENT
from routing.notify import fan_out
from tests.parts.chats import MARIO, Bot, said
from tests.parts.company import ENGINEER, MANAGER, mail, set_up
from tests.parts.desk import URL, Desk
from tests.parts.dovecot import Dovecot
from tests.parts.server import PASSWORD, Server
from tests.parts.smtp import Peer
from tests.parts.web import pages


class Person:
    """An external agent with a conversation in hand, who holds the keys to every entrance."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.bot = desk, Bot(desk)
        self.id = desk.add_user("luca@agents.test", "external")
        with desk.database.writing() as session:
            user = session.get_one(User, self.id)
            users.set_password(user, PASSWORD)
            self.cookie = sessions.begin(session, user)
            self.invitation = users.issue_ticket(session, users.INVITATION, self.id)
        self.link = self.bot.linked(self.id)
        self.deep_link = self.bot.link(self.id)
        self.conversation: Conversation = desk.arrive(_with_file())
        desk.deliver()
        desk.wire.sent.clear()
        self.file: int = desk.one(select(Attachment.id))
        with desk.database.writing() as session:
            found = session.get_one(Conversation, self.conversation.id)
            conversations.assign(session, found, SYSTEM, team_id=found.team_id, user_id=self.id)
            fan_out.tell(session, found, session.scalars(select(Message)).one(), None, fan_out.Audience(session), URL)
        self.browser = pages(desk.app).test_client()

    def disabled(self) -> None:
        self.change(lambda user, session: users.disable(session, user, person(self.desk.manager)))  # type: ignore[no-any-return]

    def unlinked(self) -> None:
        self.change(lambda user, session: linking.unlink(session, user, self.link))  # type: ignore[no-any-return]

    def replaced(self) -> None:
        """The conversation is given to somebody else."""
        manager = self.desk.manager
        self.desk.do(conversations.assign, self.conversation, SYSTEM, team_id=None, user_id=manager)

    def change(self, verb: Callable[..., object]) -> None:
        with self.desk.database.writing() as session:
            verb(session.get_one(User, self.id), session)

    def told(self, is_mail: bool) -> Delivery:
        """The mail, or the card."""
        channel = Delivery.channel_id == self.desk.channel if is_mail else Delivery.channel_id == self.bot.channel
        found: Delivery = self.desk.all(Delivery, channel, Delivery.user_id == self.id)[0]
        return found


def _with_file() -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "anna@cliente.test", "info@firm.test", "Giunto"
    message["Message-ID"] = "<drawing@cliente.test>"
    message.set_content("Ecco il disegno.")
    message.add_attachment(b"%PDF drawing", maintype="application", subtype="pdf", filename="disegno.pdf")
    return message.as_bytes()


def page(one: Person) -> bool:
    one.browser.set_cookie(sessions.COOKIE, one.cookie)
    return one.browser.get(f"/conversations/{one.conversation.id}").status_code == 200


def login(one: Person) -> bool:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', one.browser.get("/login").text)
    assert token
    typed = {"csrf_token": token[1], "email": "luca@agents.test", "password": PASSWORD}
    return one.browser.post("/login", data=typed).status_code == 302


def invitation(one: Person) -> bool:
    return one.browser.get(f"/invitation/{one.invitation}").status_code == 200


def new_invitation(one: Person) -> bool:
    """One that is made by mistake after the account was switched off."""
    with one.desk.database.writing() as session:
        token = users.issue_ticket(session, users.INVITATION, one.id)
    return one.browser.get(f"/invitation/{token}").status_code == 200


def deep_link(one: Person) -> bool:
    return one.bot.hears(said(start=one.deep_link, person="99")) == "waits for a yes on the page"


def message(one: Person) -> bool:
    return one.bot.hears(said("buongiorno")) == "a colleague's message"


def press(one: Person) -> bool:
    return one.bot.sender() == one.id


def answer_by_mail(one: Person) -> bool:
    names = one.told(is_mail=True).external_id
    one.desk.receive(mail("Re: Giunto", "La tolleranza è H7.", sender="luca@agents.test", In_Reply_To=names))
    one.desk.take_in()
    return bool(one.desk.all(Intake)[-1].outcome == "status")


def told_in_chat(one: Person) -> bool:
    return _delivered(one, is_mail=False)


def told_by_mail(one: Person) -> bool:
    return _delivered(one, is_mail=True)


def _delivered(one: Person, *, is_mail: bool) -> bool:
    one.desk.deliver()
    found, recipients = one.told(is_mail), [sent.to[0].address for sent in one.desk.wire.sent]
    assert (found.recipient in recipients) == (found.state == SENT)
    assert found.state == SENT or (found.state == FAILED and found.error)
    assert one.desk.claim("deliver") == [], "it is not tried again"
    return bool(found.state == SENT)


def file(one: Person) -> bool:
    app, at = one.desk.app, now()
    token = filelinks.url(app.vault, URL, one.file, one.id, at).rpartition("/")[2]
    return filelinks.open(app.database, app.blobs, app.vault, token, at) is not None


CHAT = (message, press, told_in_chat)
HIS = (page, answer_by_mail, told_in_chat, told_by_mail, file)
ALL = (*CHAT, page, login, invitation, new_invitation, deep_link, answer_by_mail, told_by_mail, file)
Way = Callable[[Person], bool]


@pytest.mark.parametrize("way", ALL, ids=lambda way: way.__name__)
def test_who_is_here_enters(desk: Desk, way: Way) -> None:
    assert way(Person(desk))


@pytest.mark.parametrize("way", ALL, ids=lambda way: way.__name__)
def test_who_was_switched_off_does_not(desk_on_both: Desk, way: Way) -> None:
    one = Person(desk_on_both)
    one.disabled()
    assert not way(one)


@pytest.mark.parametrize("way", ALL, ids=lambda way: way.__name__)
def test_who_unlinked_a_chat_enters_by_all_others(desk: Desk, way: Way) -> None:
    one = Person(desk)
    one.unlinked()
    assert way(one) == (way not in CHAT)


@pytest.mark.parametrize("way", ALL, ids=lambda way: way.__name__)
def test_an_agent_whose_conversation_is_anothers_has_the_rest(desk: Desk, way: Way) -> None:
    one = Person(desk)
    one.replaced()
    assert way(one) == (way not in HIS)


def test_a_chat_that_was_never_confirmed_is_told_nothing(desk: Desk) -> None:
    one = Person(desk)
    one.unlinked()
    one.bot.hears(said(start=one.deep_link))
    one.desk.deliver()
    assert one.bot.links()[one.id].confirmed_at is None
    there = [sent.text for sent in one.desk.wire.sent if sent.to[0].address == MARIO]
    assert len(there) == 1
    assert "please confirm" in there[0]


def test_a_running_server_shows_out_who_is_switched_off(server: Server, dovecot: Dovecot, smtp_peer: Peer) -> None:
    """The stream of changes ends, and a password from the command line opens nothing."""
    set_up(server, dovecot, smtp_peer)
    server.start()
    marco, giulia = server.sign_in(ENGINEER), server.sign_in(MANAGER)
    number = re.search(r'href="(/people/\d+)">Marco', giulia.get("/people").text)
    assert number
    with marco.client.stream("GET", "/live", timeout=30) as stream:
        lines = stream.iter_lines()
        assert "retry" in next(lines)
        giulia.post(f"{number[1]}/disabling", form_page="/people")
        assert not [line for line in lines if line.startswith("data")], "nothing more is told, and it ends"
    assert marco.get("/live").status_code == 401
    done = server.run("user", "add", ENGINEER, "--password-file", "-", stdin=PASSWORD, check=False)
    assert done == []
    late = httpx.Client(base_url=server.url)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', late.get("/login").text)
    assert token
    typed = {"csrf_token": token[1], "email": ENGINEER, "password": PASSWORD}
    assert late.post("/login", data=typed).status_code == 401
