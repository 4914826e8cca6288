"""parse, route-test, import, held, queue and report, as a person or a script uses them."""

import json
import mailbox
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from config.settings import Settings
from inbox import channels
from inbox.app import App
from inbox.cli.common import Context
from inbox.cli.main import cli
from inbox.models import Conversation, Delivery, Intake, Message, User
from tests.parts.company import CUSTOMER, mail
from tests.parts.desk import Desk
from tests.parts.starter import Starters

BOUNCE = b"""From: MAILER-DAEMON@mx.test\r
To: info@firm.test\r
Subject: Undelivered\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r
\r
--b\r
Content-Type: text/plain\r
\r
No such user.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.test\r
\r
Final-Recipient: rfc822; nobody@cliente.test\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 no such user\r
--b--\r
"""
FIELDS = {
    "file", "subject", "from", "to", "cc", "reply_to", "message_id", "in_reply_to", "references", "date", "text",
    "reply", "attachments", "machine", "bounce", "problems",
}  # fmt: skip


def call(*arguments: str | Path, data: Path | None = None) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments], obj=Context(data=data, as_json=True))


def rows(result: Result, code: int = 0) -> list[dict[str, Any]]:
    assert result.exit_code == code, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_parse_tells_every_field_of_a_mail(tmp_path: Path) -> None:
    raw = mail(
        "Giunto GX-40", "Qual è la tolleranza?\n\nIl giorno 3 marzo Noi ha scritto:\n> Buongiorno\n",
        Message_ID="<2@cliente.test>", In_Reply_To="<1@firm.test>", References="<0@firm.test> <1@firm.test>",
        Cc="Luca <luca@cliente.test>", Reply_To="ufficio@cliente.test", Date="Mon, 02 Mar 2026 09:00:00 +0100",
    )  # fmt: skip
    path = write(tmp_path, "uno.eml", raw)
    (row,) = rows(call("parse", path))
    assert row.keys() == FIELDS
    assert row["file"] == str(path)
    assert row["from"] == {"name": "Anna Bianchi", "address": CUSTOMER}
    assert (row["to"], row["cc"]) == (
        [{"name": "", "address": "info@firm.test"}], [{"name": "Luca", "address": "luca@cliente.test"}],
    )  # fmt: skip
    assert row["reply_to"] == [{"name": "", "address": "ufficio@cliente.test"}]
    assert (row["message_id"], row["in_reply_to"]) == ("<2@cliente.test>", "<1@firm.test>")
    assert row["references"] == ["<0@firm.test>", "<1@firm.test>"]
    assert row["date"] == "2026-03-02T08:00:00+00:00"
    assert "> Buongiorno" in row["text"]
    assert row["reply"] == "Qual è la tolleranza?"
    assert (row["machine"], row["bounce"], row["attachments"], row["problems"]) == (None, None, [], [])
    assert "\r" not in row["text"]


def test_parse_tells_files_by_their_digest(tmp_path: Path) -> None:
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = CUSTOMER, "info@firm.test", "Disegno"
    message.set_content("In allegato.")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="disegno è.pdf")
    (row,) = rows(call("parse", write(tmp_path, "due.eml", message.as_bytes())))
    assert row["attachments"] == [
        {
            "filename": "disegno è.pdf", "content_type": "application/pdf", "size": 8,
            "sha256": sha256(b"%PDF-1.4").hexdigest(),
        }
    ]  # fmt: skip


def test_parse_tells_a_bounce(tmp_path: Path) -> None:
    (row,) = rows(call("parse", write(tmp_path, "b.eml", BOUNCE)))
    assert row["machine"] == "bounce"
    assert row["bounce"] == {
        "status": "5.1.1", "hard": True, "reason": row["bounce"]["reason"], "recipient": "nobody@cliente.test",
    }  # fmt: skip


def test_parse_gives_every_file_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In order, named as they were given; a hopeless one says what is wrong with it."""
    monkeypatch.chdir(tmp_path)
    for name, content in (("a.eml", mail("A", "x")), ("empty.eml", b""), ("noise.eml", bytes(range(256)) * 20)):
        write(tmp_path, name, content)
    found = rows(call("parse", "./a.eml", "empty.eml", "noise.eml"))
    assert [row["file"] for row in found] == ["./a.eml", "empty.eml", "noise.eml"]
    assert [row.keys() == FIELDS for row in found] == [True] * 3
    assert found[0]["problems"] == []
    assert found[1]["problems"]
    good, missing = rows(call("parse", "a.eml", "gone.eml"))
    assert (good["problems"], missing["file"], missing.keys()) == ([], "gone.eml", FIELDS)
    assert missing["problems"]


def snapshot(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")}


def test_route_test_explains_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "a.eml", mail("Giunto", "Qual è la tolleranza del giunto?"))
    write(tmp_path, "b.eml", mail("Saluti", "Buongiorno a tutti"))
    before = snapshot(tmp_path)
    technical, other = rows(call("route-test", "a.eml", "b.eml", "--lang", "it"))
    assert (technical["file"], technical["team"]) == ("a.eml", "rd")
    assert any("tolleranza" in reason.get("found", []) for reason in technical["reasons"])
    assert "tolleranza" in technical["sentence"]
    assert other["team"] == "triage"
    english = rows(call("route-test", "a.eml", "--lang", "en"))[0]["sentence"]
    assert english.startswith("Assigned to")
    assert english != technical["sentence"]
    assert snapshot(tmp_path) == before


@pytest.fixture
def data(tmp_path: Path, starters: Starters) -> Path:
    """A data folder with one mailbox and somebody to tell."""
    folder = tmp_path / "var"
    starters.lay("sqlite", folder, "en")
    app = App(Settings(data=folder, language="en"))
    with app.database.writing() as session:
        channels.create(session, app.vault, "mail", "info", {"address": "info@firm.test", "password": "secret"})
    app.close()
    assert call("user", "add", "giulia@firm.test", "--role", "manager", data=folder).exit_code == 0
    with opened(folder).database.writing() as session:
        session.query(User).one().quiet = False
    return folder


def opened(data: Path) -> Desk:
    desk = Desk.__new__(Desk)
    desk.app = App(Settings(data=data))
    desk.database = desk.app.database
    return desk


@pytest.mark.parametrize("form", ["eml", "mbox", "maildir"])
def test_import_is_quiet_and_at_its_own_date(tmp_path: Path, data: Path, form: str) -> None:
    letters = [mail("Uno", "1", Date="Mon, 02 Mar 2026 09:00:00 +0100"), mail("Due", "2")]
    path = tmp_path / "letters"
    if form == "eml":
        path.mkdir()
        paths = [write(path, f"{number}.eml", raw) for number, raw in enumerate(letters)]
    else:
        box = mailbox.mbox(path) if form == "mbox" else mailbox.Maildir(path)
        for raw in letters:
            box.add(raw)
        box.close()
        paths = [path]
    imported = rows(call("import", "--channel", "info", *paths, data=data))
    assert sum(row["new"] for row in imported) == 2
    assert sum(row["new"] for row in rows(call("import", "--channel", "info", *paths, data=data))) == 0
    desk = opened(data)
    assert sorted(row.subject for row in desk.all(Message)) == ["Due", "Uno"]
    assert min(row.at for row in desk.all(Message)).isoformat() == "2026-03-02T08:00:00+00:00"
    assert desk.all(Delivery) == []
    assert {row.subject: row.status for row in desk.all(Conversation)}["Uno"] == "closed"


def test_an_eml_that_begins_or_goes_on_like_an_mbox_is_one_mail(tmp_path: Path, data: Path) -> None:
    """A report quotes another mail with its mbox line: that is no customer's mail of its own."""
    quoted = b"\r\n\r\nFrom who@c.test Mon Nov 23 09:15:00 2026\r\nFrom: who@c.test\r\nSubject: Altro\r\n\r\nciao\r\n"
    raw = b"From anna@c.test Mon Nov 23 09:16:00 2026\r\n" + mail("Uno", "1") + quoted
    path = write(tmp_path, "a.eml", raw)
    assert [row["found"] for row in rows(call("import", "--channel", "info", path, data=data))] == [1]
    desk = opened(data)
    assert [row.subject for row in desk.all(Message)] == ["Uno"]
    assert desk.app.blobs.get(desk.all(Intake)[0].sha256) == raw


def test_an_mbox_is_cut_at_its_marks_and_not_at_sentences(tmp_path: Path, data: Path) -> None:
    first, second = mail("Uno", "Ciao,\n\nFrom Monday on we are closed.\n"), mail("Due", "2")
    mark = b"From anna@c.test Mon Nov 23 09:16:00 2026\n"
    path = write(tmp_path, "letters", mark + first + b"\n" + mark + second + b"\n")
    assert [row["found"] for row in rows(call("import", "--channel", "info", path, data=data))] == [2]
    assert "we are closed" in opened(data).all(Message)[0].text


def test_import_as_new_tells_colleagues(tmp_path: Path, data: Path) -> None:
    path = write(tmp_path, "a.eml", mail("Uno", "1", Date="Mon, 02 Mar 2026 09:00:00 +0100"))
    rows(call("import", "--channel", "info", "--as-new", path, data=data))
    desk = opened(data)
    assert [row.recipient for row in desk.all(Delivery)] == ["giulia@firm.test"]
    (row,) = rows(call("queue", "--state", "waiting", data=data))
    assert (row["subject"], row["from"]) == ("Uno", row["from"])
    assert row["waiting_seconds"] < 60


def test_held_items_are_listed_and_taken_in_again(tmp_path: Path, data: Path) -> None:
    path = write(tmp_path, "a.eml", mail("Uno", "1"))
    rows(call("import", "--channel", "info", path, data=data))
    assert rows(call("held", "list", data=data)) == []
    desk = opened(data)
    with desk.database.writing() as session:
        item = session.get_one(Intake, 1)
        item.state, item.reason = "held", "for the test"
    (held,) = rows(call("held", "list", data=data))
    assert (held["id"], held["channel"], held["reason"]) == (1, "info", "for the test")
    assert rows(call("held", "retry", "1", data=data)) == [{"id": 1, "retried": True}]
    assert rows(call("held", "list", data=data)) == []


@pytest.mark.parametrize(
    "line",
    [
        "report --from yesterday --to 2026-01-01", "report --from 2026-02-30 --to 2026-03-01", "queue --state maybe",
        "import --channel info", "held retry one", "route-test", "report",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_told(data: Path, line: str) -> None:
    result = call(*line.split(), data=data)
    assert result.exit_code == 2, result.output
    assert "Usage:" in result.output
    assert "Traceback" not in result.output


def test_a_report_of_one_day(tmp_path: Path, data: Path) -> None:
    rows(call("import", "--channel", "info", "--as-new", write(tmp_path, "a.eml", mail("Uno", "1")), data=data))
    (report,) = rows(call("report", "--from", "2000-01-01", "--to", "2099-12-31", data=data))
    assert (report["first"]["exchanges"], report["first"]["waiting"]) == (1, 1)
    assert report["first"]["median_wall"] is None


def test_a_report_of_days_that_no_calendar_has(data: Path) -> None:
    refused = call("report", "--from", "0001-01-01", "--to", "9999-12-31", data=data)
    assert "must be in the years 1970 to 2099" in refused.output
