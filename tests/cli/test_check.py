"""A mailbox that cannot be reached: one sentence, the same in `check`, on the page and in the log."""

import json
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from inbox import channels
from inbox.app import App
from tests.parts.company import MANAGER, set_up
from tests.parts.dovecot import Dovecot
from tests.parts.long import LONG
from tests.parts.server import ROOT, Server, eventually
from tests.parts.smtp import Peer

pytestmark = LONG


def test_each_failure_is_one_sentence_everywhere(tmp_path: Path, dovecot: Dovecot, smtp_peer: Peer) -> None:
    server = Server(tmp_path / "var", log_form="json")
    user = set_up(server, dovecot, smtp_peer)
    broken: dict[str, tuple[dict[str, Any], str]] = {
        "password": ({"password": "wrong"}, f"127.0.0.1:{dovecot.port} refused user name or password for {user}"),
        "refused": ({"imap_port": 1}, "127.0.0.1:1 refused the connection: check the port, or the server is down"),
        "host": ({"imap_host": "imap.invalid"}, "no server is known by the name imap.invalid: check its spelling"),
        "certificate": (
            {"imap_port": dovecot.tls_port, "imap_security": "tls"},
            f"the certificate of 127.0.0.1:{dovecot.tls_port} could not be verified",
        ),
    }
    for name, (settings, _said) in broken.items():
        add(server, name, dovecot, smtp_peer, {"user": user, **settings})
    rows = server.run("check", check=False)
    said = {row["what"].removeprefix("channel "): row for row in rows if row["what"].startswith("channel ")}
    assert [row["ok"] for row in rows if row["what"] == "channel info"] != [False]
    for name, (_settings, begins) in broken.items():
        assert said[name]["ok"] is False
        assert said[name]["says"].startswith(begins), said[name]
        assert "Traceback" not in said[name]["says"]
    server.start()
    try:
        browser = server.sign_in(MANAGER)
        page = eventually(lambda: shows_all(browser.get("/channels").text, said, broken))
        assert "wrong" not in page.replace("check both", "")
        log = server.log.read_text()
    finally:
        server.stop()
    for name in broken:
        assert json.dumps(said[name]["says"])[1:-1] in log, name
    assert "secret" not in log


def add(server: Server, name: str, dovecot: Dovecot, peer: Peer, changed: dict[str, Any]) -> None:
    """One more mailbox, without trying its connection."""
    settings = {
        "address": f"{name}@firm.test", "password": "secret", "smtp_user": "", "imap_host": "127.0.0.1",
        "imap_port": dovecot.port, "imap_security": "none", "smtp_host": "127.0.0.1", "smtp_port": peer.port,
        "smtp_security": "none", **changed,
    }  # fmt: skip
    app = App(Settings(data=server.folder))
    with app.database.writing() as session:
        channels.create(session, app.vault, "mail", name, settings)
    app.close()


def shows_all(page: str, said: dict[str, Any], broken: dict[str, Any]) -> str:
    """The page, once it shows every failure."""
    text = unescape(page)
    return text if all(said[name]["says"] in text for name in broken) else ""


def test_what_nobody_foresaw_is_a_sentence_too(tmp_path: Path, dovecot: Dovecot, smtp_peer: Peer) -> None:
    server = Server(tmp_path / "var")
    set_up(server, dovecot, smtp_peer)
    add(server, "odd", dovecot, smtp_peer, {"ca_file": str(tmp_path)})
    rows = server.run("check", check=False)
    assert {row["what"] for row in rows} >= {"channel info", "channel odd", "pages"}


@pytest.mark.parametrize("folder", ["before", "after"])
def test_the_data_folder_before_or_after_the_command(tmp_path: Path, folder: str) -> None:
    data = ["-d", str(tmp_path / "var")]
    words = [*data, "check", "--json"] if folder == "before" else ["check", "--json", *data]
    done = subprocess.run(
        [sys.executable, "-m", "inbox.cli", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[0])["says"] == str(tmp_path / "var")
