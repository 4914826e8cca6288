"""What WhatsApp's events say: every recorded body, and what none of them shows."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Echo, Ignored, Message, RawItem, Reading, Status
from connectors.meta.items import FOREIGN, QUIET
from connectors.meta.whatsapp.cutting import cut
from connectors.meta.whatsapp.reading import read_item
from tests.emulators import graph_bodies as bodies

CORPORA = Path(os.environ.get("CORPORA") or Path(__file__).parents[2] / "../shared/corpora") / "payloads"
NUMBER, ANNA, AT = "106540352242922", "393331234567", 1772442000
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
needs_corpora = pytest.mark.skipif(not (CORPORA / "whatsapp").is_dir(), reason="the corpora are not here")


def recorded() -> list[Path]:
    return sorted(one for folder in ("whatsapp", "meta_examples") for one in (CORPORA / folder).glob("*.json"))


def items(body: bytes, number: str = NUMBER) -> list[RawItem]:
    return cut(body, number, NOW)


def said(*events: dict[str, Any]) -> list[Reading]:
    return [one for item in items(bodies.call(*events)) for one in read_item(item)]


def message(content: dict[str, Any], **more: Any) -> Message:
    (one,) = said(bodies.message(NUMBER, more.pop("sender", ANNA), "Anna", AT, content, **more))
    assert isinstance(one, Message)
    return one


@needs_corpora
@pytest.mark.parametrize("path", recorded(), ids=lambda one: one.stem)
def test_every_recorded_body_is_read(path: Path) -> None:
    """A message, a status, or a non-message that is recognised: its file's name says which."""
    body = path.read_bytes()
    value = json.loads(body)["entry"][0]["changes"][0]["value"]
    (item,) = items(body, value.get("metadata", {}).get("phone_number_id", NUMBER))
    assert item.body == body
    (reading,) = read_item(item)
    name = path.stem
    if name.startswith(("account_update", "call_", "user_", "group_", "system-identity")):
        assert isinstance(reading, Ignored)
        assert reading.reason not in ("not an event of WhatsApp", "")
    elif name.startswith("message_status"):
        assert isinstance(reading, Status)
    elif name.startswith("outgoing"):
        assert isinstance(reading, Echo)
    else:
        assert isinstance(reading, Message)
        assert reading.external_id == item.key
        assert reading.sender.address
        assert reading.text or reading.machine
        assert reading.facts.get("content") != "unknown"
    assert item.received_at < NOW or "account" in name or "group" in name or "user" in name


def test_a_call_with_many_events_is_cut_into_each(tmp_path: Path) -> None:
    events = [bodies.message(NUMBER, f"39333{n:07d}", "A", AT + n, bodies.words(f"n. {n}")) for n in range(1000)]
    events.append(bodies.status(NUMBER, "wamid.1", "read", ANNA, AT))
    whole = json.loads(bodies.call(*events))
    first, *others = whole["entry"][0]["changes"]
    for one in others[:10]:
        first["value"]["messages"] += one["value"]["messages"]
    whole["entry"] = [{"id": "1", "changes": [first]}, {"id": "2", "changes": others[10:]}]
    found = items(json.dumps(whole).encode())
    assert len({one.key for one in found}) == len(found) == 1001
    assert [read_item(one)[0].text for one in found[:-1]] == [f"n. {n}" for n in range(1000)]  # type: ignore[union-attr]
    assert found[3].meta["lane"] == "393330000003"
    again = items(json.dumps(whole).encode())
    assert [(one.key, one.body) for one in again] == [(one.key, one.body) for one in found]


def test_each_state_of_a_message_is_an_event_of_its_own() -> None:
    found = items(
        bodies.call(*(bodies.status(NUMBER, "wamid.1", one, ANNA, AT) for one in ("sent", "delivered", "read")))
    )
    assert [one.key for one in found] == [f"wamid.1:{one}:{AT}" for one in ("sent", "delivered", "read")]


def test_a_status_names_what_we_called_it() -> None:
    error = {"code": 131047, "title": "Re-engagement message", "error_data": {"details": "More than 24 hours"}}
    (one,) = said(bodies.status(NUMBER, "wamid.9", "failed", ANNA, AT, "<1@firm.test>", [error]))
    assert isinstance(one, Status)
    assert (one.external_id, one.alias, one.state) == ("<1@firm.test>", "wamid.9", "failed")
    assert one.reason == "More than 24 hours (131047)"


def test_a_customer_without_a_number_is_known_by_id() -> None:
    one = message(bodies.words("Salve"), sender="", user_id="US.13491208655302741918")
    assert one.sender.address == one.thread_key == "US.13491208655302741918"
    assert one.sender.name == "Anna"
    assert message(bodies.words("x"), user_id="US.1").facts == {"wa_id": ANNA, "user_id": "US.1"}


def test_a_file_is_named_and_not_fetched() -> None:
    one = message(
        {"type": "document", "document": {"id": "77", "filename": "Disegno.pdf", "mime_type": "application/pdf"}}
    )
    assert one.attachments == ()
    assert one.text == "📄 Disegno.pdf"
    assert {
        "content": "document",
        "media_id": "77",
        "mime": "application/pdf",
        "file_name": "Disegno.pdf",
    }.items() <= one.facts.items()


def test_an_edit_is_a_message_and_a_message_taken_back_opens_no_clock() -> None:
    edit = message({"type": "edit", "edit": {"original_message_id": "wamid.1", "message": bodies.words("20 pezzi")}})
    assert (edit.text, edit.machine, edit.in_reply_to, edit.facts["edits"]) == ("20 pezzi", None, "wamid.1", "wamid.1")
    gone = message({"type": "revoke", "revoke": {"original_message_id": "wamid.1"}})
    assert (gone.machine, gone.facts["revokes"], gone.facts["content"]) == ("receipt", "wamid.1", "revoke")


def test_contacts_orders_and_forms_are_shown_in_full() -> None:
    card = {"name": {"formatted_name": "Bruno Neri"}, "phones": [{"phone": "+39 333"}], "org": {"company": "Neri srl"}}
    assert message({"type": "contacts", "contacts": [card]}).text == "👤 Bruno Neri\n+39 333\nNeri srl"
    form = {"type": "nfm_reply", "nfm_reply": {"body": "Sent", "response_json": '{"flow_token": "x", "pezzi": 3}'}}
    assert message({"type": "interactive", "interactive": form}).text == "Sent\npezzi: 3"


@pytest.mark.parametrize("content", [{"type": "hologram", "hologram": {}}, {"type": "text"}, {}, {"type": "unsupported", "errors": [{"code": 131051, "title": "Unsupported"}]}])  # fmt: skip
def test_what_is_not_known_becomes_a_message_that_says_so(content: dict[str, Any]) -> None:
    one = message(content)
    assert one.facts["content"] in ("unknown", "unsupported")
    assert one.text.startswith("⚠")
    assert one.machine is None


def test_a_group_is_a_chat_of_its_own() -> None:
    one = message({**bodies.words("Buongiorno a tutti"), "group_id": "Y2FwaV9n"})
    assert (one.sender.address, one.thread_key, one.facts["group"]) == (ANNA, "Y2FwaV9n", "Y2FwaV9n")


def test_an_answer_in_whatsapps_own_app_is_an_echo() -> None:
    (one,) = said(bodies.echo(NUMBER, ANNA, AT, "Certo"))
    assert isinstance(one, Echo)
    assert one.message.thread_key == ANNA
    assert [who.address for who in one.message.to] == [ANNA]
    assert items(bodies.call(bodies.echo(NUMBER, ANNA, AT, "x")))[0].meta["lane"] == f"echo:{ANNA}"


def test_history_is_quiet_and_knows_who_wrote() -> None:
    theirs = {"from": ANNA, "id": "wamid.h1", "timestamp": str(AT), **bodies.words("Vecchia domanda")}
    ours = {
        "from": "390421000000",
        "to": ANNA,
        "id": "wamid.h2",
        "timestamp": str(AT + 60),
        **bodies.words("Vecchia risposta"),
    }
    found = items(bodies.call(bodies.history(NUMBER, ANNA, [theirs, ours])))
    assert [(one.key, one.meta[QUIET], one.meta["lane"]) for one in found] == [
        ("wamid.h1", "1", ANNA),
        ("wamid.h2", "1", ANNA),
    ]
    first, second = (read_item(one)[0] for one in found)
    assert isinstance(first, Message)
    assert isinstance(second, Echo)
    assert second.message.text == "Vecchia risposta"


def test_another_number_of_the_firms_is_not_this_channel() -> None:
    (item,) = items(bodies.call(bodies.message("999", ANNA, "Anna", AT, bodies.words("x"))))
    assert item.meta[FOREIGN] == "999"
    (one,) = read_item(item)
    assert isinstance(one, Ignored)
    assert "999" in one.reason


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"null", b'{"object": "page"}', b"[" * 100_000])
def test_what_is_none_of_whatsapps_is_kept_whole_and_ignored(body: bytes) -> None:
    (item,) = items(body)
    assert item.body == body
    assert isinstance(read_item(item)[0], Ignored)


NAMES = st.sampled_from(
    [
        "object",
        "entry",
        "changes",
        "value",
        "field",
        "messages",
        "statuses",
        "message_echoes",
        "history",
        "threads",
        "contacts",
        "from",
        "id",
        "timestamp",
        "type",
        "text",
        "body",
        "image",
        "interactive",
        "list_reply",
        "order",
        "product_items",
        "context",
        "referral",
        "errors",
        "edit",
        "message",
        "wa_id",
        "profile",
        "name",
    ]
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["text", "edit", "history", "whatsapp_business_account"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=40,
)  # fmt: skip


@given(TREES, TREES)
def test_no_body_is_too_odd(value: Any, entry: Any) -> None:
    call = {
        "object": "whatsapp_business_account",
        "entry": [{"changes": [{"field": "messages", "value": value}]}, entry],
    }
    for item in items(json.dumps(call).encode()):
        assert read_item(item)
        assert len(item.key) <= 400
