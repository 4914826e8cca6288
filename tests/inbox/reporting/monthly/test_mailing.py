"""The report by mail, over a real SMTP peer: who gets it, once, with its PDF; its numbers are the page's and the JSON's."""

import io
import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from pypdf import PdfReader
from sqlalchemy import select

from connectors import registry
from inbox import deliveries
from inbox.events import SYSTEM
from inbox.models import Calendar, Channel, Delivery, Job, ReportSending, User, now
from inbox.models.report_mail import DAILY, MONTHLY, WEEKLY
from inbox.reporting.monthly import links, mailing, recipients, schedule
from inbox.reporting.monthly.content import from_data, month_of
from inbox.reporting.monthly.gathering import gather
from inbox.reporting.monthly.recipients import RecipientError
from inbox.reporting.monthly.sheet import sheet
from tests.parts.desk import URL, Desk
from tests.parts.smtp import Peer

ROME = "Europe/Rome"
OCTOBER = month_of("2026-10")
MONDAY = datetime(2026, 10, 5, 8, tzinfo=UTC)
DIRECTOR = "direzione@firm.test"


class Post:
    """A desk whose mails go out over the peer, at a fixed moment."""

    def __init__(self, desk: Desk, peer: Peer) -> None:
        self.desk, self.peer = desk, peer
        account = {"address": "info@firm.test", "password": "x", "smtp_user": "", "smtp_host": "127.0.0.1", "smtp_port": peer.port,
                   "smtp_security": "none", "imap_host": "127.0.0.1", "imap_security": "none"}  # fmt: skip
        self.connector: Any = registry.build("mail", account)
        self.director = desk.add_user(DIRECTOR, "director", name="Direzione", language="it")
        with desk.database.writing() as session:
            for one in session.scalars(select(Calendar)):
                session.delete(one)

    def ask(self, days: float, n: int, answered: bool = True) -> None:
        at = MONDAY + timedelta(days=days)
        with time_machine.travel(at, tick=False):
            found = self.desk.ask("Qual è la tolleranza?", sender=f"c{n}@cliente{n}.test", name=f"Cliente {n}", at=at)
        if answered:
            self.desk.answer(found, at=at + timedelta(hours=1))
            self.desk.deliver()

    def queue(self, kind: str = MONTHLY, period: Any = OCTOBER, **more: Any) -> None:
        with self.desk.database.writing() as session:
            schedule._enqueue(session, kind, period, more)

    def work(self) -> None:
        while jobs := self.desk.claim(schedule.KIND, 1):
            mailing.work(self.desk.database, self.desk.app.blobs, URL, ROME, jobs)

    def deliver(self) -> None:
        while jobs := self.desk.claim("deliver", 1):
            deliveries.deliver(self.desk.database, self.desk.app.blobs, lambda _id: self.connector, jobs[0])

    def sent(self) -> list[ReportSending]:
        return list(self.desk.all(ReportSending))


@pytest.fixture
def post(desk_on_both: Desk, smtp_peer: Peer) -> Post:
    return Post(desk_on_both, smtp_peer)


@pytest.fixture
def one_post(desk: Desk, smtp_peer: Peer) -> Post:
    """The same on SQLite alone."""
    return Post(desk, smtp_peer)


def paper(mail: EmailMessage) -> str:
    (file,) = mail.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("application/pdf", "2026-10.pdf")
    reader = PdfReader(io.BytesIO(file.get_payload(decode=True)))  # type: ignore[arg-type]
    assert len(reader.pages) == 1
    return re.sub(r"\s+", " ", reader.pages[0].extract_text())


def body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_the_director_gets_one_mail_with_the_page(post: Post) -> None:
    for n in range(4):
        post.ask(n, n, answered=n > 0)
    post.queue()
    post.queue()
    post.work()
    post.deliver()
    (mail,) = post.peer.to(DIRECTOR)
    assert [to for to, _ in post.peer.mails if to != [DIRECTOR]] == []
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"] == "Ottobre 2026: 4 richieste, 1 in attesa"
    with post.desk.database.reading() as session:
        content = gather(session, OCTOBER, ROME)
    on_paper, text = paper(mail), body(mail)
    for tile in sheet(content, "it", ROME).tiles:
        assert f"{tile.label}: {tile.figure}" in text
        assert tile.figure in on_paper
    # Customers' names are on the paper only.
    assert "Cliente 0" in on_paper
    assert "Cliente" not in text
    (sending,) = post.sent()
    kept = from_data(sending.content["content"])
    assert (kept.first, kept.every, kept.waiting) == (content.first, content.every, content.waiting)
    assert "Cliente" not in str(sending.content)


def test_the_link_of_the_mail_opens_for_ninety_days(post: Post) -> None:
    post.queue()
    post.work()
    post.deliver()
    (token,) = re.findall(rf"{URL}/month/(\S+)", body(post.peer.to(DIRECTOR)[0]))
    with post.desk.database.writing() as session:
        sending = links.find(session, token)
        assert sending is not None
        assert token not in (sending.token_hash, str(sending.content))
        assert links.state(sending, now()) is links.State.OPEN
        assert links.state(sending, now() + timedelta(days=91)) is links.State.OVER
        links.revoke(session, sending, SYSTEM, now())
        assert links.state(sending, now()) is links.State.REVOKED
        assert links.find(session, token[:-1]) is None
        assert links.state(None, now()) is links.State.UNKNOWN
        assert links.find(session, "") is None


def test_a_month_without_an_enquiry_is_told(post: Post) -> None:
    post.queue()
    post.work()
    post.deliver()
    (mail,) = post.peer.to(DIRECTOR)
    assert "Nessuna richiesta in questi giorni." in body(mail)
    assert "Nessuna richiesta in questi giorni." in paper(mail)


def test_digests_are_short_and_left_out_when_there_is_nothing(post: Post) -> None:
    with post.desk.database.writing() as session:
        recipients.set_user(session, session.get_one(User, post.director), [DAILY], SYSTEM)
    post.queue(WEEKLY)
    post.queue(DAILY)
    post.work()
    assert post.sent() == []
    post.ask(0, 1, answered=False)
    post.queue(WEEKLY)
    post.queue(DAILY)
    post.work()
    post.deliver()
    (weekly,) = [one for one in post.peer.to("giulia@firm.test") if "still waiting" in one["Subject"]]
    (daily,) = post.peer.to(DIRECTOR)
    assert list(weekly.iter_attachments()) == []
    assert "1 enquiry, 1 still waiting" in weekly["Subject"]
    assert "/month/" not in body(weekly)
    assert f"{URL}/report?from=2026-10-01&to=2026-10-31" in body(daily)


def test_who_may_not_see_names_gets_none_and_who_may_not_see_reports_nothing(post: Post) -> None:
    post.ask(0, 1, answered=False)
    consultant = post.desk.add_user("studio@out.test", "consultant")
    external = post.desk.add_user("luca@agents.test", "external")
    gone = post.desk.add_user("gone@firm.test", "director")
    with post.desk.database.writing() as session:
        for number in (consultant, external):
            recipients.set_user(session, session.get_one(User, number), [MONTHLY], SYSTEM)
        session.get_one(User, gone).disabled_at = now()
        recipients.add(session, "Socio@Altrove.test", "Socio", "en", [MONTHLY, "nonsense"], False, SYSTEM)
        recipients.add(session, "banca@altrove.test", "", "it", [MONTHLY], True, SYSTEM)
    post.queue()
    post.work()
    post.deliver()
    # The manager is told of the question itself.
    assert {to for addresses, _ in post.peer.mails for to in addresses} - {"giulia@firm.test"} == {
        DIRECTOR, "studio@out.test", "Socio@Altrove.test", "banca@altrove.test"
    }  # fmt: skip
    named = {to: "Cliente 1" in paper(post.peer.to(to)[0]) for to in
             (DIRECTOR, "studio@out.test", "Socio@Altrove.test", "banca@altrove.test")}  # fmt: skip
    assert named == {
        DIRECTOR: True, "studio@out.test": False, "Socio@Altrove.test": False, "banca@altrove.test": True
    }  # fmt: skip


def test_send_me_one_now_goes_to_me_alone_and_again(one_post: Post) -> None:
    post = one_post
    for _ in range(2):
        post.queue(user_id=post.desk.manager)
    post.queue(WEEKLY, user_id=post.desk.manager)
    post.queue(user_id=99_999)
    post.work()
    post.deliver()
    assert [to for to, _ in post.peer.mails] == [["giulia@firm.test"]] * 3
    assert [one.by_user_id for one in post.sent()] == [post.desk.manager] * 3
    post.queue()
    post.work()
    assert post.sent()[-1].recipient == DIRECTOR


def test_a_mail_that_was_refused_for_now_goes_once_later(one_post: Post) -> None:
    post = one_post
    post.peer.answers = ["451 4.3.0 later"]
    post.queue()
    post.work()
    post.deliver()
    assert post.peer.mails == []
    with post.desk.database.writing() as session:
        for job in session.scalars(select(Job).where(Job.kind == "deliver")):
            job.run_at = now()
    post.deliver()
    assert len(post.peer.to(DIRECTOR)) == 1


def test_without_a_mailbox_nothing_is_lost(one_post: Post) -> None:
    post = one_post
    with post.desk.database.writing() as session:
        session.get_one(Channel, post.desk.channel).enabled = False
    post.queue()
    post.work()
    (job,) = post.desk.all(Job, Job.kind == schedule.KIND)
    assert "no mailbox" in job.error
    assert post.sent() == []
    with post.desk.database.writing() as session:
        session.get_one(Channel, post.desk.channel).enabled = True
        session.get_one(Job, job.id).run_at = now()
    post.work()
    post.deliver()
    assert len(post.peer.to(DIRECTOR)) == 1


def test_our_own_mailbox_gets_no_report(one_post: Post) -> None:
    post = one_post
    with post.desk.database.writing() as session:
        session.get_one(User, post.director).email = "info@firm.test"
    post.queue()
    post.work()
    assert post.desk.all(Delivery, Delivery.purpose == "notification") == []
    assert post.desk.all(Job, Job.kind == schedule.KIND) == []


def test_the_file_stays_until_the_link_is_over(one_post: Post) -> None:
    post = one_post
    post.queue()
    post.work()
    blobs, (sending,) = post.desk.app.blobs, post.sent()
    blobs.sweep(now() + timedelta(days=2))
    assert blobs.get(sending.sha256).startswith(b"%PDF")
    with post.desk.database.writing() as session:
        links.forget_files(session, now() + timedelta(days=91))
    blobs.sweep(now() + timedelta(days=92))
    with pytest.raises(KeyError):
        blobs.get(sending.sha256)


@pytest.mark.parametrize(
    ("address", "code"),
    [("", "no_address"), ("x", "no_address"), ("a@b", "no_address"), ("a b@c.test", "no_address"),
     ("a@b.test,c@d.test", "no_address"), ("x" * 300 + "@a.test", "no_address"), ("Info@firm.test", "ours"),
     ("giulia@firm.test", "ours"), ("socio@altrove.test", "taken")],
)  # fmt: skip
def test_addresses_that_cannot_get_reports(desk: Desk, address: str, code: str) -> None:
    with desk.database.writing() as session:
        recipients.add(session, "socio@altrove.test", "", "it", [], False, SYSTEM)
        with pytest.raises(RecipientError) as error:
            recipients.add(session, address, "", "it", [MONTHLY], False, SYSTEM)
        assert error.value.code == code
