"""A mailbox that names no server: what is suggested is tried until one answers."""

from typing import Any

import pytest

from connectors import registry
from connectors.base import ConnectorError
from tests.parts.desk import Desk

GIVEN = {"address": "info@ditta.example", "password": "secret"}
OFFERS = [({"imap_host": "first"}, ""), ({"imap_host": "second"}, "an app password"), ({"imap_host": "third"}, "")]


class Answering:
    def __init__(self, host: str, answers: dict[str, Exception]) -> None:
        self.host, self.answers = host, answers

    def check_reading(self) -> str:
        if self.host in self.answers:
            raise self.answers[self.host]
        return f"{self.host} works"

    def check_sending(self) -> str:
        if f"{self.host}_smtp" in self.answers:
            raise self.answers[f"{self.host}_smtp"]
        return "sending works"

    def history(self, folder: str, days: int, cursor: str) -> Any:
        raise NotImplementedError


def tried(desk: Desk, monkeypatch: pytest.MonkeyPatch, **answers: Exception) -> list[str]:
    hosts: list[str] = []

    def connector_from(kind: str, settings: dict[str, Any]) -> Any:
        assert (kind, settings["password"]) == ("mail", "secret")
        hosts.append(settings["imap_host"])
        return Answering(settings["imap_host"], answers)

    monkeypatch.setattr(registry, "suggestions", lambda address: OFFERS)
    monkeypatch.setattr(desk.app, "connector_from", connector_from)
    return hosts


def test_the_first_that_works_is_taken(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = tried(desk, monkeypatch, first=ConnectorError("no server is known by the name first"))
    settings, works = desk.app.mail_settings(dict(GIVEN))
    assert (settings["imap_host"], works) == ("second", ["second works", "sending works"])
    assert "timeout" not in settings
    assert hosts == ["first", "second", "second"]


def test_sending_that_fails_is_told_as_such(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = ConnectorError("first:465 refused the connection", code="refused")
    hosts = tried(desk, monkeypatch, first_smtp=closed)
    with pytest.raises(ConnectorError, match=r"^first:465 refused the connection$"):
        desk.app.mail_settings(dict(GIVEN))
    assert hosts == ["first", "first", "first"]  # reading, sending, sending by the other port


def test_a_wrong_password_ends_the_search_with_what_to_do(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = ConnectorError(
        "second:993 refused user name or password for info@ditta.example", permanent=True, code="password"
    )
    hosts = tried(desk, monkeypatch, first=ConnectorError("first did not answer"), second=refused)
    with pytest.raises(ConnectorError, match=r"refused user name or password .*an app password"):
        desk.app.mail_settings(dict(GIVEN))
    assert hosts == ["first", "second"]


def test_nothing_that_answers_asks_for_the_name(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = {name: ConnectorError(f"{name} did not answer") for name in ("first", "second", "third")}
    tried(desk, monkeypatch, **nothing)
    with pytest.raises(ConnectorError, match=r"no mail server was found for info@ditta.example .*please name it"):
        desk.app.mail_settings(dict(GIVEN))
