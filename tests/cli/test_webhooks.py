"""`channel add webhook`: the secret is shown once and kept sealed; the check sends nothing."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from config.settings import Settings
from connectors.webhook import WebhookChannel
from inbox.app import App
from inbox.cli.common import Context
from inbox.cli.main import cli
from inbox.models import Channel
from tests.parts import receiver as receiver_part


def run(data: Path, *arguments: str, code: int = 0, as_json: bool = False) -> str:
    done = CliRunner().invoke(cli, arguments, obj=Context(data=data, as_json=as_json))
    assert done.exit_code == code, done.output
    return done.output


def test_the_secret_is_shown_once(tmp_path: Path) -> None:
    with receiver_part.running() as receiver:
        text = run(tmp_path, "channel", "add", "webhook", "--name", "erp", "--url", receiver.url())
        assert receiver.got == []
        checked = run(tmp_path, "check")
    assert "erp added\n" in text
    assert f"127.0.0.1:{receiver.port} answers, without encryption; nothing was sent\n" in text
    secret = re.search(r"secret \(shown only now\): (whsec_\S+)", text)
    assert secret
    assert f"ok   channel erp: 127.0.0.1:{receiver.port} answers" in checked
    listed = run(tmp_path, "channel", "list", as_json=True)
    assert json.loads(listed)["address"] == f"127.0.0.1:{receiver.port}"
    assert secret[1] not in listed + checked
    app = App(Settings(data=tmp_path))
    with app.database.reading() as session:
        (row,) = session.scalars(select(Channel))
    assert (row.kind, "secret" in row.settings, secret[1] in str(row.settings)) == ("webhook", False, False)
    assert isinstance(app.connector_for(row.id), WebhookChannel)
    app.close()


def test_one_that_does_not_answer_is_not_added(tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/hook"
    assert "refused the connection" in run(tmp_path, "channel", "add", "webhook", "--name", "erp", "--url", url, code=1)
    assert run(tmp_path, "channel", "list") == ""
    assert "erp added" in run(tmp_path, "channel", "add", "webhook", "--name", "erp", "--url", url, "--no-check")
    assert "BAD  channel erp: 127.0.0.1:9 refused the connection" in run(tmp_path, "check", code=1)


@pytest.mark.parametrize("url", ["http://erp.firm.test/hook", "erp.firm.test", "https://user:word@erp.firm.test/"])
def test_an_address_that_will_not_do_is_told(tmp_path: Path, url: str) -> None:
    said = run(tmp_path, "channel", "add", "webhook", "--name", "erp", "--url", url, "--no-check", code=1)
    assert said.startswith("Error: url: must")
