"""What events about an Instagram account say: every recorded body, and what none of them shows."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from connectors.base import Echo, Ignored, Message, RawItem, Reading, Status
from connectors.meta.pages import read_instagram
from connectors.meta.pages.cutting import cut
from tests.connectors.test_facebook_reading import TREES
from tests.emulators import pages_bodies as bodies

CORPORA = Path(os.environ.get("CORPORA") or Path(__file__).parents[2] / "../shared/corpora") / "payloads"
ACCOUNT, ANNA, AT = "17841405309211844", "1008374001", 1772442000
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
WHEN = datetime.fromtimestamp(AT, UTC)
MEDIA, BRUNO = "17900001", ("7002", "bruno.neri")
CDN = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=" + "a" * 400
needs_corpora = pytest.mark.skipif(not (CORPORA / "instagram").is_dir(), reason="the corpora are not here")


def recorded(folder: str) -> list[Path]:
    return sorted((CORPORA / folder).glob("*.json"))


def enveloped(content: dict[str, Any]) -> dict[str, Any]:
    """A whole call: the recorded bodies lack what they are about, one has its entries under another name."""
    return {"object": "instagram", "entry": content.get("entry") or content["messaging"]}


def items(body: bytes, account: str = ACCOUNT) -> list[RawItem]:
    return cut(body, "instagram", account, NOW)


def said(*events: dict[str, Any]) -> list[Reading]:
    return [one for item in items(bodies.call("instagram", ACCOUNT, *events)) for one in read_instagram(item)]


def message(content: dict[str, Any], **more: Any) -> Message:
    (one,) = said(bodies.message(ANNA, ACCOUNT, AT, content, **more))
    assert isinstance(one, Message)
    return one


def public(event: dict[str, Any]) -> Message:
    (one,) = said(event)
    assert isinstance(one, Message)
    return one


@needs_corpora
@pytest.mark.parametrize("path", recorded("instagram"), ids=lambda one: one.stem)
def test_every_recorded_body_is_read(path: Path) -> None:
    call = enveloped(json.loads(path.read_bytes()))
    (item,) = items(json.dumps(call).encode(), call["entry"][0]["id"])
    assert item.received_at == datetime(2021, 9, 8, 6, 34, 4, tzinfo=UTC)
    (reading,) = read_instagram(item)
    wanted = Echo if "echo" in path.stem else Status if "seen" in path.stem else Message
    assert isinstance(reading, wanted)
    if isinstance(reading, Message):
        assert reading.thread_key == reading.sender.address == "Sender-id-1"
        assert reading.text or reading.machine
    if "story_mention" in path.stem:
        told = reading.message if isinstance(reading, Echo) else reading
        assert isinstance(told, Message)
        assert told.facts["content"] == "story_mention"
    if "story_reply" in path.stem:
        assert isinstance(reading, Message)
        assert reading.facts["story_url"] == "https://chatwoot-assets.local/sample.png"
    if "unsend" in path.stem:
        assert isinstance(reading, Message)
        assert (reading.machine, reading.facts["revokes"]) == ("receipt", "message-id-to-delete")


@pytest.mark.skipif(not (CORPORA / "meta_examples").is_dir(), reason="the corpora are not here")
@pytest.mark.parametrize("path", recorded("meta_examples"), ids=lambda one: one.stem)
def test_what_is_whatsapps_is_recognised_as_not_ours(path: Path) -> None:
    (item,) = items(path.read_bytes())
    assert read_instagram(item) == [Ignored("not an event of Instagram")]


def test_what_is_shared_is_a_file_where_meta_keeps_one() -> None:
    reel = message(
        {"attachments": [{"type": "ig_reel", "payload": {"reel_video_id": "1", "title": "Montaggio", "url": CDN}}]}
    )
    assert (reel.text, reel.facts["content"], reel.facts["media_id"]) == ("🔗 Montaggio", "share", CDN)
    story = message({"attachments": [{"type": "story_mention", "payload": {"url": CDN}}]})
    assert (story.facts["content"], story.facts["media_id"]) == ("story_mention", CDN)
    reply = message({"text": "Bello", "reply_to": {"story": {"id": "5", "url": CDN}}})
    assert (reply.facts, reply.in_reply_to) == ({"story": "5", "story_url": CDN}, "")


def test_a_gif_or_what_else_it_does_not_tell_is_a_message_that_says_so() -> None:
    one = message({"is_unsupported": True})
    assert (one.text, one.facts["content"]) == ("⚠ unsupported", "unsupported")


def test_what_was_seen_is_named() -> None:
    (one,) = said(bodies.direct(ANNA, ACCOUNT, AT, {"read": {"mid": "m_1"}}))
    assert one == Status("m_1", "seen", at=WHEN, recipient=ANNA, alias="m_1")


def test_an_account_without_a_page_has_its_messages_as_changes() -> None:
    value = bodies.message(ANNA, ACCOUNT, AT, {"text": "Salve"}, "m_1")
    in_list = {"id": ACCOUNT, "time": AT, "changes": [{"field": "messages", "value": value}]}
    itself = {"id": ACCOUNT, "time": AT, "field": "messages", "value": value}
    for entry in (in_list, itself):
        body = json.dumps({"object": "instagram", "entry": [entry]}).encode()
        (item,) = items(body)
        (one,) = read_instagram(item)
        assert isinstance(one, Message)
        assert (item.key, item.body, one.text, item.meta["lane"]) == ("m_1", body, "Salve", ANNA)


def test_a_comment_is_a_public_message_in_a_talk_of_its_own() -> None:
    event = bodies.remark(MEDIA, BRUNO, "Che passo ha?", name="17858893269000001")
    (item,) = items(bodies.call("instagram", ACCOUNT, event))
    assert (item.key, item.meta) == ("comment:17858893269000001", {"lane": "7002"})
    one = public(event)
    assert (one.external_id, one.thread_key, one.in_reply_to) == ("17858893269000001", f"{MEDIA}:7002", MEDIA)
    assert (one.sender.name, one.text) == ("bruno.neri", "Che passo ha?")
    assert one.facts == {"public": "1", "item": "comment", "post": MEDIA}


def test_comments_on_broadcasts_and_advertisements_say_so() -> None:
    live = public(bodies.remark(MEDIA, BRUNO, "Ciao") | {"field": "live_comments"})
    assert live.facts["live"] == "1"
    advert = bodies.remark(MEDIA, BRUNO, "Prezzo?")
    advert["value"]["media"] |= {"ad_id": "6", "ad_title": "Giunti"}
    assert public(advert).facts == {
        "public": "1", "item": "comment", "post": MEDIA, "source_id": "6", "source_type": "ad", "headline": "Giunti",
    }  # fmt: skip


def test_our_own_comment_is_an_echo_of_what_it_answers() -> None:
    own = bodies.remark(MEDIA, (ACCOUNT, "giuntirossi"), "M8", name="2", parent="1")
    scoped = bodies.remark(MEDIA, ("99", "giuntirossi"), "M8", name="3", parent="1")
    scoped["value"]["from"]["self_ig_scoped_id"] = "99"
    for one in said(own, scoped):
        assert isinstance(one, Echo)
        assert (one.message.in_reply_to, one.message.thread_key) == ("1", "")


def test_a_mention_elsewhere_names_its_place_and_nobody() -> None:
    one = public({"field": "mentions", "value": {"media_id": "17900009", "comment_id": "17858"}})
    assert (one.external_id, one.thread_key, one.text) == ("17858", "17900009:mention.17858", "@")
    assert one.facts == {"public": "1", "item": "mention", "post": "17900009"}
    caption = public({"field": "mentions", "value": {"media_id": "17900009"}})
    assert (caption.external_id, caption.thread_key) == ("17900009", "17900009:mention.17900009")


def test_a_storys_figures_are_nothing_to_answer() -> None:
    (one,) = said({"field": "story_insights", "value": {"media_id": "1", "exits": 1}})
    assert one == Ignored("story_insights: no message")


@given(TREES, TREES, TREES)
def test_no_body_is_too_odd(value: Any, event: Any, entry: Any) -> None:
    changes = [{"field": "comments", "value": value}, {"field": "mentions", "value": value}, value]
    call = {"object": "instagram", "entry": [{"id": ACCOUNT, "messaging": event, "changes": changes}, entry]}
    for item in items(json.dumps(call).encode()):
        assert read_instagram(item)
        assert len(item.key) <= 400
