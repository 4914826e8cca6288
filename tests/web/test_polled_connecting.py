"""Connecting accounts that are asked for news: what is asked, what it costs, how it is tried, how it is switched on."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from inbox.app import App
from inbox.models import Channel
from tests.emulators.mastodon import MastodonEmulator
from tests.emulators.x import XEmulator

MASTODON, X = "/channels/mastodon/new", "/channels/x/new"


@pytest.fixture
def mastodon() -> Iterator[MastodonEmulator]:
    with MastodonEmulator() as emulator:
        yield emulator


@pytest.fixture
def x(app: App) -> Iterator[XEmulator]:
    with XEmulator() as emulator:
        app.settings.x_api = emulator.url
        yield emulator


def work(app: App) -> None:
    app.worker().drain(("ask_platform",))


def channel(app: App, kind: str) -> Channel | None:
    with app.database.reading() as session:
        return session.scalars(select(Channel).where(Channel.kind == kind)).one_or_none()


def test_a_mastodon_account_is_connected_and_tried(app: App, mastodon: MastodonEmulator, sign_in: Any) -> None:
    giulia = sign_in()
    assert "read:notifications" in giulia.get(MASTODON)
    there = giulia.post(
        MASTODON, form_page=MASTODON, name="Mastodon", server=mastodon.url, token=mastodon.token
    ).location
    work(app)
    page = giulia.get(there)
    assert "giunti@firm.test answers" in page
    assert "Callback URL" not in page
    found = channel(app, "mastodon")
    assert found is not None
    assert (found.enabled, found.address) == (True, "giunti@firm.test")
    assert mastodon.token not in page + str(found.settings)


def test_a_token_that_is_not_accepted_is_told_so(app: App, mastodon: MastodonEmulator, sign_in: Any) -> None:
    giulia = sign_in()
    there = giulia.post(MASTODON, form_page=MASTODON, name="Mastodon", server=mastodon.url, token="wrong").location
    work(app)
    assert "The access is no longer accepted" in giulia.get(there)


def test_what_is_no_address_is_refused_beside_the_field(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    giulia.post(MASTODON, 422, MASTODON, name="Mastodon", server="ftp://mastodon.uno", token="t")
    assert channel(app, "mastodon") is None


def test_x_shows_its_costs_and_is_off_until_it_is_switched_on(app: App, x: XEmulator, sign_in: Any) -> None:
    giulia = sign_in()
    page = giulia.get(X)
    for told in ("What it costs", "0.010", "0.200", "5.25", "I have read what it costs"):
        assert told in page
    given = {"form_page": X, "name": "X", "every": "30", "mentions": "y", "directs": "y", **x.keys}
    giulia.post(X, 422, **given)
    assert channel(app, "x") is None
    there = giulia.post(X, **given, promise="y").location
    work(app)
    page = giulia.get(there)
    assert "@giuntirossi answers" in page
    assert "not in use" in page
    assert "What it costs" in page
    found = channel(app, "x")
    assert found is not None
    assert not found.enabled
    assert not any(value in page + str(found.settings) for value in list(x.keys.values())[1:])
    assert x.calls == ["GET /2/users/me", "GET /2/users/me"]
    giulia.post(f"{there}/start", form_page=there)
    assert channel(app, "x").enabled  # type: ignore[union-attr]


def test_an_interval_beyond_its_bounds_is_refused(app: App, x: XEmulator, sign_in: Any) -> None:
    giulia = sign_in()
    for wrong in ("0", "1441", "x"):
        giulia.post(X, 422, X, name="X", every=wrong, promise="y", **x.keys)
    assert channel(app, "x") is None
