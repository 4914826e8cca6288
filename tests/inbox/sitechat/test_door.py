"""The door of the site chat: who may write and read, how much, how often; nothing that was written is lost."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from inbox.doors import chat as chatdoor
from inbox.models import Intake, Message, Visit
from inbox.sitechat import identities, settings, uploads
from tests.parts.desk import Desk
from tests.parts.sitechat import SITE, ChatDesk, Visitor, new_id, new_token

# A Tuesday at noon in Rome: somebody works.
NOON = datetime(2026, 3, 3, 11, tzinfo=UTC)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def chat(desk: Desk) -> ChatDesk:
    return ChatDesk(desk)


def test_what_is_written_is_stored_once_and_shown(desk_on_both: Desk) -> None:
    chat = ChatDesk(desk_on_both)
    anna, number = chat.visitor(), new_id()
    for _ in range(3):
        assert anna.write("Buongiorno, qual è la tolleranza?", id=number).json() == {"ok": True}
    chat.take_in()
    (shown,) = anna.talk()["messages"]
    assert (shown["from"], shown["client"], shown["text"]) == ("visitor", number, "Buongiorno, qual è la tolleranza?")
    # Other words under the same id are not lost behind the first.
    assert anna.write("E la coppia?", id=number).status_code == 200
    chat.take_in()
    assert [text for _, text in anna.texts()] == ["Buongiorno, qual è la tolleranza?", "E la coppia?"]
    assert len(desk_on_both.all(Intake)) == 2
    assert len(desk_on_both.all(Visit)) == 1
    assert chat.conversation(anna).messages_count == 2


def test_only_the_hash_of_a_token_is_kept(chat: ChatDesk) -> None:
    anna = chat.visitor()
    chat.write(anna)
    for row in (chat.visit(anna), *chat.desk.all(Intake), chat.conversation(anna)):
        assert anna.token not in str(vars(row))


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "https://www.firm.test.evil.test", "file://"])
def test_other_sites_are_refused(chat: ChatDesk, origin: str) -> None:
    anna = chat.visitor()
    chat.write(anna)
    evil = chat.visitor(origin, anna.token)
    for answer in (
        evil.write("da un altro sito"), evil.ask("GET", "talk"), evil.ask("GET", "settings"),
        evil.ask("POST", "signs", json={"typing": True}), evil.ask("POST", "email", json={"email": "x@evil.test"}),
        evil.ask("POST", "transcript"), evil.ask("GET", "files/1"), evil.ask("GET", "stream"),
        evil.ask("OPTIONS", "messages"),
    ):  # fmt: skip
        assert answer.status_code == 403, answer.request.url
        assert "access-control-allow-origin" not in answer.headers
    assert len(chat.desk.all(Intake)) == 1


def test_a_site_may_ask_whether_it_may(chat: ChatDesk) -> None:
    asked = {"messages": "POST", "talk": "GET", "stream": "GET", "signs": "POST", "email": "POST", "files/1": "GET"}
    for path, method in asked.items():
        answer = chat.visitor().ask("OPTIONS", path)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, SITE), path
        assert answer.headers["access-control-allow-methods"] == method
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers


def test_a_token_that_is_not_known_sees_nothing(chat: ChatDesk) -> None:
    chat.write(chat.visitor())
    for token in (new_token(), "x" * 43, "", "short", f"{new_token()}x"):
        guess = chat.visitor(token=token or " ")
        for method, path in (("GET", "talk"), ("GET", "stream"), ("POST", "transcript"), ("GET", "files/1")):
            answer = guess.ask(method, path)
            assert (answer.status_code, answer.json()) == (401, {"code": "unknown"}), path
    assert chat.visitor(token="not one").write("ciao").status_code == 400


def test_a_token_is_of_one_chat_alone(chat: ChatDesk) -> None:
    with chat.database.writing() as session:
        second = settings.make(session, chat.desk.app.vault, "altro", chat.desk.channel).address
    anna = chat.visitor()
    chat.write(anna)
    elsewhere = Visitor(chat.door, second, SITE, anna.token)  # type: ignore[arg-type]
    assert elsewhere.ask("GET", "talk").status_code == 401
    assert elsewhere.write("Con lo stesso segno").status_code == 503


def test_a_typed_address_shows_nobodys_history(chat: ChatDesk) -> None:
    before = chat.desk.ask("Il mio vecchio segreto", sender="vera@cliente.test")
    eve = chat.visitor()
    conversation = chat.write(eve, answers={"email": "vera@cliente.test"})
    eve.ask("POST", "email", json={"email": "vera@cliente.test"})
    assert conversation.id != before.id
    assert conversation.contact_id != before.contact_id
    assert eve.texts() == [("visitor", "Buongiorno, qual è la tolleranza?")]


def signed(chat: ChatDesk, **told: Any) -> dict[str, str]:
    text = json.dumps(told)
    return {"identity": text, "signature": identities.signature(chat.signing, text)}


def test_whom_the_site_vouches_for_is_known(chat: ChatDesk) -> None:
    anna = chat.visitor()
    told = signed(chat, id="42", email="anna@cliente.test", name="Anna Bianchi", exp=time.time() + 60)
    conversation = chat.write(anna, **told)
    visit = chat.visit(anna)
    assert (visit.identity, visit.email, visit.name) == ("42", "anna@cliente.test", "Anna Bianchi")
    again = chat.visitor()
    assert chat.write(again, **told).contact_id == conversation.contact_id
    # Another user of the site in the same browser begins a talk of its own.
    other = signed(chat, id="43")
    assert anna.write("Sono un altro", **other).status_code == 401


def test_a_forged_identity_is_refused(chat: ChatDesk) -> None:
    good = signed(chat, id="42", email="anna@cliente.test")
    forged = [
        {"identity": good["identity"]}, {"identity": good["identity"], "signature": "0" * 64},
        {"identity": good["identity"].replace("42", "43"), "signature": good["signature"]},
        {"identity": good["identity"], "signature": good["signature"][:-1]},
        {"identity": "", "signature": good["signature"]},
        signed(chat, email="anna@cliente.test"), signed(chat, id="42", exp=time.time() - 1),
        {"identity": "[]", "signature": identities.signature(chat.signing, "[]")},
        {"identity": "{", "signature": identities.signature(chat.signing, "{")},
        {"identity": good["identity"], "signature": identities.signature("", good["identity"])},
    ]  # fmt: skip
    for one in forged:
        answer = chat.visitor().write("Sono Anna", **one)
        assert (answer.status_code, answer.json()["code"]) == (403, "identity"), one
    assert chat.desk.all(Intake) == []
    assert chat.desk.all(Visit) == []


BAD_FILES: list[tuple[str, bytes, str, int]] = [
    ("virus.exe", b"MZ\x90\0" + b"\0" * 60, "application/octet-stream", 415),
    ("fattura.pdf.exe", b"MZ\x90\0" + b"\0" * 60, "application/pdf", 415),
    ("fattura.pdf", b"MZ\x90\0" + b"\0" * 60, "application/pdf", 415),
    ("foto.png", b"\x7fELF" + b"\0" * 60, "image/png", 415),
    ("foto.jpg", b"<html><script>alert(1)</script>", "image/jpeg", 415),
    ("foto.svg", b"<svg onload='alert(1)'/>", "image/svg+xml", 415),
    ("pagina.html", b"<!doctype html><p>", "text/html", 415),
    ("macro.docm", b"PK\x03\x04" + b"\0" * 60, "application/vnd.ms-word", 415),
    ("script.js", b"alert(1)", "text/javascript", 415),
    ("script.txt", b"#!/bin/sh\nrm -rf /\n", "text/plain", 415),
    ("nota.txt", b"\0\0\0\0", "text/plain", 415),
    ("nota.txt", b"<!DOCTYPE html><script>", "text/plain", 415),
    ("senza-fine", PDF, "application/pdf", 415),
    ("collegamento.lnk", b"L\0\0\0" + b"\0" * 60, "application/octet-stream", 415),
    ("archivio.zip", b"Rar!\x1a\x07\0" + b"\0" * 60, "application/zip", 415),
    ("vuoto.pdf", b"", "application/pdf", 415),
    ("grande.pdf", PDF + b"\0" * uploads.MOST_BYTES, "application/pdf", 413),
    ("enorme.pdf", PDF + b"\0" * (12 * 1024 * 1024), "application/pdf", 413),
    ("app.apk", b"PK\x03\x04" + b"\0" * 60, "application/vnd.android.package-archive", 415),
    ("dll.step", b"MZ\x90\0" + b"\0" * 60, "model/step", 415),
]


@pytest.mark.parametrize(("name", "content", "kind", "status"), BAD_FILES, ids=[one[0] for one in BAD_FILES])
def test_bad_files_are_refused(chat: ChatDesk, name: str, content: bytes, kind: str, status: int) -> None:
    answer = chat.visitor().write("Ecco il file", files=[("file", (name, content, kind))])
    assert answer.status_code == status
    assert answer.json()["error"]
    assert answer.json()["write_to"] == "info@firm.test"
    assert chat.desk.all(Intake) == []


def test_too_many_files_and_bodies_that_are_broken_are_refused(chat: ChatDesk) -> None:
    many = [("file", (f"{number}.pdf", PDF, "application/pdf")) for number in range(6)]
    assert chat.visitor().write("Sei file", files=many).status_code == 413
    for body, kind in (
        (b"{", "application/json"),
        (b"--x", "multipart/form-data; boundary=x"),
        (b"", ""),
        (b"[1]", ""),
    ):
        answer = chat.visitor().ask("POST", "messages", content=body, headers={"content-type": kind})
        assert answer.status_code == 400, body
    for wrong in ({"text": " "}, {"text": 7, "id": "x"}, {"id": "../../etc/passwd-1234"}, {"text": "x" * 5_001}):
        assert chat.visitor().write(**{"text": "ciao", **wrong}).status_code in (400, 413, 422)
    assert chat.desk.all(Intake) == []


def test_good_files_come_and_go(chat: ChatDesk) -> None:
    anna = chat.visitor()
    files = [("file", ("disegno.pdf", PDF, "application/pdf")), ("file", ("foto.png", PNG, "image/png"))]
    assert anna.write("Ecco i file", files=files).status_code == 200
    chat.take_in()
    (shown,) = anna.talk()["messages"]
    assert [one["name"] for one in shown["files"]] == ["disegno.pdf", "foto.png"]
    got = anna.ask("GET", f"files/{shown['files'][0]['id']}")
    assert (got.content, got.headers["content-type"]) == (PDF, "application/octet-stream")
    assert got.headers["content-disposition"].startswith("attachment")
    stranger = chat.visitor()
    chat.write(stranger)
    assert stranger.ask("GET", f"files/{shown['files'][0]['id']}").status_code == 404


def test_refused_bodies_do_not_use_up_the_room(chat: ChatDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chatdoor, "MOST_BYTES_AT_ONCE", 10_000)
    chat = ChatDesk(chat.desk, name="due")
    anna = chat.visitor()
    chat.write(anna)

    async def pieces() -> AsyncIterator[bytes]:
        # Without a length, so that it is seen only as it comes.
        for _ in range(3):
            yield b"x" * 1_500

    for _ in range(10):
        assert anna.ask("POST", "signs", content=pieces()).status_code == 413
    assert anna.ask("POST", "signs", json={"typing": True}).status_code == 204


def test_questions_and_consent_come_before_the_first_message(desk: Desk) -> None:
    asked = [{"name": "name", "required": True}, {"name": "email", "required": False},
             {"name": "topic", "required": True, "choices": ["Vendite", "Assistenza"]}]  # fmt: skip
    chat = ChatDesk(desk, questions=asked, consent="Ho letto l'informativa")
    anna = chat.visitor()
    answer = anna.write("Buongiorno")
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"name", "topic", "consent"}
    told = {"name": "Anna Bianchi", "topic": "Vendite", "email": "non uno"}
    assert set(anna.write("Buongiorno", answers=told, consent="x").json()["errors"]) == {"email"}
    told["email"] = "anna@cliente.test"
    conversation = chat.write(anna, "Buongiorno", answers=told, consent="Ho letto l'informativa")
    assert chat.visit(anna).name == "Anna Bianchi"
    facts = chat.desk.one(select(Message).where(Message.conversation_id == conversation.id)).facts
    assert (facts["field.topic"], facts["consent.chat"]) == ("Vendite", "Ho letto l'informativa")
    # Later ones are not asked again.
    assert anna.write("Ancora io").status_code == 200


def test_brakes(chat: ChatDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = chat.visitor()
    codes = [anna.write(f"Messaggio {number}").status_code for number in range(chatdoor.FROM_ONE + 2)]
    assert codes == [200] * chatdoor.FROM_ONE + [429] * 2
    # New visits of one address, whatever their tokens; another address is not concerned.
    chat.door.sender = "203.0.113.8"
    codes = [chat.visitor().write("Nuovo qui").status_code for _ in range(chatdoor.NEW_FROM_ADDRESS + 1)]
    assert codes == [200] * chatdoor.NEW_FROM_ADDRESS + [429]
    assert chat.visitor().write("Nuovo qui").headers["retry-after"].isdigit()
    chat.door.sender = "203.0.113.9"
    assert chat.visitor().write("Anch'io").status_code == 200


@pytest.mark.parametrize("brake", ["FROM_ADDRESS", "FROM_ALL"])
def test_one_address_and_all_chats_together_have_theirs(
    chat: ChatDesk, monkeypatch: pytest.MonkeyPatch, brake: str
) -> None:
    monkeypatch.setattr(chatdoor, brake, 3)
    visitors = [chat.visitor() for _ in range(2)]
    codes = [visitors[number % 2].write(f"Messaggio {number}").status_code for number in range(5)]
    assert codes == [200] * 3 + [429] * 2
    chat.door.sender = "203.0.113.99"
    assert visitors[0].write("Da un altro luogo").status_code == (200 if brake == "FROM_ADDRESS" else 429)


def test_the_whole_site_has_its_brake(desk: Desk) -> None:
    chat = ChatDesk(desk, max_a_minute=3)
    codes = []
    for number in range(5):
        chat.door.sender = f"203.0.113.{number}"
        codes.append(chat.visitor().write("Buongiorno").status_code)
    assert codes == [200, 200, 200, 429, 429]


def test_what_the_company_does_not_want_is_spam_and_a_flood_is_put_aside(desk: Desk) -> None:
    chat = ChatDesk(desk, unwanted=["SEO offer"], max_a_minute=1000)
    eve = chat.visitor()
    assert chat.write(eve, "Best seo offer for you").status == "spam"
    # The sender sees no difference, and what follows is spam too.
    assert eve.texts() == [("visitor", "Best seo offer for you")]
    assert chat.write(eve, "Hello again").status == "spam"
    states = []
    for number in range(24):
        chat.door.sender = f"198.51.100.{number}"
        states.append(chat.write(chat.visitor(), f"Guadagni subito molti soldi da casa {number}").status)
    assert states == ["open"] * 20 + ["spam"] * 4


def test_a_chat_that_is_switched_off_is_not_there(chat: ChatDesk) -> None:
    with chat.database.writing() as session:
        session.merge(chat.channel).enabled = False
    for answer in (
        chat.visitor().write("Buongiorno"),
        chat.visitor().ask("GET", "settings"),
        chat.visitor().ask("GET", "stream"),
    ):
        assert answer.status_code == 404


def test_settings_speak_the_pages_language(desk: Desk) -> None:
    chat = ChatDesk(desk, title="Il reparto tecnico Le risponde", colour="#AA0033")
    shown = {
        lang: chat.visitor().ask("GET", f"settings?lang={lang}").json() for lang in ("it", "en-GB", "de", "fr", "xx")
    }
    assert shown["it"]["title"] == shown["xx"]["title"] == "Il reparto tecnico Le risponde"
    assert shown["en-GB"]["title"] == "How can we help you?"
    assert {one["colour"] for one in shown.values()} == {"#aa0033"}
    assert len({json.dumps(one["words"]) for one in shown.values()}) == 4
    assert shown["it"]["away"] == ""
    with time_machine.travel(datetime(2026, 3, 7, 11, tzinfo=UTC)):
        closed = chat.visitor().ask("GET", "settings?lang=it").json()
    assert (closed["open"], closed["away"]) == (
        False,
        "In questo momento non c'è nessuno in linea. Le risponderemo entro lunedì 9 marzo alle 12:30.",
    )
    assert chat.signing not in json.dumps(shown)


def test_the_page_may_stand_in_frames_of_its_sites_alone(chat: ChatDesk) -> None:
    page = chat.door.request("GET", f"/chat/{chat.key}")
    assert f"frame-ancestors 'self' {SITE}" in page.headers["content-security-policy"]
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "mailto:info@firm.test" in page.text
    assert "set-cookie" not in page.headers
