"""The WhatsApp channel against the emulated Graph API: what it sends, fetches and makes of refusals."""

import random
import time
from collections.abc import Iterator

import pytest

from connectors.abilities import Challenged, KeepsFiles
from connectors.base import Address, Attachment, ConnectorError, Outbound, Push, Template, WebhookRequest
from connectors.meta import graph
from connectors.meta.errors import BUSY_SECONDS
from connectors.meta.whatsapp import WhatsappChannel
from tests.emulators import graph_bodies as bodies
from tests.emulators.graph import GraphEmulator

ANNA = "393331234567"


@pytest.fixture
def meta() -> Iterator[GraphEmulator]:
    with GraphEmulator() as emulator:
        emulator.heard[ANNA] = time.time()
        yield emulator


@pytest.fixture
def channel(meta: GraphEmulator) -> WhatsappChannel:
    return made(meta)


def made(meta: GraphEmulator, **more: str) -> WhatsappChannel:
    given = {
        "phone_number_id": meta.number_id,
        "token": meta.token,
        "secret": meta.secret,
        "webhook_secret": meta.verify,
    }
    return WhatsappChannel(**{**given, "api_base": meta.url, **more})


def answer(text: str = "Buongiorno", to: str = ANNA, **more: object) -> Outbound:
    return Outbound([Address(to)], text, external_id="<1@firm.test>", **more)  # type: ignore[arg-type]


def failure(channel: WhatsappChannel, message: Outbound) -> tuple[ConnectorError, int]:
    """What a send raised, and how often it had committed."""
    commits: list[int] = []
    with pytest.raises(ConnectorError) as caught:
        channel.send(message, lambda: commits.append(1))
    return caught.value, len(commits)


def test_it_has_the_abilities_of_a_channel_that_is_called(channel: WhatsappChannel) -> None:
    assert isinstance(channel, Push)
    assert isinstance(channel, Challenged)
    assert isinstance(channel, KeepsFiles)


@pytest.mark.parametrize(
    "given",
    [{"phone_number_id": "+39 0421"}, {"token": "two words"}, {"secret": "a b"}, {"api_base": "http://meta.test"}],
)
def test_a_bad_setting_is_refused_without_a_network(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"phone_number_id|token|secret|url"):
        WhatsappChannel(**{"phone_number_id": "1", "token": "t", **given})


def test_the_check_tells_the_numbers_name(channel: WhatsappChannel) -> None:
    assert list(channel.check()) == [
        "WhatsApp number +39 0421 000000 (Giunti Rossi) answers",
        "Meta rates its quality as good",
    ]
    assert channel.address() == "+39 0421 000000"


def test_a_wrong_token_is_told_as_such(meta: GraphEmulator) -> None:
    with pytest.raises(ConnectorError, match="access token") as caught:
        made(meta, token="old").check()
    assert (caught.value.permanent, caught.value.code) == (True, "token")


def test_a_text_goes_in_context_with_our_name_for_it(meta: GraphEmulator, channel: WhatsappChannel) -> None:
    sent = channel.send(answer(in_reply_to="wamid.question"), lambda: None)
    (one,) = meta.sent
    assert sent.provider_id == one["id"]
    assert one["to"] == ANNA
    assert one["text"] == {"body": "Buongiorno", "preview_url": False}
    assert one["context"] == {"message_id": "wamid.question"}
    assert one["biz_opaque_callback_data"] == "<1@firm.test>"


def test_who_has_no_visible_number_is_written_to_by_id(meta: GraphEmulator, channel: WhatsappChannel) -> None:
    meta.heard["US.13491208655302741918"] = time.time()
    channel.send(answer(to="US.13491208655302741918"), lambda: None)
    assert meta.sent[0]["recipient"] == "US.13491208655302741918"
    assert "to" not in meta.sent[0]


def test_a_long_text_goes_in_pieces(meta: GraphEmulator, channel: WhatsappChannel) -> None:
    text = "\n\n".join("parola " * 200 for _ in range(8)).strip()
    channel.send(answer(text), lambda: None)
    pieces = [one["text"]["body"] for one in meta.sent]
    assert len(pieces) > 2
    assert max(map(len, pieces)) <= 4096
    assert " ".join(pieces).split() == text.split()
    assert meta.refused == []


def test_files_are_left_there_first_and_sent_by_id(meta: GraphEmulator, channel: WhatsappChannel) -> None:
    files = [Attachment('a"b.pdf', "application/pdf", b"%PDF \x00\r\n--"), Attachment("c.png", "image/png", b"\x89PNG")]
    channel.send(answer(attachments=files), lambda: None)
    assert [one["type"] for one in meta.sent] == ["text", "document", "image"]
    assert [meta.media[one[one["type"]]["id"]][1] for one in meta.sent[1:]] == [one.content for one in files]
    assert meta.sent[1]["document"]["filename"] == 'a"b.pdf'


def test_a_template_goes_by_name_and_values(meta: GraphEmulator, channel: WhatsappChannel) -> None:
    meta.heard.clear()
    meta.templates["answer_ready", "it"] = 1
    channel.send(answer(template=Template("answer_ready", "it", ["Anna"])), lambda: None)
    assert meta.sent[0]["template"]["components"] == [
        {"type": "body", "parameters": [{"type": "text", "text": "Anna"}]}
    ]
    error, _ = failure(channel, answer(template=Template("answer_ready", "it")))
    assert error.permanent
    assert "132000" in error.reason


def test_nothing_to_say_is_not_sent(meta: GraphEmulator, channel: WhatsappChannel) -> None:
    assert failure(channel, answer("  "))[0].permanent
    assert failure(channel, Outbound([], "x"))[0].permanent
    assert failure(channel, answer(attachments=[Attachment("x", "text/plain", b"")]))[1] == 0
    assert meta.sent == []


def test_outside_the_window_it_is_refused_for_good(meta: GraphEmulator, channel: WhatsappChannel) -> None:
    meta.heard.clear()
    error, commits = failure(channel, answer())
    assert (error.permanent, error.code, error.uncertain, commits) == (True, "window", False, 1)


@pytest.mark.parametrize("code", [4, 17, 80007, 130429, 131056])
def test_a_busy_platform_is_asked_again_later(meta: GraphEmulator, channel: WhatsappChannel, code: int) -> None:
    meta.fail("messages", 400, code)
    error, _ = failure(channel, answer())
    assert (error.permanent, error.uncertain, error.retry_after) == (False, False, BUSY_SECONDS)


def test_it_is_left_alone_as_long_as_it_asks(meta: GraphEmulator, channel: WhatsappChannel) -> None:
    meta.fail("messages", 429, 1, retry_after=17)
    assert failure(channel, answer())[0].retry_after == 17


def test_its_own_failure_passes_but_a_gateways_page_leaves_a_doubt(
    meta: GraphEmulator, channel: WhatsappChannel
) -> None:
    meta.fail("messages", 500, 131016)
    error, _ = failure(channel, answer())
    assert (error.permanent, error.uncertain) == (False, False)
    meta.fail("messages", 502, page=b"<html>Bad Gateway")
    assert failure(channel, answer())[0].uncertain


@pytest.mark.parametrize("handled", [True, False])
def test_a_connection_that_breaks_leaves_a_doubt(meta: GraphEmulator, channel: WhatsappChannel, handled: bool) -> None:
    meta.drop("messages", handled=handled)
    error, commits = failure(channel, answer())
    assert (error.uncertain, commits) == (True, 1)


def test_no_answer_in_time_leaves_a_doubt(
    meta: GraphEmulator, channel: WhatsappChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph.http, "SECONDS", 0.3)
    meta.slow("messages", 1)
    assert failure(channel, answer())[0].uncertain


def test_a_server_that_is_not_there_was_not_reached(meta: GraphEmulator) -> None:
    error, _ = failure(made(meta, api_base="http://127.0.0.1:9"), answer())
    assert (error.uncertain, error.code) == (False, "refused")


def test_half_an_answer_is_never_repeated(meta: GraphEmulator, channel: WhatsappChannel) -> None:
    meta.fail("messages", 200, page=b'{"messages": [{"id": "wamid.1"}]}')
    meta.fail("messages", 429, 4)
    error, _ = failure(channel, answer("x" * 5000))
    assert error.uncertain
    assert "Only 1 of 2 parts" in error.reason


def test_a_customers_file_is_fetched_by_its_id(meta: GraphEmulator, channel: WhatsappChannel) -> None:
    number = meta.keep(b"a picture", "image/jpeg")
    assert channel.fetch_file(number, 1000) == Attachment("", "image/jpeg", b"a picture")
    with pytest.raises(ConnectorError, match="larger") as caught:
        channel.fetch_file(number, 5)
    assert caught.value.permanent
    with pytest.raises(ConnectorError, match="does not exist"):
        channel.fetch_file("999", 1000)


@pytest.mark.parametrize("host", ["http://169.254.169.254", "https://evil.test", "http://lookaside.fbsbx.com", "https://lookaside.fbsbx.com.evil.test", "https://x@lookaside.fbsbx.com"])  # fmt: skip
def test_no_file_is_fetched_from_anywhere_else(meta: GraphEmulator, channel: WhatsappChannel, host: str) -> None:
    meta.file_host = host
    with pytest.raises(ConnectorError, match="not Meta's") as caught:
        channel.fetch_file(meta.keep(b"x", "image/png"), 1000)
    assert caught.value.permanent
    assert not any("/files/" in one for one in meta.calls)


def test_a_name_that_is_no_id_asks_for_nothing(meta: GraphEmulator, channel: WhatsappChannel) -> None:
    for name in ("../me", "1?access_token=", "", "a/b"):
        with pytest.raises(ConnectorError):
            channel.fetch_file(name, 1000)
    assert meta.calls == []


def test_a_thousand_false_bodies_are_refused_and_each_true_one_taken(
    meta: GraphEmulator, channel: WhatsappChannel
) -> None:
    chance = random.Random(8)
    body = bodies.call(bodies.message(meta.number_id, ANNA, "Anna Perù", 1772442000, bodies.words("È pronto? 👍")))
    told = bodies.headers(body, meta.secret)
    assert len(channel.accept(WebhookRequest("POST", told, {}, body))) == 1
    refused = 0
    for number in range(1000):
        false, headers = _falsified(number, chance, body, told, meta.secret)
        with pytest.raises(ConnectorError) as caught:
            channel.accept(WebhookRequest("POST", headers, {}, false))
        refused += caught.value.permanent
    assert refused == 1000


def _falsified(
    number: int, chance: random.Random, body: bytes, told: dict[str, str], secret: str
) -> tuple[bytes, dict[str, str]]:
    import json

    place = chance.randrange(len(body))
    match number % 8:
        case 0:  # forged: one byte is another
            return body[:place] + bytes([body[place] ^ (1 << chance.randrange(8))]) + body[place + 1 :], told
        case 1:  # truncated
            return body[:place], told
        case 2:  # the same, written in another way
            return json.dumps(
                json.loads(body), ensure_ascii=False, indent=chance.choice([None, 1, 2])
            ).encode() + b" " * (number % 3), told
        case 3:  # unsigned
            return body, {}
        case 4:  # signed with another secret
            return body, bodies.headers(body, f"{chance.getrandbits(128):032x}")
        case 5:  # the older signature, or half of ours
            return body, {
                "x-hub-signature": told["x-hub-signature-256"],
                "x-hub-signature-256": told["x-hub-signature-256"][: 7 + chance.randrange(64)],
            }
        case 6:  # something before or behind it
            return chance.choice([body + b"\n", b"\xef\xbb\xbf" + body, body * 2]), told
        case _:  # signed, without or with strange words before it
            return body, {
                "x-hub-signature-256": chance.choice(["", "SHA256=", "sha1=", "è="]) + told["x-hub-signature-256"][7:]
            }


def test_without_an_app_secret_nothing_is_taken(meta: GraphEmulator) -> None:
    body = bodies.call()
    with pytest.raises(ConnectorError):
        made(meta, secret="").accept(WebhookRequest("POST", bodies.headers(body, ""), {}, body))


def test_the_challenge_comes_back_only_for_our_token(meta: GraphEmulator, channel: WhatsappChannel) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": meta.verify, "hub.challenge": "42"}
    assert channel.challenge(WebhookRequest("GET", {}, asked, b"")) == "42"
    for wrong in ({"hub.verify_token": "x"}, {"hub.mode": "x"}, {"hub.challenge": ""}, {"hub.challenge": "x" * 501}):
        with pytest.raises(ConnectorError):
            channel.challenge(WebhookRequest("GET", {}, {**asked, **wrong}, b""))
    with pytest.raises(ConnectorError):
        made(meta, webhook_secret="").challenge(WebhookRequest("GET", {}, {**asked, "hub.verify_token": ""}, b""))
