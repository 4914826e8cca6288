"""The pages of reports by mail: who may see and change what, one sent now, links taken back, the page equal to the JSON."""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from pypdf import PdfReader
from sqlalchemy import select

from inbox import queue
from inbox.app import App
from inbox.models import Channel, Conversation, Exchange, Job, ReportRecipient, ReportSending, User, now
from inbox.models.user import CONSULTANT, DIRECTOR
from inbox.reporting.monthly import mailing, recipients, schedule

PAGE = "/report/mailing"


def work(app: App) -> None:
    with app.database.writing() as session:
        jobs = queue.claim(session, [schedule.KIND], 10)
    mailing.work(app.database, app.blobs, app.public_url, app.settings.timezone, jobs)


def moved(app: App) -> None:
    """The desk's questions came in October 2026."""
    with app.database.writing() as session:
        for exchange in session.scalars(select(Exchange)):
            exchange.opened_at = datetime(2026, 10, 5, 8, exchange.id % 60, tzinfo=UTC)
        for one in session.scalars(select(Conversation)):
            one.created_at = datetime(2026, 10, 5, 8, tzinfo=UTC)


@pytest.fixture
def october(app: App) -> App:
    moved(app)
    return app


def test_page_pdf_and_json_have_the_same_numbers(october: App, sign_in: Any) -> None:
    giulia = sign_in()
    told = json.loads(giulia.get("/report/month.json?month=2026-10"))
    report = json.loads(giulia.get("/report.json?from=2026-10-01&to=2026-10-31"))
    assert told["first"] == report["first"]
    assert told["every"] == report["every"]
    assert (told["begins"], told["ends"]) == ("2026-10-01", "2026-10-31")
    page = re.sub(r"<[^>]+>", " ", giulia.get("/report/month?month=2026-10").split("</style>")[1])
    answer = giulia.client.get("/report/month.pdf?month=2026-10")
    assert answer.content_type == "application/pdf"
    paper = PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    for text in (page, paper):
        assert re.search(
            rf"{told['first']['exchanges']}\s+enquiries|enquiries\s+.*\s{told['first']['exchanges']}\b", text
        )
        assert "October 2026" in text
        assert "Anna Bianchi" in text


@pytest.mark.parametrize(("role", "named"), [(DIRECTOR, True), (CONSULTANT, False)])
def test_a_consultant_sees_no_names(october: App, sign_in: Any, role: str, named: bool) -> None:
    with october.database.writing() as session:
        session.scalars(select(User).where(User.email == "marco@firm.test")).one().role = role
    marco = sign_in("marco@firm.test")
    for path in ("/report/month", "/report/month.json"):
        assert ("Anna Bianchi" in marco.get(f"{path}?month=2026-10")) is named
    paper = PdfReader(io.BytesIO(marco.client.get("/report/month.pdf?month=2026-10").data)).pages[0].extract_text()
    assert ("Anna Bianchi" in paper) is named


@pytest.mark.parametrize("month", ["x", "2026-13", "2026", "1200-01", "9999-12", "2026-10-01"])
def test_a_month_that_is_none_is_said(sign_in: Any, month: str) -> None:
    giulia = sign_in()
    for path in ("/report/month", "/report/month.pdf", "/report/month.json"):
        assert "year-month" in giulia.get(f"{path}?month={month}", 422)


def test_the_usual_month_is_the_last_unless_nobody_asked_before_this_one(app: App, sign_in: Any) -> None:
    this = now().astimezone(ZoneInfo("Europe/Rome")).date()
    assert f'value="{this:%Y-%m}"' in sign_in().get(PAGE)
    with app.database.writing() as session:
        session.query(Exchange).first().opened_at -= timedelta(days=40)
    assert f'value="{this.replace(day=1) - timedelta(days=1):%Y-%m}"' in sign_in().get(PAGE)


def test_a_month_without_anything(sign_in: Any) -> None:
    assert "No enquiry in these days." in sign_in().get("/report/month?month=2020-03")


@pytest.mark.parametrize("path", [PAGE, "/report/month", "/report/month.pdf", "/report/month.json"])
def test_an_external_agent_sees_nothing(sign_in: Any, path: str) -> None:
    sign_in("luca@agents.test").get(path, 403)


def test_everybody_chooses_for_themselves_a_manager_for_all(app: App, sign_in: Any) -> None:
    marco, giulia = sign_in("marco@firm.test"), sign_in()
    assert "Who gets what" not in marco.get(PAGE)
    marco.post(f"{PAGE}/mine", form_page=PAGE, kinds=["daily", "nonsense"])
    with app.database.reading() as session:
        people = {one.address: one for one in recipients.every(session)}
    assert (people["marco@firm.test"].kinds, people["giulia@firm.test"].kinds) == (["daily"], ("weekly",))
    assert "luca@agents.test" not in people
    number = people["marco@firm.test"].user_id
    marco.post(f"{PAGE}/users/{number}", 403, form_page=PAGE, kinds=["monthly"])
    giulia.post(f"{PAGE}/users/{number}", form_page=PAGE, kinds=["monthly", "weekly"])
    with app.database.reading() as session:
        assert [one.address for one in recipients.of_kind(session, "monthly")] == ["marco@firm.test"]
    giulia.post(f"{PAGE}/users/99", 404, form_page=PAGE)


def test_addresses_outside_come_and_go(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    giulia.post(f"{PAGE}/outside", form_page=PAGE, address="socio@altrove.test", name="Socio", language="en",
                kinds=["monthly"], names="1")  # fmt: skip
    assert "socio@altrove.test" in giulia.get(PAGE)
    for address, said in (("x", "no mail address|not a mail address"), ("giulia@firm.test", "of ours"),
                          ("Socio@altrove.test", "already gets")):  # fmt: skip
        page = giulia.post(f"{PAGE}/outside", 422, form_page=PAGE, address=address, name="<b>", kinds=["daily"]).text
        assert re.search(said, page)
        assert f'value="{address}"' in page
    with app.database.reading() as session:
        (row,) = session.scalars(select(ReportRecipient))
        assert (row.language, row.kinds, row.names) == ("en", ["monthly"], True)
    for path in (f"{PAGE}/outside", f"{PAGE}/outside/{row.id}/removal", f"{PAGE}/page"):
        sign_in("marco@firm.test").post(path, 403, form_page=PAGE)
    giulia.post(f"{PAGE}/outside/{row.id}/removal", form_page=PAGE)
    giulia.post(f"{PAGE}/outside/{row.id}/removal", 404, form_page=PAGE)
    assert "socio@altrove.test" not in giulia.get(PAGE)


def test_what_is_on_the_page_is_set(october: App, sign_in: Any) -> None:
    giulia = sign_in()
    giulia.post(f"{PAGE}/page", form_page=PAGE, sections=["waiting"], heading="  Verdi   & Figli ")
    page = giulia.get("/report/month?month=2026-10")
    assert "Verdi &amp; Figli" in page
    assert "Who still waits" in page
    assert "<h2>What stands out</h2>" not in page
    assert "Where the time went" not in page


def test_one_now_then_its_link_is_taken_back(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    assert "Nothing yet." in giulia.get(PAGE)
    giulia.post(f"{PAGE}/now", form_page=PAGE, kind="monthly")
    assert "On its way to giulia@firm.test" in giulia.get(PAGE)
    giulia.post(f"{PAGE}/now", 422, form_page=PAGE, kind="nonsense")
    work(app)
    with app.database.reading() as session:
        (sending,) = session.scalars(select(ReportSending))
    page = giulia.get(PAGE)
    assert "opened 0 times" in page
    assert "on its way" in page
    assert "enquiries" in giulia.get(f"{PAGE}/sent/{sending.id}")
    sign_in("marco@firm.test").get(f"{PAGE}/sent/{sending.id}", 403)
    giulia.post(f"{PAGE}/sent/{sending.id}/revocation", form_page=PAGE)
    assert "taken back" in giulia.get(PAGE)
    giulia.post(f"{PAGE}/sent/99/revocation", 404, form_page=PAGE)
    giulia.get(f"{PAGE}/sent/99", 404)


def test_the_digests_now(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    with time_machine.travel(datetime(2026, 11, 10, 9, tzinfo=UTC)):
        giulia = sign_in()
        for kind in ("weekly", "daily"):
            giulia.post(f"{PAGE}/now", form_page=PAGE, kind=kind)
    with app.database.reading() as session:
        jobs = session.scalars(select(Job).where(Job.kind == schedule.KIND)).all()
    assert [(one.payload["begins"], one.payload["ends"]) for one in jobs] == [
        ("2026-11-02", "2026-11-08"), ("2026-11-09", "2026-11-09")
    ]  # fmt: skip


def test_without_a_mailbox_it_is_said(app: App, sign_in: Any) -> None:
    with app.database.writing() as session:
        for channel in session.execute(select(Channel)).scalars():
            channel.enabled = False
    giulia = sign_in()
    assert "no mailbox that works, so nothing can be sent" in giulia.get(PAGE)
    giulia.post(f"{PAGE}/now", form_page=PAGE, kind="monthly")
    assert "connect one under Channels first" in giulia.get(PAGE)


def test_the_report_leads_there(sign_in: Any) -> None:
    assert f'href="{PAGE}"' in sign_in("marco@firm.test").get("/report")
