"""channel add mastodon, channel add x: asked before they are added; what costs is off."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from inbox.cli.common import Context
from inbox.cli.main import cli
from tests.emulators.mastodon import MastodonEmulator
from tests.emulators.x import XEmulator


@pytest.fixture
def run(tmp_path: Path) -> Any:
    def call(*arguments: str, stdin: str = "", as_json: bool = False, **environment: str) -> Result:
        context = Context(data=tmp_path / "data", as_json=as_json)
        return CliRunner().invoke(cli, list(arguments), input=stdin, env=environment, obj=context)

    return call


@pytest.fixture
def mastodon() -> Iterator[MastodonEmulator]:
    with MastodonEmulator() as emulator:
        yield emulator


@pytest.fixture
def x() -> Iterator[XEmulator]:
    with XEmulator() as emulator:
        yield emulator


def test_a_mastodon_account_is_added(run: Any, mastodon: MastodonEmulator) -> None:
    add = ("channel", "add", "mastodon", "--name", "M", "--server", mastodon.url, "--token-file", "-")
    done = run(*add, stdin=mastodon.token, as_json=True)
    assert done.exit_code == 0, done.output
    assert sorted(json.loads(done.output)) == ["id", "kind", "name", "works"]
    listed = json.loads(run("channel", "list", as_json=True).output)
    assert (listed["address"], listed["enabled"]) == ("giunti@firm.test", True)
    refused = run(*add, stdin="wrong")
    assert refused.exit_code == 1
    assert "access token" in refused.output


def test_an_account_on_x_is_off_and_says_what_it_costs(run: Any, x: XEmulator) -> None:
    secrets = {f"CENTRALINO_{name.upper()}": x.keys[name] for name in ("secret", "token", "token_secret")}
    done = run("channel", "add", "x", "--name", "X", "--key", x.keys["key"], CENTRALINO_X_API=x.url, **secrets)
    assert done.exit_code == 0, done.output
    assert "US$ 5.25 a month" in done.output
    assert "channel enable X" in done.output
    assert not json.loads(run("channel", "list", as_json=True).output)["enabled"]
    assert run("channel", "enable", "X").exit_code == 0
    assert json.loads(run("channel", "list", as_json=True).output)["enabled"]
