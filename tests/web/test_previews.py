"""Small pictures of attachments: made anew, only for those who may see them, and nothing of what was hidden inside."""

from email.message import EmailMessage
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from connectors.base import Batch, RawItem
from inbox import intake, previews, thumbnail
from inbox.app import App
from inbox.models import Attachment, now

SECRET = b"<script>alert(1)</script>"


def picture(form: str = "PNG", size: tuple[int, int] = (1200, 800), mode: str = "RGB") -> bytes:
    out = BytesIO()
    Image.new(mode, size, (200, 30, 30) if mode == "RGB" else 128).save(out, form, compress_level=1)
    return out.getvalue()


def receive(app: App, content: bytes, kind: str) -> int:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "anna@cliente.test", "info@firm.test", "Foto"
    message.set_content("Ecco la foto.")
    main, _, sub = kind.partition("/")
    message.add_attachment(content, maintype=main, subtype=sub, filename="foto.png")
    intake.receive(
        app.database, app.blobs, 1, "inbox", Batch([RawItem("p1", now(), message.as_bytes(), {"folder": "inbox"})], "")
    )
    app.worker().drain(("take_in", "route"))
    with app.database.reading() as session:
        return session.scalars(select(Attachment.id).order_by(Attachment.id.desc())).first() or 0


def test_a_picture_is_shown_small_and_clean(app: App, sign_in: Any) -> None:
    number = receive(app, picture() + SECRET, "image/png")
    giulia = sign_in()
    with app.database.reading() as session:
        conversation = session.get_one(Attachment, number)
        message = conversation.message_id
    assert message
    answer = giulia.client.get(f"/attachments/{number}/preview")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert SECRET not in answer.data
    with Image.open(BytesIO(answer.data)) as small:
        assert small.size == (480, 320)
    assert giulia.client.get(f"/attachments/{number}").data.endswith(SECRET)


def test_only_for_those_who_may_see_it(app: App, sign_in: Any, visitor: Any) -> None:
    number = receive(app, picture(), "image/png")
    assert sign_in("luca@agents.test").client.get(f"/attachments/{number}/preview").status_code == 404
    assert visitor.client.get(f"/attachments/{number}/preview").status_code == 302


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"no picture", "image/png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"%PDF-1.4", "application/pdf"),
    ],
)
def test_what_is_no_picture_has_no_preview(app: App, sign_in: Any, content: bytes, kind: str) -> None:
    number = receive(app, content, kind)
    assert sign_in().client.get(f"/attachments/{number}/preview").status_code == 404


@pytest.mark.parametrize(
    ("form", "mode"),
    [("PNG", "P"), ("PNG", "L"), ("GIF", "P"), ("JPEG", "CMYK"), ("WEBP", "RGB"), ("BMP", "RGB"), ("PNG", "1")],
)
def test_every_usual_kind(form: str, mode: str) -> None:
    content = BytesIO()
    Image.new(mode, (30, 20)).save(content, form)
    with Image.open(BytesIO(thumbnail.small(content.getvalue()))) as small:
        assert (small.format, small.size) == ("JPEG", (30, 20))


def test_a_bomb_of_pixels_ends_in_its_process() -> None:
    content = picture(size=(20_000, 20_000), mode="L")
    assert previews.preview("bomb", content) == b""
    assert previews.preview("none", b"x" * 100) == b""
