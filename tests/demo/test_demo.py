"""The demo is made by the product's own ways, speaks for itself, and reaches nobody."""

import random
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from pytest_socket import disable_socket, enable_socket
from sqlalchemy import func, select

from config.settings import Settings
from connectors.console import ConsoleChannel
from inbox import company, demo, listing, replies
from inbox.app import App
from inbox.demo import letters, month
from inbox.models import (
    Attachment,
    Channel,
    Contact,
    Conversation,
    Decision,
    Delivery,
    Event,
    Exchange,
    Intake,
    Job,
    Message,
    Setting,
    Team,
    User,
    now,
)
from inbox.models.delivery import ANSWER, SENT
from inbox.models.exchange import ANSWERED, BY_PHONE, UNANSWERED
from inbox.persons import duplicates, likely
from inbox.reporting import period
from inbox.reporting.cases import FIRST, TEAM
from inbox.reporting.days import Period
from inbox.worktime import calendars
from routing import explain, suggest
from tests.demo.conftest import opened_app
from tests.parts.web import pages


def test_a_month_of_conversations_is_there(app: App) -> None:
    with app.database.reading() as session:
        rows = list(session.scalars(select(Conversation)))
        assert 55 <= len(rows) <= 75
        assert {"it", "en", "de"} <= {row.language for row in rows}
        assert {"enquiry", "administration", "supplier", "job_application", "privacy_request", "other"} <= {
            row.kind for row in rows
        }
        assert {"open", "pending", "closed", "spam"} == {row.status for row in rows}
        assert max(row.messages_count for row in rows) >= 6
        assert set(session.scalars(select(Message.machine))) >= {None, "bulk", "auto_reply", "bounce"}
        assert session.scalar(select(func.count()).select_from(Attachment)) > 15  # type: ignore[operator]
        outcomes = list(session.scalars(select(Exchange.outcome)))
        assert outcomes.count(BY_PHONE) >= 2
        assert outcomes.count(UNANSWERED) >= 1


def test_every_mail_was_understood(app: App) -> None:
    with app.database.reading() as session:
        assert set(session.scalars(select(Intake.outcome))) == {"message"}
        assert [one for one in session.scalars(select(Message.problems)) if one] == []
        certified = session.scalars(select(Message).where(Message.facts["certified"].as_string() == "pec")).one()
        assert not certified.subject.startswith("POSTA CERTIFICATA")


def test_each_story_went_where_it_was_meant_to_go(app: App) -> None:
    meant = {one.subject: one.team for one in letters.stories(random.Random(1))}
    with app.database.reading() as session:
        first = select(Decision.outcome, Conversation.subject).join(Conversation)
        went = {subject: outcome["team"] for outcome, subject in session.execute(first)}
    assert {subject: went.get(subject) for subject in meant} == meant


def test_every_decision_explains_itself(app: App) -> None:
    with app.database.reading() as session:
        teams = {team.slug: team.name for team in session.scalars(select(Team))}
        decisions = list(session.scalars(select(Decision)))
        assert len(decisions) >= 55
        for one in decisions:
            sentence = explain.sentence(one.rule_name, one.reasons, teams[one.outcome["team"]], "it")
            assert one.rule_name in sentence
            assert one.reasons or one.rule_slug == "everything-else"
            assert one.rule_version_id


def test_nothing_lies_in_the_future_and_no_hop_runs_backwards(app: App) -> None:
    with app.database.reading() as session:
        assert session.scalar(select(func.max(Event.at))) <= now()  # type: ignore[operator]
        assert session.scalar(select(func.max(Message.at))) <= now()  # type: ignore[operator]
        assert now() - session.scalar(select(func.min(Event.at))) < timedelta(days=45)  # type: ignore[operator]
        for one in session.scalars(select(Exchange).where(Exchange.closed_at.is_not(None))):
            assert one.fetched_at >= one.opened_at
            assert one.closed_at >= one.opened_at


def test_the_report_has_figures(app: App) -> None:
    today = now().date()
    with app.database.reading() as session:
        found = period.report(session, Period(today - timedelta(days=31), today), "Europe/Rome")
    first = found.line(FIRST)
    assert first.answered >= 35
    assert 1800 < (first.median_working or 0) < 5 * 3600
    assert first.uncertain == 1
    assert {line.name for line in found.lines(TEAM, FIRST)} == {"R&S", "Commerciale", "Smistamento"}


def test_answers_are_written_in_office_hours(app: App) -> None:
    with app.database.reading() as session:
        hours = calendars.company(session)
        answers = list(session.scalars(select(Exchange.closed_at).where(Exchange.outcome == ANSWERED)))
    assert sum(hours.is_working(at - timedelta(seconds=1)) for at in answers) / len(answers) > 0.95


def test_some_wait_now_and_one_for_too_long(app: App) -> None:
    with app.database.reading() as session:
        waiting = listing.conversations(session, None, listing.Filter(state="waiting"))
        assert len(waiting) >= 6
        hours = calendars.company(session)
        assert hours.working_seconds(waiting[0].waiting_since, now()) > 16 * 3600  # type: ignore[arg-type]


def test_one_answer_failed_and_one_is_uncertain_and_nothing_is_left_to_send(app: App) -> None:
    with app.database.reading() as session:
        states = list(session.scalars(select(Delivery.state).where(Delivery.purpose == ANSWER)))
        assert states.count("failed") == 1
        assert states.count("uncertain") == 1
        assert states.count(SENT) == len(states) - 2
        # What suggestions may come of is looked at once it is served.
        assert session.scalars(select(Job.kind).where(Job.kind != suggest.KIND)).all() == []


def test_a_second_start_makes_nothing_new(app: App) -> None:
    with app.database.reading() as session:
        before = session.scalar(select(func.max(Event.id)))
    assert not demo.prepare(app)
    with app.database.reading() as session:
        assert session.scalar(select(func.max(Event.id))) == before


def test_it_is_the_same_story_for_the_same_seed() -> None:
    with_seed = [letters.stories(random.Random(7)) for _ in range(2)]
    assert with_seed[0] == with_seed[1]
    assert with_seed[0] != letters.stories(random.Random(8))


def test_an_interrupted_making_is_begun_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = letters.stories(random.Random(1))[:2]
    monkeypatch.setattr(month, "stories", lambda _rng: few)

    def stopped(done: int, total: int) -> None:
        raise KeyboardInterrupt

    app = opened_app(tmp_path / "var-demo")
    with pytest.raises(KeyboardInterrupt):
        demo.prepare(app, stopped)
    assert demo.prepare(app)
    with app.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Conversation)) == 2
        assert session.get_one(Setting, company.DEMO).value == "1"
    app.close()


def test_a_real_company_is_never_made_a_demo(tmp_path: Path) -> None:
    app = App(Settings(data=tmp_path / "var"))
    app.prepare()
    with app.database.writing() as session:
        session.add(User(email="giulia@firm.test", name="Giulia"))
    with pytest.raises(demo.NotADemo, match="real company"):
        demo.prepare(app)
    assert app.demo is None
    app.close()


def test_a_new_answer_is_written_to_a_file_and_reaches_no_socket(app: App) -> None:
    with app.database.writing() as session:
        waiting = listing.conversations(session, None, listing.Filter(state="waiting"))[0]
        conversation = session.get_one(Conversation, waiting.id)
        answer = replies.reply(
            session,
            conversation,
            session.scalars(select(User).where(User.role == "colleague")).first(),
            "È compatibile.",
        )  # type: ignore[arg-type]
        to = session.get_one(Contact, conversation.contact_id).identities[0].address
    disable_socket()
    try:
        assert app.worker().drain(("deliver",)) == 1
    finally:
        enable_socket()
    written = list((app.settings.data / "outbox").glob("*.eml"))
    assert len(written) == 1
    mail = message_from_bytes(written[0].read_bytes(), policy=default)
    assert mail["To"].addresses[0].addr_spec == to
    assert "È compatibile." in mail.get_content()
    with app.database.reading() as session:
        assert session.scalars(select(Delivery.state).where(Delivery.message_id == answer.id)).one() == SENT


@pytest.mark.parametrize(("kind", "settings"), [
    ("mail", {"address": "a@b.test", "imap_host": "127.0.0.1", "user": "a", "password": "b"}),
    ("telegram", {"token": "123:abc"}),
])  # fmt: skip
def test_no_channel_of_a_demo_has_a_network(app: App, kind: str, settings: dict[str, object]) -> None:
    connector = app.connector_from(kind, settings)
    assert isinstance(connector, ConsoleChannel)
    assert "nothing is sent" in connector.check()[0]


def test_every_page_says_that_it_is_a_demo_and_the_sign_in_is_shown(app: App) -> None:
    client = pages(app).test_client()
    page = client.get("/login", headers={"Accept-Language": "it"}).text
    assert "azienda inventata" in page
    assert app.demo is not None
    assert app.demo.email in page
    assert app.demo.password in page
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    client.post("/login", data={"csrf_token": token, "email": app.demo.email, "password": app.demo.password})
    for path in ("/", "/report", "/rules", "/people", "/channels", "/conversations/1"):
        shown = client.get(path)
        assert shown.status_code == 200, path
        assert 'class="demo"' in shown.text, path


def test_a_real_company_shows_no_banner_and_no_password(tmp_path: Path) -> None:
    app = App(Settings(data=tmp_path / "var"))
    app.prepare()
    page = pages(app).test_client().get("/login").text
    assert 'class="demo"' not in page
    assert "demo-centralino" not in page
    app.close()


def test_the_mailbox_of_the_demo_holds_no_server(app: App) -> None:
    with app.database.reading() as session:
        channel = session.scalars(select(Channel).where(Channel.kind == "mail")).one()
    assert set(channel.settings) == {"address", "name"}
    assert channel.secrets is None


def test_who_asks_twice_is_noticed(app: App) -> None:
    """By the form of the site, from another address: suggested as the same person, and told as the same matter."""
    with app.database.reading() as session:
        query = select(Conversation).join(Message, Message.conversation_id == Conversation.id).join(
            Channel, Channel.id == Message.channel_id
        )  # fmt: skip
        found = session.scalars(query.where(Channel.kind == "webform")).one()
        (other,) = likely.alike(session, found.contact)
        assert other.why == ("name",)
        (twice,) = duplicates.find(session, found)
        assert twice.conversation.contact_id == other.contact.id
