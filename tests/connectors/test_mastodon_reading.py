"""What posts say: every recorded answer of a server that holds one, and what none of them shows."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Echo, Ignored, Message, RawItem, Reading
from connectors.mastodon import read_item, words
from connectors.mastodon.reading import NOTIFICATIONS, POSTS
from tests.emulators import mastodon_bodies as bodies

CORPORA = Path(os.environ.get("CORPORA") or Path(__file__).parents[2] / "../shared/corpora") / "payloads/mastodon"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BASE = "https://firm.test"
US = bodies.account(BASE, "1001", "giunti", "Giunti Rossi")
ANNA = bodies.account(BASE, "7", "Anna@Altrove.test", "Anna Verdi")
META = {"domain": "firm.test", "own": "giunti", "app": "Centralino"}
needs_corpora = pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not here")


def read(body: Any, folder: str = NOTIFICATIONS, **meta: str) -> list[Reading]:
    return list(read_item(RawItem("1", NOW, json.dumps(body).encode(), {**META, "type": folder, **meta})))


def mention(content: str = "Buongiorno", *, kind: str = "mention", root: str = "", **more: Any) -> list[Message]:
    post = bodies.post(BASE, "55", ANNA, content, [US], **more)
    found = read(bodies.notification("9", kind, ANNA, post), **({"root": root} if root else {}))
    assert all(isinstance(one, Message) for one in found)
    return found  # type: ignore[return-value]


def own(content: str = "È H7.", **more: Any) -> Reading:
    post = bodies.post(BASE, "66", US, content, [ANNA], **more)
    (one,) = read(post, POSTS)
    return one


def recorded() -> Iterator[tuple[str, Any]]:
    """Every entity in the recorded answers, those of streams too."""
    for path in sorted(CORPORA.glob("*.json")):
        for answer in json.loads(path.read_text("utf-8")):
            body = answer["response"]["body"]
            lines = [one.removeprefix("data: ") for one in body.splitlines() if one.startswith("data: ")]
            for one in lines or [body]:
                try:
                    found = json.loads(one)
                except ValueError:
                    continue
                yield from ((path.stem, entity) for entity in (found if isinstance(found, list) else [found]))


@needs_corpora
def test_every_recorded_entity_is_a_message_a_post_of_ours_or_recognised() -> None:
    counted = {"mention": 0, "echo": 0, "other": 0, "aside": 0}
    for name, entity in recorded():
        assert all(isinstance(one, Ignored | Message | Echo) and one for one in read(entity)), name
        if not isinstance(entity, dict):
            continue
        if "created_at" in entity and "account" in entity and "type" in entity:
            (one, *_) = read(entity)
            is_mention = entity["type"] == "mention"
            assert isinstance(one, Message if is_mention else Ignored), (name, one)
            if isinstance(one, Message):
                assert one.external_id == entity["status"]["id"]
                assert one.text
                assert one.sender.address.endswith("@firm.test")
            counted["mention" if is_mention else "other"] += 1
        elif "visibility" in entity and ("content" in entity or "text" in entity):
            (one,) = read(entity, POSTS, own="admin")
            assert isinstance(one, Echo | Ignored), name
            counted["echo" if isinstance(one, Echo) else "aside"] += 1
        elif (post := entity.get("last_status")) is not None:
            # A talk's last post, as it would have been told.
            (one, *_) = read(
                {
                    "id": "1",
                    "type": "mention",
                    "created_at": post["created_at"],
                    "account": post["account"],
                    "status": post,
                }
            )
            assert isinstance(one, Message)
            assert ":" not in one.thread_key
    assert counted["mention"] >= 5
    assert counted["echo"] >= 3
    assert counted["other"] >= 3


def test_a_public_mention_belongs_to_its_person_and_thread() -> None:
    (one,) = mention("Quanto costa il GX-40?")
    assert (one.text, one.sender.address, one.sender.name) == (
        "Quanto costa il GX-40?",
        "anna@altrove.test",
        "Anna Verdi",
    )
    assert one.thread_key == "55:anna@altrove.test"
    assert one.facts["public"] == "1"
    (later,) = mention("E il GX-50?", in_reply_to_id="54", root="40")
    assert (later.thread_key, later.in_reply_to) == ("40:anna@altrove.test", "54")


@pytest.mark.parametrize("visibility", ["direct", "private"])
def test_what_not_everybody_reads_belongs_to_its_person(visibility: str) -> None:
    (one,) = mention(visibility=visibility, root="40")
    assert one.thread_key == "anna@altrove.test"
    assert "public" not in one.facts


def test_who_is_at_home_on_our_server_is_named_with_it() -> None:
    post = bodies.post(BASE, "55", bodies.account(BASE, "8", "bruno", ""), "Ciao", [US])
    (one,) = read(bodies.notification("9", "mention", ANNA, post))
    assert isinstance(one, Message)
    assert (one.sender.address, one.sender.name) == ("bruno@firm.test", "bruno")


def test_each_file_is_a_part_of_its_own_at_our_servers_address() -> None:
    files = [
        bodies.media(BASE, "1", "image/png", "il foro"),
        bodies.media(BASE, "2", "video/mp4"),
        bodies.media(BASE, "3", "application/pdf", ready=False),
    ]
    first, second, third = mention("Ecco", media_attachments=files)
    assert (first.external_id, first.text, first.facts["media_id"]) == ("55", "Ecco", f"{BASE}/media/1")
    assert (second.external_id, second.facts["content"], second.text) == ("55:1", "video", "🎬")
    assert "media_id" not in third.facts
    assert not any("elsewhere" in value for one in (first, second, third) for value in one.facts.values())


def test_a_warning_and_a_polls_choices_are_part_of_the_words() -> None:
    (one,) = mention("Quale?", spoiler_text="Reclamo", poll={"options": [{"title": "H7"}, {"title": "H8"}]})
    assert one.text == "Reclamo\n\nQuale?\n▢ H7\n▢ H8"
    assert one.facts["warning"] == "1"


def test_a_change_is_a_further_message_about_the_first() -> None:
    (one,) = mention("Buonasera", kind="update", edited_at="2026-03-02T09:00:00.000Z")
    assert one.external_id == "55:edit:2026-03-02T09:00:00.000Z"
    assert (one.in_reply_to, one.facts["edits"]) == ("55", "55")


def test_a_change_of_what_is_not_written_to_us_is_put_aside() -> None:
    post = bodies.post(BASE, "55", ANNA, "Altro", [])
    (one,) = read(bodies.notification("9", "update", ANNA, post))
    assert isinstance(one, Ignored)


@pytest.mark.parametrize("kind", ["favourite", "reblog", "follow", "poll", "status", "admin.report", ""])
def test_what_is_nothing_to_answer_is_put_aside_with_its_name(kind: str) -> None:
    (one,) = read(bodies.notification("9", kind, ANNA))
    assert isinstance(one, Ignored)
    assert (kind or "no type") in one.reason


def test_only_a_link_by_https_is_kept() -> None:
    assert "post_url" in mention()[0].facts
    assert "post_url" not in mention(url="javascript:alert(1)")[0].facts


def test_an_answer_given_in_mastodon_itself_is_an_echo() -> None:
    one = own(in_reply_to_id="55", in_reply_to_account_id="7")
    assert isinstance(one, Echo)
    assert (one.message.thread_key, one.message.in_reply_to) == ("", "55")
    assert [to.address for to in one.message.to] == ["anna@altrove.test"]
    direct = own(in_reply_to_id="55", in_reply_to_account_id="7", visibility="direct")
    assert isinstance(direct, Echo)
    assert direct.message.thread_key == "anna@altrove.test"


def test_what_answers_nobody_and_further_parts_of_ours_are_put_aside() -> None:
    assert isinstance(own(), Ignored)
    app = {"application": {"name": "Centralino", "website": None}}
    assert isinstance(own(in_reply_to_id="65", in_reply_to_account_id="1001", **app), Ignored)
    assert isinstance(own(in_reply_to_id="55", in_reply_to_account_id="7", **app), Echo)
    assert isinstance(own(in_reply_to_id="55", reblog={"id": "1"}), Ignored)


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ("<p>@giunti buongiorno</p>", "buongiorno"),
        ("<p>@giunti@firm.test, buongiorno</p>", "buongiorno"),
        ("<p>@giunti @bruno buongiorno</p>", "@bruno buongiorno"),
        ("<p>@giuntirossi buongiorno</p>", "@giuntirossi buongiorno"),
        ("<p>@giunti</p>", "@giunti"),
        ("<p>uno<br>due</p><p>tre</p>", "uno\ndue\n\ntre"),
        (
            '<p><a href="https://firm.test/a"><span class="invisible">https://</span><span>firm.test/</span><span class="invisible">a</span></a></p>',
            "https://firm.test/a",
        ),
        ("<p>a &lt;b&gt; &amp; c</p>", "a <b> & c"),
    ],
)
def test_html_becomes_words_without_our_own_name_in_front(html: str, told: str) -> None:
    assert words.of_post(html, "", ["giunti", "giunti@firm.test"]) == told


def test_in_a_direct_answer_nobody_is_mentioned() -> None:
    told = words.without_mentions("Chieda a @bruno@altrove.test o a info@firm.test, @carla")
    assert told == "Chieda a @\u2060bruno@altrove.test o a info@firm.test, @\u2060carla"


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "acct", "type", "content", "url", "options", "title"]), inner, max_size=4), max_leaves=10)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(["mention", "update", "favourite"]),
    st.dictionaries(st.sampled_from(sorted(bodies.post(BASE, "1", ANNA, ""))), JSON),
    st.sampled_from([NOTIFICATIONS, POSTS]),
)
def test_whatever_comes_something_is_said_of_it(kind: str, post: dict[str, Any], folder: str) -> None:
    body = {"type": kind, "status": {"id": "5", **post}} if folder == NOTIFICATIONS else post
    assert read(body, folder)


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_put_aside(body: bytes) -> None:
    assert isinstance(read_item(RawItem("1", NOW, body, META))[0], Ignored)
