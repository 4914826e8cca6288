"""The console channel writes what would have gone out, and only that."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from connectors import registry
from connectors.base import Address, Attachment, Outbound
from connectors.console import ConsoleChannel


def channel(folder: Path, **settings: str) -> ConsoleChannel:
    built = registry.build("console", {"folder": str(folder), "address": "info@firm.test", **settings})
    assert isinstance(built, ConsoleChannel)
    return built


def test_a_mail_becomes_a_file(tmp_path: Path) -> None:
    calls: list[str] = []
    message = Outbound(
        to=[Address("anna@cliente.test", "Anna")], text="La tolleranza è H7.", external_id="<1@firm.test>", subject="Re: Giunto",
        attachments=[Attachment("scheda.pdf", "application/pdf", b"%PDF-1.4")],
    )  # fmt: skip
    name = channel(tmp_path / "outbox").send(message, lambda: calls.append("committing")).provider_id
    assert calls == ["committing"]
    written = message_from_bytes((tmp_path / "outbox" / name).read_bytes(), policy=default)
    assert written["Subject"] == "Re: Giunto"
    assert written["Message-ID"] == "<1@firm.test>"
    assert [part.get_filename() for part in written.iter_attachments()] == ["scheda.pdf"]


def test_what_is_no_mail_becomes_a_text(tmp_path: Path) -> None:
    name = channel(tmp_path).send(Outbound(to=[Address("4242")], text="Nuova domanda"), lambda: None).provider_id
    assert (tmp_path / name).read_text("utf-8") == "4242\n\nNuova domanda\n"


def test_nothing_is_written_where_committing_refuses(tmp_path: Path) -> None:
    def refuse() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        channel(tmp_path).send(Outbound(to=[Address("a@b.test")], text="x"), refuse)
    assert list(tmp_path.iterdir()) == []


def test_it_needs_a_folder() -> None:
    with pytest.raises(ValueError, match="folder"):
        ConsoleChannel(folder="")
