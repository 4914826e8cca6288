"""A mail as it was sent: what is kept, what goes, who may see it, and what its document is allowed to do."""

import base64
from email.message import EmailMessage
from typing import Any

import pytest

from connectors.base import Batch, RawItem
from inbox import intake
from inbox.app import App
from inbox.models import Message, now
from inbox.web.cleaning import DEEPEST, LONGEST, TooComplex, cleaned, content_ids, has_remote_images

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
REMOTE = '<img src="https://tracker.example/p.gif" width="1">'


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="jAva&#x09;script&colon;alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<a href="//evil.example">x</a>',
        "<svg onload=alert(1)><a xlink:href=javascript:alert(1)>x</a></svg>",
        '<math href="javascript:alert(1)">x</math>',
        '<p style="background:url(https://evil.example/x)">x</p>',
        '<p style="background-image:url(https://evil.example/x);position:fixed;top:0">x</p>',
        '<p style="width:expression(alert(1));behavior:url(x)">x</p>',
        '<meta http-equiv="refresh" content="0;url=https://evil.example">',
        '<base href="https://evil.example/">',
        '<form action="https://evil.example"><input name=p><button>x</button></form>',
        '<img srcset="https://evil.example/x 2x">',
        '<object data="https://evil.example"></object><embed src="https://evil.example">',
        '<iframe src="https://evil.example" srcdoc="<script>alert(1)</script>"></iframe>',
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
        "<template><img src=x onerror=alert(1)></template>",
        "<style>@import url(https://evil.example/x.css)</style>",
        '<link rel="stylesheet" href="https://evil.example/x.css">',
        '<table background="https://evil.example/x.gif"><tr><td background="https://evil.example/x.gif">x</td></tr></table>',
        '<video src="https://evil.example/x" poster="https://evil.example/y"></video>',
        '<p id="csrf_token" class="primary" name="x">x</p>',
        '<img src="data:image/svg+xml;base64,PHN2Zy8+">',
        '<img src="http://evil.example/x.png">',
        REMOTE,
    ],
)
def test_what_acts_or_fetches_goes(attack: str) -> None:
    out = cleaned(f"<p>vor</p>{attack}<p>nach</p>", {}).lower()
    for word in ("script", "onerror", "onload", "evil.example", "tracker.example", "url(", "<svg", "<form", "<input",
                 "<iframe", "<meta", "<base", "position", "behavior", "srcset", "id=", "class=", "data:"):  # fmt: skip
        assert word not in out
    assert "<p>vor</p>" in out


def test_layout_and_links_stay() -> None:
    html = (
        '<table width="600" style="border-collapse:collapse"><tbody><tr><td align="right" style="color:#c00">1.200 €</td>'
        '</tr></tbody></table><ol start="3"><li>tre</li></ol><a href="https://ditta.example/?a=1&b=2">sito</a>'
    )
    out = cleaned(html, {})
    for kept in ('width="600"', "border-collapse:collapse", 'align="right"', "color:#c00", 'start="3"'):
        assert kept in out
    assert 'href="https://ditta.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer"' in out


def test_own_pictures_are_part_of_the_document_if_they_are_pictures() -> None:
    html = '<img src="cid:logo@1" alt="Logo"><img src="CID:evil"><img src="cid:gone">'
    out = cleaned(html, {"logo@1": PIXEL, "evil": b"<svg onload=alert(1)>"})
    assert out.count("src=") == 1
    assert 'src="data:image/png;base64,' in out
    assert content_ids(html) == {"logo@1", "evil", "gone"}


def test_pictures_of_the_web_are_shown_on_demand_and_over_https_only() -> None:
    html = REMOTE + '<img src="http://plain.example/x.png">'
    assert has_remote_images(html)
    assert not has_remote_images('<img src="cid:x"><a href="https://x.example">x</a>')
    assert 'src="https://tracker.example/p.gif"' in cleaned(html, {}, remote=True)
    assert "plain.example" not in cleaned(html, {}, remote=True)


@pytest.mark.parametrize(
    "html", ["<div>" * (DEEPEST + 1), "x" * (LONGEST + 1), "<b><div>" * 50_000, "<p " + "a/b " * 60_000 + ">x"]
)
def test_what_would_take_long_is_refused(html: str) -> None:
    with pytest.raises(TooComplex):
        cleaned(html, {})


def test_many_open_paragraphs_are_no_depth() -> None:
    assert cleaned("<p>a" * 5_000, {}).count("<p>") == 5_000


@pytest.fixture
def sheet(app: App) -> str:
    """The address of a formatted mail with a picture of its own and one of the web."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Anna <anna@cliente.test>", "info@firm.test", "Listino"
    message.set_content("Il listino")
    message.add_alternative(f'<p style="color:#c00">Il <b>listino</b></p><img src="cid:logo">{REMOTE}', "html")
    message.get_payload()[1].add_related(PIXEL, "image", "png", cid="<logo>")  # type: ignore[union-attr]
    item = RawItem("sheet", now(), message.as_bytes(), {"folder": "inbox"})
    intake.receive(app.database, app.blobs, 1, "inbox", Batch([item], ""))
    app.worker().drain(("take_in", "route"))
    with app.database.reading() as session:
        found = session.query(Message).filter(Message.subject == "Listino").one()
        return f"/messages/{found.id}/sheet"


def test_the_document_may_do_nothing(sign_in: Any, sheet: str) -> None:
    answer = sign_in().client.get(sheet)
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups")
    assert "default-src 'none'" in policy
    assert "img-src data:;" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "data:image/png;base64," in answer.text
    assert "tracker.example" not in answer.text
    shown = sign_in().client.get(f"{sheet}?images=1")
    assert "img-src data: https:;" in shown.headers["Content-Security-Policy"]
    assert "https://tracker.example" in shown.text


def test_only_who_sees_the_conversation_sees_the_document(sign_in: Any, visitor: Any, sheet: str) -> None:
    assert visitor.client.get(sheet).status_code == 302
    sign_in("luca@agents.test").get(sheet, status=404)
    sign_in().get("/messages/999999/sheet", status=404)
    sign_in().get("/messages/1/sheet", status=404)


def test_the_page_offers_it(sign_in: Any, sheet: str, app: App) -> None:
    with app.database.reading() as session:
        number = session.query(Message).filter(Message.subject == "Listino").one().conversation_id
    page = sign_in().get(f"/conversations/{number}")
    assert f'src="{sheet}"' in page
    assert f'href="{sheet}?images=1"' in page
    assert "As it was sent" not in sign_in().get("/conversations/1")


def test_a_document_too_deep_says_so(sign_in: Any, app: App, sheet: str) -> None:
    with app.database.writing() as session:
        session.query(Message).filter(Message.subject == "Listino").one().html = "<div>" * 9_999
    assert "too large to be shown" in sign_in().get(sheet)
