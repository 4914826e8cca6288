"""The pages in a real browser: nothing wider than a phone, no error in the console, no breach of the policy."""

import base64
import json
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from connectors.base import Batch, RawItem
from inbox import intake
from inbox.app import App
from inbox.models import Attachment, Conversation, Message, now
from tests.parts.long import IN_CI, first
from tests.parts.web import pages as pages_of
from tests.web.conftest import PASSWORD

PAGES = (
    "/", "/?state=spam", "/?state=snoozed", "/?state=forgotten", "/conversations/1", "/conversations/1/why", "/conversations/new", "/people",
    "/people/1", "/customers", "/customers/import", "/rules", "/rules/technical", "/rules/new", "/rules/cases", "/rules/versions", "/rules/proposals", "/products", "/channels",
    "/leads", "/leads/new", "/leads/funnel", "/leads/sources", "/leads/crm", "/leads/topics",
    "/people/teams/1", "/hours", "/hours/teams/1", "/hours/people/2", "/week", "/channels/mailboxes/new", "/channels/mailboxes/1", "/channels/whatsapp/new",
    "/channels/telegram_customers/new", "/channels/satisfaction", "/report", "/report?by=rule&compare=year", "/report/cases", "/report/mailing", "/report/month", "/now", "/now/wall", "/me",
)  # fmt: skip
ATTACKS = sorted(
    (Path(os.environ.get("CORPORA") or Path(__file__).parents[2] / "../shared/corpora") / "xss").glob("*.json")
)


class KeptAlive(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        path = None
    if path is None:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail("playwright and Chromium are needed here")
        pytest.skip("playwright or Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def address(app: App) -> Iterator[str]:
    flask = pages_of(app)
    flask.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600  # hundreds of pages ask for the same files

    def pages(environ: Any, start_response: Any) -> Any:
        # The stream of changes is another door's business. Not caught in the browser: that would cost it its cache.
        if environ["PATH_INFO"] == "/live":
            start_response("200 OK", [("Content-Type", "text/event-stream")])
            return [b": quiet\n\n"]
        if environ["PATH_INFO"] == "/sheets":  # many in one page, each in a frame, as on the page of its conversation
            start_response("200 OK", [("Content-Type", "text/html")])
            numbers = environ["QUERY_STRING"].split(",")
            frames = [b'<iframe src="/messages/%d/sheet"></iframe>' % int(number) for number in numbers]
            return [b'<link rel="icon" href="data:,">', *frames]
        return flask(environ, start_response)

    server = make_server("127.0.0.1", 0, pages, threaded=True, request_handler=KeptAlive)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    flask.config["SEND_FILE_MAX_AGE_DEFAULT"] = None


@pytest.mark.parametrize("scheme", first("light", "dark", many=1))
def test_the_pages_fit_a_phone_and_are_quiet(chromium: Any, address: str, scheme: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme, locale="it-IT")
    page, said = context.new_page(), []
    page.on("console", lambda one: said.append(f"{page.url}: {one.text}") if one.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    page.goto(f"{address}/login")
    _fits(page)
    page.fill("[name=email]", "giulia@firm.test")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    for path in PAGES:
        page.goto(address + path)
        _fits(page)
    assert said == []
    context.close()


def test_a_note_cannot_go_out_as_an_answer(chromium: Any, address: str) -> None:
    page = chromium.new_page()
    page.goto(f"{address}/login")
    page.fill("[name=email]", "giulia@firm.test")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.goto(f"{address}/conversations/1")
    page.check("[name=mode][value=note]")
    assert not page.is_visible(".answer .primary")
    page.fill("#text", "Solo per noi")
    page.press("#text", "Control+Enter")
    page.wait_for_selector(".message.note")
    assert "Solo per noi" in page.inner_text(".message.note")
    page.close()


def test_a_formatted_mail_is_shown_in_its_frame(chromium: Any, app: App, address: str) -> None:
    """The frame is filled when it is opened, its links lead to a page of their own, no script runs in it."""
    body = (
        b"From: a@b.test\nTo: info@firm.test\nSubject: Listino\nMIME-Version: 1.0\nContent-Type: text/html\n\n"
        b'<h2>Listino</h2><p>Ecco <a href="https://elsewhere.example/">tutto</a>.</p><img src="https://t.example/p.gif">'
    )
    intake.receive(app.database, app.blobs, 1, "inbox", Batch([RawItem("l", now(), body, {"folder": "inbox"})], ""))
    app.worker().drain(("take_in", "route"))
    with app.database.reading() as session:
        message = session.query(Message).filter(Message.subject == "Listino").one()
    page, asked = chromium.new_page(), []
    page.on("request", lambda one: asked.append(one.url) if _elsewhere(one.url, address) else None)
    page.goto(f"{address}/login")
    page.fill("[name=email]", "giulia@firm.test")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.goto(f"{address}/conversations/{message.conversation_id}")
    page.click(f"#sent-{message.id} summary")
    frame = page.frame_locator(f"#sent-{message.id} iframe")
    assert frame.locator("h2").inner_text() == "Listino"
    assert frame.locator("a").get_attribute("target") == "_blank"
    assert asked == []
    page.click(f"#sent-{message.id} .aside a")
    frame.locator("img").wait_for(state="attached")
    page.wait_for_timeout(300)
    assert asked == ["https://t.example/p.gif"]
    page.close()


@pytest.mark.skipif(not ATTACKS, reason="the attack strings (CORPORA) are not at hand")
def test_nothing_a_stranger_writes_runs_or_calls_out(chromium: Any, app: App, address: str) -> None:
    every = 1 if IN_CI else 10
    strings = [one["payload"] for file in ATTACKS for one in json.loads(file.read_text("utf-8"))][::every]
    mails = [RawItem(f"attack{n}", now(), _hostile(n, one), {"folder": "inbox"}) for n, one in enumerate(strings)]
    intake.receive(app.database, app.blobs, 1, "inbox", Batch(mails, ""))
    app.worker().drain(("take_in", "route"))
    with app.database.reading() as session:
        numbers = [one.id for one in session.query(Conversation).order_by(Conversation.id)]
        files = [one.id for one in session.query(Attachment)]
        formatted = [one.id for one in session.query(Message).filter(Message.html != "")]
        stored = session.query(Message).filter(Message.from_address.like("attack%")).count()
    assert stored == len(strings)
    assert len(files) >= len(strings)
    assert len(formatted) >= len(strings)
    context = chromium.new_context(locale="en-GB")
    said: list[str] = []
    context.expose_function("sentinel", lambda what: said.append(f"ran: {what}"))
    context.add_init_script("for (const f of ['alert', 'confirm', 'prompt']) window[f] = () => window.sentinel(f)")
    context.on("request", lambda one: said.append(f"asked {one.url}") if _elsewhere(one.url, address) else None)
    page = context.new_page()
    page.on("console", lambda one: said.append(f"{page.url}: {one.text}") if one.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    page.goto(f"{address}/login")
    page.fill("[name=email]", "giulia@firm.test")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    for path in ("/", "/?state=spam", *(f"/conversations/{number}" for number in numbers)):
        page.goto(address + path)
    page.goto(f"{address}/sheets?{','.join(map(str, formatted))}")
    assert sorted(frame.url for frame in page.frames[1:]) == sorted(
        f"{address}/messages/{one}/sheet" for one in formatted
    )
    cookies = {one["name"]: one["value"] for one in context.cookies()}
    with httpx.Client(base_url=address, cookies=cookies) as client:
        answers = [client.get(f"/attachments/{number}") for number in files]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
    assert said == []
    context.close()


def _hostile(number: int, attack: str) -> bytes:
    """A mail with the attack in the sender's name, the subject, both texts and a file's name and content."""
    word = f"=?utf-8?b?{base64.b64encode(attack.encode()).decode()}?="
    body = base64.encodebytes(attack.encode()).decode()
    parts = "".join(
        f"--edge\nContent-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: base64\n{extra}\n{body}\n"
        for kind, extra in (
            ("text/plain", ""),
            ("text/html", ""),
            ("text/html", f"Content-Disposition: attachment; filename*=utf-8''{quote(attack, safe='')}\n"),
        )
    )
    return (
        f"From: {word} <attack{number}@cliente{number}.test>\nTo: info@firm.test\nSubject: {word}\n"
        f"Message-ID: <attack{number}@cliente.test>\nMIME-Version: 1.0\n"
        f"Content-Type: multipart/mixed; boundary=edge\n\n{parts}--edge--\n"
    ).encode()


def _elsewhere(url: str, address: str) -> bool:
    return urlsplit(url).scheme in ("http", "https", "ws", "wss") and not url.startswith(f"{address}/")


def _fits(page: Any) -> None:
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{page.url} is {wider} px wider than the window"
