"""What events about a page say: every recorded body, and what none of them shows."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import child
from connectors.base import Echo, Ignored, Message, RawItem, Reading, Status
from connectors.meta.items import FOREIGN
from connectors.meta.pages import read_facebook
from connectors.meta.pages.cutting import LEFT_OUT, cut
from tests.emulators import pages_bodies as bodies

CORPORA = Path(os.environ.get("CORPORA") or Path(__file__).parents[2] / "../shared/corpora") / "payloads"
PAGE, ANNA, AT = "404217156637689", "1423587017700273", 1772442000
WHEN = datetime.fromtimestamp(AT, UTC)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
POST, BRUNO = f"{PAGE}_5501", ("7002", "Bruno Neri")
FBCDN = "https://scontent.xx.fbcdn.net/v/t1/picture.jpg?oh=" + "a" * 500
needs_corpora = pytest.mark.skipif(not (CORPORA / "messenger").is_dir(), reason="the corpora are not here")
# What a recorded body becomes, by a part of its name; where none fits, a message.
BECOMES = {
    "accountLinking": Ignored, "appRoles": Ignored, "checkoutUpdate": Ignored, "gamePlay": Ignored,
    "linkReferral": Ignored, "optin": Ignored, "ThreadControl": Ignored, "payment": Ignored,
    "policyEnforcement": Ignored, "botman-07": Ignored, "botman-12": Ignored, "botman-13": Ignored,
    "delivery": Status, "botman-09": Status, "-read": Status, "botman-10": Status,
    "echo": Echo, "botman-02": Echo,
}  # fmt: skip


def recorded() -> list[Path]:
    return sorted((CORPORA / "messenger").glob("*.json"))


def enveloped(content: dict[str, Any]) -> dict[str, Any]:
    """A whole call: some bodies are one entry's content, some one event's."""
    if "entry" in content:
        return content
    entry = content if "messaging" in content else {"messaging": [content]}
    return {"object": "page", "entry": [{"id": PAGE, "time": AT * 1000, **entry}]}


def items(body: bytes, page: str = PAGE, **how: Any) -> list[RawItem]:
    return cut(body, "page", page, NOW, **how)


def said(*events: dict[str, Any]) -> list[Reading]:
    return [one for item in items(bodies.call("page", PAGE, *events)) for one in read_facebook(item)]


def message(content: dict[str, Any]) -> Message:
    (one,) = said(bodies.message(ANNA, PAGE, AT, content))
    assert isinstance(one, Message)
    return one


def public(event: dict[str, Any]) -> Message:
    (one,) = said(event)
    assert isinstance(one, Message)
    return one


@needs_corpora
@pytest.mark.parametrize("path", recorded(), ids=lambda one: one.stem)
def test_every_recorded_body_is_read(path: Path) -> None:
    call = enveloped(json.loads(path.read_bytes()))
    body = json.dumps(call).encode()
    (item,) = items(body, call["entry"][0]["id"])
    assert item.body == body
    (reading,) = read_facebook(item)
    wanted = next((kind for part, kind in BECOMES.items() if part in path.stem), Message)
    assert isinstance(reading, wanted)
    if isinstance(reading, Message | Echo):
        told = reading.message if isinstance(reading, Echo) else reading
        assert told.thread_key
        assert told.text or told.machine
        assert told.facts.get("content") != "unknown"
    if isinstance(reading, Ignored):
        assert reading.reason not in ("not an event of Facebook", "")


def test_a_message_has_its_id_its_sender_and_its_time() -> None:
    (item,) = items(bodies.call("page", PAGE, bodies.message(ANNA, PAGE, AT, {"text": "Salve"}, "m_1")))
    assert (item.key, item.received_at, item.meta) == ("m_1", WHEN, {"lane": ANNA})
    (one,) = read_facebook(item)
    assert isinstance(one, Message)
    assert (one.external_id, one.sender.address, one.thread_key, one.text) == ("m_1", ANNA, ANNA, "Salve")
    assert (one.sent_at, one.facts, one.to) == (WHEN, {}, ())


def test_a_thousand_events_are_cut_into_each_and_told_again_are_the_same() -> None:
    events = [bodies.message(f"70{n:06d}", PAGE, AT + n, {"text": f"n. {n}"}) for n in range(990)]
    events += [bodies.comment(POST, BRUNO, f"c. {n}", AT) for n in range(10)]
    body = bodies.call("page", PAGE, *events)
    found = items(body)
    assert len({one.key for one in found}) == len(found) == 1000
    assert [read_facebook(one)[0].text for one in found[:990]] == [f"n. {n}" for n in range(990)]  # type: ignore[union-attr]
    later = {**json.loads(body)}
    later["entry"][0]["time"] += 60_000
    again = items(json.dumps(later).encode())
    assert [one.key for one in again] == [one.key for one in found]


def test_each_file_of_a_message_is_a_part() -> None:
    files = [{"type": "image", "payload": {"url": FBCDN}}, {"type": "file", "payload": {"url": "https://cdn.fbsbx.com/a/Disegno%201.pdf?x=1"}}]  # fmt: skip
    first, second = said(bodies.message(ANNA, PAGE, AT, {"text": "Ecco", "attachments": files}, "m_2"))
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert (first.external_id, first.text, first.facts) == ("m_2", "Ecco", {"content": "image", "media_id": FBCDN})
    assert (second.external_id, second.text, second.facts["file_name"]) == (
        "m_2:2",
        "📄 Disegno 1.pdf",
        "Disegno 1.pdf",
    )
    assert first.attachments == ()


@pytest.mark.parametrize(
    ("attachment", "words", "content"),
    [
        ({"type": "audio", "payload": {"url": FBCDN}}, "🎵", "audio"),
        ({"type": "video", "payload": {"url": FBCDN}}, "🎬", "video"),
        ({"type": "image", "payload": {"url": FBCDN, "sticker_id": 369239263222822}}, "🖼", "sticker"),
        ({"type": "location", "title": "Sede", "payload": {"coordinates": {"lat": 45.5, "long": 0}}}, "📍 Sede\n45.5, 0", "location"),
        ({"type": "fallback", "title": "Cuscinetti", "url": "https://firm.test/x"}, "🔗 Cuscinetti\nhttps://firm.test/x", "share"),
        ({"type": "template", "payload": {"template_type": "generic", "elements": [{"title": "A", "subtitle": "B"}]}}, "A\nB", "template"),
        ({"type": "hologram", "payload": {}}, "⚠ hologram", "unsupported"),
    ],
)  # fmt: skip
def test_what_is_no_text_is_shown_as_what_it_is(attachment: dict[str, Any], words: str, content: str) -> None:
    one = message({"attachments": [attachment]})
    assert (one.text, one.facts["content"]) == (words, content)


def test_a_button_and_where_the_customer_comes_from_are_told() -> None:
    referral = {"source": "ADS", "type": "OPEN_THREAD", "ref": "fiera", "ad_id": "6045", "ads_context_data": {"ad_title": "Giunti in offerta", "post_id": "9"}}  # fmt: skip
    (one,) = said(bodies.direct(ANNA, PAGE, AT, {"postback": {"title": "Inizia", "payload": "START", "referral": referral, "mid": "m_3"}}))  # fmt: skip
    assert isinstance(one, Message)
    assert (one.external_id, one.text) == ("m_3", "Inizia")
    assert one.facts == {
        "content": "button", "button": "START", "ref": "fiera", "source_type": "ad", "source_id": "6045",
        "headline": "Giunti in offerta", "ad_post": "9",
    }  # fmt: skip
    chosen = message({"text": "Rosso", "quick_reply": {"payload": "RED"}, "reply_to": {"mid": "m_1"}})
    assert (chosen.text, chosen.facts["button"], chosen.in_reply_to) == ("Rosso", "RED", "m_1")


def test_an_edit_is_a_message_and_signs_open_no_clock() -> None:
    edits = [bodies.direct(ANNA, PAGE, AT + n, {"message_edit": {"mid": "m_1", "text": f"{n}0 pezzi", "num_edit": n}}) for n in (1, 2)]  # fmt: skip
    assert [one.key for one in items(bodies.call("page", PAGE, *edits))] == ["m_1:edit:1", "m_1:edit:2"]
    first, second = said(*edits)
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert (first.text, first.machine, first.in_reply_to, first.facts["edits"]) == ("10 pezzi", None, "m_1", "m_1")
    assert first.external_id != second.external_id
    gone = message({"mid": "m_1", "is_deleted": True})
    assert (gone.machine, gone.text, gone.facts) == ("receipt", "", {"content": "revoke", "revokes": "m_1"})
    react = {"reaction": {"mid": "m_1", "action": "react", "reaction": "love", "emoji": "❤️"}}
    back = {"reaction": {"mid": "m_1", "action": "unreact", "reaction": "love", "emoji": "❤️"}}
    on, off = said(bodies.direct(ANNA, PAGE, AT, react), bodies.direct(ANNA, PAGE, AT + 1, back))
    assert isinstance(on, Message)
    assert isinstance(off, Message)
    assert [(one.machine, one.text, one.facts["reacts_to"]) for one in (on, off)] == [
        ("reaction", "❤️", "m_1"),
        ("reaction", "", "m_1"),
    ]


def test_our_own_sending_comes_back_by_our_name_and_what_others_wrote_by_theirs() -> None:
    ours = bodies.echo(PAGE, ANNA, AT, {"text": "Certo", "metadata": "<1@firm.test>"}, "m_7")
    theirs = bodies.echo(
        PAGE, ANNA, AT, {"text": "Sì", "metadata": "set by another app", "app_id": 263902037430900}, "m_8"
    )
    (one,), (other,) = (read_facebook(item) for item in items(bodies.call("page", PAGE, ours, theirs)))
    assert isinstance(one, Echo)
    assert isinstance(other, Echo)
    assert (one.message.external_id, one.message.alias, one.message.thread_key) == ("<1@firm.test>", "m_7", ANNA)
    assert (other.message.external_id, other.message.alias) == ("m_8", "")
    assert other.message.facts == {"app_id": "263902037430900"}
    assert [who.address for who in one.message.to] == [ANNA]
    assert items(bodies.call("page", PAGE, ours))[0].meta["lane"] == f"echo:{ANNA}"


def test_each_message_that_arrived_is_a_status_and_so_is_a_moment() -> None:
    told = bodies.delivered(ANNA, PAGE, ["m_7", "m_8"], AT)
    found = items(bodies.call("page", PAGE, told))
    assert len(found) == len({one.key for one in found}) == 2
    assert [read_facebook(one) for one in found] == [
        [Status(name, "delivered", at=WHEN, recipient=ANNA, alias=name)] for name in ("m_7", "m_8")
    ]
    read = bodies.direct(ANNA, PAGE, AT + 5, {"read": {"watermark": AT * 1000}})
    (one,) = said(read)
    assert isinstance(one, Status)
    assert (one.external_id, one.state, one.until, one.recipient) == ("", "seen", WHEN, ANNA)
    assert isinstance(said(bodies.direct(ANNA, PAGE, AT, {"read": {}}))[0], Ignored)


def test_a_moment_comes_through_the_parse_child_as_one() -> None:
    seen = Status("", "seen", at=WHEN, recipient=ANNA, until=WHEN)
    packed = json.loads(json.dumps(child._pack(seen, []), default=child._plain))
    assert child._unpack(packed, iter(())) == seen


def test_what_came_while_another_app_had_the_talk_is_taken_too() -> None:
    event = bodies.message(ANNA, PAGE, AT, {"text": "Salve"}, "m_9")
    call = {"object": "page", "entry": [{"id": PAGE, "time": AT, "standby": [event]}]}
    (item,) = items(json.dumps(call).encode())
    (one,) = read_facebook(item)
    assert isinstance(one, Message)
    assert (item.key, one.text, one.facts["standby"]) == ("m_9", "Salve", "1")


def test_another_page_of_the_firms_is_not_this_channel() -> None:
    (item,) = items(bodies.call("page", "999", bodies.message(ANNA, "999", AT, {"text": "x"})))
    assert item.meta[FOREIGN] == "999"
    (one,) = read_facebook(item)
    assert isinstance(one, Ignored)
    assert "999" in one.reason


def test_a_comment_is_a_public_message_in_a_talk_of_its_own() -> None:
    event = bodies.comment(POST, BRUNO, "Quanto costa?", AT, name="5501_61")
    (item,) = items(bodies.call("page", PAGE, event))
    assert (item.key, item.received_at, item.meta) == (f"comment:5501_61:add:{AT}", WHEN, {"lane": "7002"})
    one = public(event)
    assert (one.external_id, one.thread_key, one.in_reply_to) == ("5501_61", f"{POST}:7002", POST)
    assert (one.sender.address, one.sender.name, one.text, one.machine) == ("7002", "Bruno Neri", "Quanto costa?", None)
    assert one.facts == {
        "public": "1",
        "item": "comment",
        "post": POST,
        "post_url": f"https://www.facebook.com/{POST}",
    }


def test_a_comment_that_is_changed_or_removed_says_which() -> None:
    changed = [bodies.comment(POST, BRUNO, f"v. {n}", AT, name="5501_61", verb="edited") for n in (1, 2)]
    assert len({one.key for one in items(bodies.call("page", PAGE, *changed))}) == 2
    edited = public(changed[0])
    assert (edited.text, edited.machine, edited.in_reply_to, edited.facts["edits"]) == (
        "v. 1",
        None,
        "5501_61",
        "5501_61",
    )
    gone = public(bodies.comment(POST, BRUNO, "", AT, name="5501_61", verb="remove"))
    assert (gone.machine, gone.text, gone.facts["revokes"], gone.thread_key) == (
        "receipt",
        "",
        "5501_61",
        f"{POST}:7002",
    )
    assert len({edited.external_id, gone.external_id, "5501_61"}) == 3


def test_what_the_page_answers_in_public_is_an_echo_of_what_it_answers() -> None:
    event = bodies.comment(POST, (PAGE, "Giunti Rossi"), "12 €", AT, name="5501_62", parent="5501_61")
    (one,) = said(event)
    assert isinstance(one, Echo)
    assert (one.message.external_id, one.message.in_reply_to, one.message.thread_key) == ("5501_62", "5501_61", "")
    assert items(bodies.call("page", PAGE, event))[0].meta["lane"] == "echo:5501_61"


def test_what_visitors_post_and_where_they_name_the_page_are_messages() -> None:
    post = public(bodies.posted(f"{PAGE}_77", BRUNO, "Ottimo servizio", AT))
    assert (post.external_id, post.thread_key, post.facts["item"]) == (f"{PAGE}_77", f"{PAGE}_77:7002", "post")
    photo = public(bodies.posted(f"{PAGE}_78", BRUNO, "", AT, item="photo", link=FBCDN))
    assert (photo.text, photo.facts["content"], photo.facts["media_id"]) == ("📷", "image", FBCDN)
    album = bodies.posted(f"{PAGE}_79", BRUNO, "In opera", AT, photos=[FBCDN, f"{FBCDN}&2"])
    found = [one for one in said(album) if isinstance(one, Message)]
    assert [(one.external_id, one.text) for one in found] == [(f"{PAGE}_79", "In opera"), (f"{PAGE}_79:2", "📷")]
    value = {"item": "post", "verb": "add", "post_id": "1_2", "sender_id": "7003", "sender_name": "Carla", "message": "Bravi @Giunti", "created_time": AT}  # fmt: skip
    mention = public({"field": "mention", "value": value})
    assert (mention.sender.name, mention.thread_key, mention.facts["item"]) == ("Carla", "1_2:7003", "mention")


@pytest.mark.parametrize(
    "event",
    [
        bodies.posted(POST, (PAGE, "Giunti Rossi"), "Nuovo catalogo", AT),
        bodies.comment(POST, BRUNO, "", AT, item="reaction", reaction_type="like"),
        bodies.comment(POST, BRUNO, "", AT, item="like"),
        bodies.comment(POST, BRUNO, "", AT, verb="hide"),
        {"field": "leadgen", "value": {"leadgen_id": "1"}},
        {"field": "feed", "value": {}},
        {"field": "feed", "value": None},
    ],
)
def test_likes_own_posts_and_the_rest_are_nothing_to_answer(event: dict[str, Any]) -> None:
    (one,) = said(event)
    assert isinstance(one, Ignored)
    assert one.reason


def test_a_commenter_who_is_not_told_is_somebody() -> None:
    event = bodies.comment(POST, BRUNO, "Ciao", AT, name="5501_63")
    del event["value"]["from"]
    one = public(event)
    assert (one.sender.address, one.thread_key) == ("unknown.5501_63", f"{POST}:unknown.5501_63")


def test_comments_that_are_not_wanted_are_stored_and_left_out() -> None:
    event = bodies.comment(POST, BRUNO, "Ciao", AT)
    (item,) = items(bodies.call("page", PAGE, event), comments=False)
    assert item.meta[LEFT_OUT] == "1"
    assert read_facebook(item) == [Ignored("comments are not taken in here")]
    (direct,) = items(bodies.call("page", PAGE, bodies.message(ANNA, PAGE, AT, {"text": "x"})), comments=False)
    assert LEFT_OUT not in direct.meta


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"null", b'{"object": "instagram"}', b'{"object": "page"}', b"[" * 100_000, b'{"object": "page", "entry": [{"messaging": [{"sen'])  # fmt: skip
def test_what_is_none_of_facebooks_is_kept_whole_and_ignored(body: bytes) -> None:
    (item,) = items(body)
    assert item.body == body
    assert isinstance(read_facebook(item)[0], Ignored)


NAMES = st.sampled_from(
    [
        "object",
        "entry",
        "messaging",
        "standby",
        "changes",
        "value",
        "field",
        "sender",
        "recipient",
        "id",
        "timestamp",
        "message",
        "mid",
        "text",
        "is_echo",
        "is_deleted",
        "attachments",
        "type",
        "payload",
        "url",
        "coordinates",
        "lat",
        "elements",
        "title",
        "quick_reply",
        "postback",
        "reaction",
        "action",
        "emoji",
        "delivery",
        "mids",
        "read",
        "watermark",
        "message_edit",
        "num_edit",
        "reply_to",
        "story",
        "referral",
        "ads_context_data",
        "metadata",
        "tags",
        "source",
        "item",
        "verb",
        "post_id",
        "comment_id",
        "parent_id",
        "from",
        "name",
        "username",
        "created_time",
        "photo",
        "photos",
        "link",
        "media",
        "self_ig_scoped_id",
        "time",
    ]
)
WORDS = st.sampled_from(
    ["text", "feed", "comments", "mentions", "comment", "edited", "remove", PAGE, ANNA, "image", FBCDN]
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=40,
)


@given(TREES, TREES, TREES)
def test_no_body_is_too_odd(value: Any, event: Any, entry: Any) -> None:
    changes = [{"field": "feed", "value": value}, value]
    call = {"object": "page", "entry": [{"id": PAGE, "messaging": event, "changes": changes}, {"messaging": [event]}, entry]}  # fmt: skip
    for item in items(json.dumps(call).encode()):
        assert read_facebook(item)
        assert len(item.key) <= 400
