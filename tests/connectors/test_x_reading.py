"""What posts and direct messages on X say: every recorded call, pages, and what none of them shows."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Echo, Ignored, Message, RawItem, Reading
from connectors.x import read_item
from connectors.x.cutting import DIRECT, POST, of_call, of_page

CORPORA = Path(os.environ.get("CORPORA") or Path(__file__).parents[2] / "../shared/corpora") / "payloads/x"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
needs_corpora = pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not here")
# What a recorded call becomes.
BECOMES = {
    "chatwoot-twitter_dm_image_event": Message, "direct_message-incoming": Message,
    "direct_message-incoming_with_media": Message, "direct_message-outgoing": Echo,
    "direct_message_indicate_typing": Ignored, "direct_message_mark_read": Ignored, "favorited": Ignored,
    "follow-unfollow": Ignored, "tweet_create-outgoing": Ignored, "tweet_create-retweet": Ignored,
    "tweet_create-user_mention_extended": Message, "tweet_create-user_mention_with_url": Message,
}  # fmt: skip


def recorded(name: str) -> list[Reading]:
    body = (CORPORA / f"{name}.json").read_bytes()
    return [one for item in of_call(body, json.loads(body)["for_user_id"]) for one in read_item(item)]


def page(kind: str, data: dict[str, Any], includes: dict[str, Any] | None = None) -> Reading:
    (item,) = of_page({"data": [data], "includes": includes or {}}, kind, "1001")
    (one,) = read_item(item)
    return one


def post(**more: Any) -> dict[str, Any]:
    return {
        "id": "55",
        "text": "@giunti Quanto costa?",
        "author_id": "7",
        "created_at": "2026-03-02T09:00:00.000Z",
        "lang": "it",
        **more,
    }


def message(reading: Reading) -> Message:
    assert isinstance(reading, Message)
    return reading


@needs_corpora
def test_every_recorded_call_is_recognised() -> None:
    assert {path.stem for path in CORPORA.glob("*.json")} == set(BECOMES)
    for name, kind in BECOMES.items():
        found = recorded(name)
        assert found, name
        assert all(isinstance(one, kind) for one in found), (name, found)


@needs_corpora
def test_recorded_words_are_whole() -> None:
    long = message(recorded("tweet_create-user_mention_extended")[0])
    assert long.text.endswith('The full tweet body is passed in an "extended_tweet" property.')
    assert (long.sender.address, long.sender.name) == ("1205290247124217856", "pennbrooke")
    assert (long.thread_key, long.facts["public"]) == ("public:1205290247124217856", "1")
    assert "t.co" not in message(recorded("tweet_create-user_mention_with_url")[0]).text
    assert long.sent_at == datetime(2019, 12, 23, 13, 3, 29, tzinfo=UTC)
    (said,) = recorded("direct_message-incoming")
    assert (message(said).text, message(said).thread_key) == ("Yes, you are!", "1205290247124217856")
    assert message(recorded("direct_message-incoming_with_media")[0]).facts["content"] == "video"
    assert message(recorded("chatwoot-twitter_dm_image_event")[0]).facts["content"] == "image"
    (sent,) = recorded("direct_message-outgoing")
    assert isinstance(sent, Echo)
    assert sent.message.thread_key == sent.message.to[0].address != sent.message.sender.address


def test_a_mention_on_a_page_is_a_public_message() -> None:
    one = message(page(POST, post(referenced_tweets=[{"type": "replied_to", "id": "54"}])))
    assert (one.external_id, one.in_reply_to, one.thread_key) == ("55", "54", "public:7")
    assert (one.facts["public"], one.facts["language"]) == ("1", "it")


def test_long_posts_links_and_signs_are_whole() -> None:
    entities = {"urls": [{"url": "https://t.co/a", "expanded_url": "https://giunti.it/GX-40"}]}
    one = message(
        page(POST, post(text="corto…", note_tweet={"text": "A &amp; B https://t.co/a", "entities": entities}))
    )
    assert one.text == "A & B https://giunti.it/GX-40"


def test_a_picture_is_fetched_where_x_keeps_it_and_its_link_is_left_out() -> None:
    entities = {"urls": [{"url": "https://t.co/a", "expanded_url": "https://x.com/a/photo/1", "media_key": "3_1"}]}
    media = {"media": [{"media_key": "3_1", "type": "photo", "url": "https://pbs.twimg.com/media/a.jpg"}]}
    one = message(
        page(POST, post(text="Ecco https://t.co/a", entities=entities, attachments={"media_keys": ["3_1"]}), media)
    )
    assert (one.text, one.facts["media_id"], one.facts["content"]) == (
        "Ecco",
        "https://pbs.twimg.com/media/a.jpg",
        "image",
    )


def test_what_is_passed_on_is_put_aside() -> None:
    assert isinstance(page(POST, post(referenced_tweets=[{"type": "retweeted", "id": "1"}])), Ignored)


def direct(**more: Any) -> dict[str, Any]:
    return {
        "id": "9",
        "event_type": "MessageCreate",
        "text": "Ciao",
        "sender_id": "7",
        "dm_conversation_id": "7-1001",
        **more,
    }


def test_a_direct_message_belongs_to_its_person() -> None:
    one = message(page(DIRECT, direct()))
    assert (one.external_id, one.thread_key, one.sender.address) == ("dm.9", "7", "7")
    assert "public" not in one.facts


def test_what_we_wrote_ourselves_is_an_echo() -> None:
    one = page(DIRECT, direct(sender_id="1001"))
    assert isinstance(one, Echo)
    assert (one.message.thread_key, [to.address for to in one.message.to]) == ("7", ["7"])
    answer = page(
        POST, post(author_id="1001", in_reply_to_user_id="7", referenced_tweets=[{"type": "replied_to", "id": "54"}])
    )
    assert isinstance(answer, Echo)
    assert answer.message.thread_key == "public:7"
    assert isinstance(page(POST, post(author_id="1001")), Ignored)


def test_a_talk_of_several_is_known_as_one() -> None:
    one = message(page(DIRECT, direct(dm_conversation_id="1578398451921985538")))
    assert (one.thread_key, one.facts["group"]) == ("group.1578398451921985538", "1578398451921985538")


def test_who_joins_or_leaves_says_nothing() -> None:
    assert isinstance(page(DIRECT, direct(event_type="ParticipantsJoin")), Ignored)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "id_str", "url", "media", "urls", "type", "text", "message_data", "sender_id"]), inner, max_size=4), max_leaves=10)  # fmt: skip
NAMES = ["data", "includes", "tweet_create_events", "direct_message_events", "users", "follow_events", "for_user_id"]


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4))
def test_whatever_comes_something_is_said_of_it(body: dict[str, Any]) -> None:
    content = json.dumps(body).encode()
    assert read_item(RawItem("1", NOW, content, {"own": "1001"}))
    for item in of_call(content, "1001"):
        assert read_item(item)


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_put_aside(body: bytes) -> None:
    assert isinstance(read_item(RawItem("1", NOW, body, {}))[0], Ignored)
