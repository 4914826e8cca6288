"""The webhook channel against a real server: what it sends, that it is signed, and what becomes of every answer."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from connectors import http, registry
from connectors.base import Address, ConnectorError, Ignored, Outbound, RawItem
from connectors.webhook import WebhookChannel
from tests.parts import receiver as receiver_part
from tests.parts.receiver import Answer, Receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TEXT = json.dumps({"type": "conversation.routed", "team": "R&S", "tags": ["qualità"]}, ensure_ascii=False)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiver_part.running() as one:
        yield one


def channel(url: str, **more: str) -> WebhookChannel:
    built = registry.build("webhook", {"url": url, "secret": SECRET, **more})
    assert isinstance(built, WebhookChannel)
    return built


def send(one: WebhookChannel, number: str = "msg_1") -> list[str]:
    calls: list[str] = []
    message = Outbound(to=[Address(one.address())], text=TEXT, external_id=number)
    assert one.send(message, lambda: calls.append("committing")).provider_id == number
    return calls


def refused(receiver: Receiver, *answers: Answer) -> ConnectorError:
    receiver.answers += answers
    with pytest.raises(ConnectorError) as error:
        send(channel(receiver.url()))
    return error.value


def test_what_is_sent_is_signed(receiver: Receiver) -> None:
    assert send(channel(receiver.url())) == ["committing"]
    ((path, headers, body),) = receiver.got
    assert (path, headers["content-type"], body) == ("/hooks/secret-path", "application/json", TEXT.encode())
    assert Webhook(SECRET).verify(body, headers) == json.loads(TEXT)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"R&S", b"R&D"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "B" * 32).verify(body, headers)


def test_a_repeat_has_the_same_id_and_a_time_of_its_own(receiver: Receiver) -> None:
    one = channel(receiver.url())
    receiver.answers.append(Answer(503))
    with pytest.raises(ConnectorError):
        send(one)
    time.sleep(1.1)
    send(one)
    first, second = (headers for _, headers, _ in receiver.got)
    assert first["webhook-id"] == second["webhook-id"] == "msg_1"
    assert int(second["webhook-timestamp"]) > int(first["webhook-timestamp"])
    assert Webhook(SECRET).verify(receiver.got[1][2], second)


def test_nothing_is_sent_where_committing_refuses(receiver: Receiver) -> None:
    def refuse() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        channel(receiver.url()).send(Outbound(to=[], text=TEXT, external_id="msg_1"), refuse)
    assert receiver.got == []


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_success(receiver: Receiver, status: int) -> None:
    receiver.answers.append(Answer(status))
    send(channel(receiver.url()))


@pytest.mark.parametrize("status", [400, 401, 404, 410, 418])
def test_other_4xx_are_for_good(receiver: Receiver, status: int) -> None:
    error = refused(receiver, Answer(status, {"Retry-After": "5"}, [b"no\r\n such hook"]))
    assert (error.permanent, error.retry_after, error.uncertain) == (True, 0, False)
    assert error.reason == f"127.0.0.1:{receiver.port} answered {status}: no such hook"
    assert "secret-path" not in error.reason


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_429_and_5xx_pass_and_say_how_long(receiver: Receiver, status: int) -> None:
    error = refused(receiver, Answer(status, {"Retry-After": "120"}))
    assert (error.permanent, error.retry_after, error.uncertain) == (False, 120, False)


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("0", 0, 0),
        ("1000000000000", 21_600, 21_600),
        ("soon", 0, 0),
        ("-5", 0, 0),
        ("²", 0, 0),
        ("nan", 0, 0),
        ("Mon, 99 Foo 2026 99:99:99 GMT", 0, 0),
    ],
)
def test_how_long_to_wait(value: str, least: float, most: float) -> None:
    assert least <= http.Answer(503, {"retry-after": value}, b"").retry_after <= most


def test_until_when_to_wait() -> None:
    for minutes, least, most in ((30, 1_700, 1_801), (-5_000, 0, 0), (50_000, 21_600, 21_600)):
        moment = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
        assert least <= http.Answer(503, {"retry-after": moment}, b"").retry_after <= most


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    with receiver_part.running() as other:
        error = refused(receiver, Answer(307, {"Location": other.url()}))
        assert other.got == []
    assert error.permanent
    assert "points to another address (307)" in error.reason


def test_a_huge_answer_is_read_no_further(receiver: Receiver) -> None:
    receiver.answers.append(Answer(200, {}, [b"x" * 65_536] * 2_000))
    began = time.monotonic()
    send(channel(receiver.url()))
    assert time.monotonic() - began < 5
    receiver.answers.append(Answer(200, {}, [b"y" * 100_000]))
    assert http.post(receiver.url(), b"{}", {}).body == b"y" * http.MOST_BYTES


def test_a_packed_answer_is_not_unpacked(receiver: Receiver) -> None:
    receiver.answers.append(Answer(200, {"Content-Encoding": "gzip"}, [b"\x1f\x8b no gzip"]))
    assert http.post(receiver.url(), b"{}", {}).body == b"\x1f\x8b no gzip"
    assert receiver.got[0][1]["accept-encoding"] == "identity"


def test_a_slow_answer_has_a_deadline_for_all_of_it(receiver: Receiver) -> None:
    """Each piece comes in time; together they do not."""
    receiver.answers.append(Answer(200, {}, [b"x"] * 100, pause=0.2))
    began = time.monotonic()
    with pytest.raises(ConnectorError, match=r"did not answer within 1 s") as error:
        http.post(receiver.url(), b"{}", {}, seconds=1)
    assert time.monotonic() - began < 3
    assert (error.value.code, error.value.permanent) == ("timeout", False)


def test_a_slow_beginning_has_one_too() -> None:
    with listening(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1_000, pause=0.2) as port:
        with pytest.raises(ConnectorError, match="did not answer within 1 s"):
            http.post(f"http://127.0.0.1:{port}/", b"{}", {}, seconds=1)


def test_who_breaks_off_or_speaks_nonsense_may_do_better_later() -> None:
    for said in (b"", b"220 smtp.firm.test ESMTP\r\n"):
        with listening(said) as port, pytest.raises(ConnectorError) as error:
            send(channel(f"http://127.0.0.1:{port}/"))
        assert not error.value.permanent
        assert not error.value.uncertain
        assert f"127.0.0.1:{port} could not be reached" in error.value.reason


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ConnectorError, match="refused the connection") as error:
        send(channel(f"http://127.0.0.1:{port}/"))
    assert (error.value.code, error.value.permanent) == ("refused", False)
    with pytest.raises(ConnectorError, match="refused the connection"):
        channel(f"http://127.0.0.1:{port}/").check()
    for act in (lambda one: one.check(), send):
        with pytest.raises(ConnectorError, match=r"no server is known by the name nowhere\.invalid"):
            act(channel("https://nowhere.invalid/"))


def test_by_https_with_a_certificate_that_is_known(tmp_path: Path) -> None:
    with receiver_part.running(tmp_path) as receiver:
        one = channel(receiver.url(), ca_file=receiver.ca_file)
        assert one.check() == [f"127.0.0.1:{receiver.port} answers, and its certificate is valid; nothing was sent"]
        assert receiver.got == []
        send(one)
        assert len(receiver.got) == 1
        stranger = channel(receiver.url())
        for act in (lambda: stranger.check(), lambda: send(stranger)):
            with pytest.raises(ConnectorError, match=r"certificate of 127\.0\.0\.1:.* could not be verified") as error:
                act()
            assert error.value.code == "certificate"
        with pytest.raises(ConnectorError, match="certificate file /nowhere is not there"):
            channel(receiver.url(), ca_file="/nowhere").check()


def test_without_encryption_the_check_says_so(receiver: Receiver) -> None:
    expected = [f"127.0.0.1:{receiver.port} answers, without encryption; nothing was sent"]
    assert channel(receiver.url()).check() == expected
    assert receiver.got == []
    with pytest.raises(ConnectorError, match="does not speak TLS as expected"):
        channel(receiver.url().replace("http:", "https:")).check()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "must be an address"),
        ("https://", "must be an address"),
        ("https://a b.test/", "must be an address"),
        ("https://a.test/\n", "must be an address"),
        ("http://a.test/", r"must begin with https://"),
        ("http://127.0.0.1.a.test/", r"must begin with https://"),
        ("ftp://a.test/", r"must begin with https://"),
        ("https://user:word@a.test/", "must not hold a user name or password"),
        ("https://a.test:99999/", "[Pp]ort"),
    ],
)
def test_an_address_that_will_not_do(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        channel(url)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://hooks.example.com/services/T0/B0/word?key=7", "hooks.example.com"),
        ("https://hooks.example.com:8443/", "hooks.example.com:8443"),
        ("http://localhost:80/", "localhost"),
        ("http://[::1]:9000/x", "[::1]:9000"),
    ],
)
def test_the_path_is_not_shown(url: str, shown: str) -> None:
    assert channel(url).address() == shown


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_a", "ü"])
def test_a_secret_that_is_none(secret: str) -> None:
    with pytest.raises(ValueError, match="secret: must be whsec_ and base64"):
        WebhookChannel(url="https://a.test/", secret=secret)


def test_nothing_comes_by_it() -> None:
    item = RawItem("1", datetime.now(UTC), b"{}")
    assert channel("https://a.test/").read(item) == [Ignored("a webhook only sends")]


@contextmanager
def listening(said: bytes, pause: float = 0.0) -> Iterator[int]:
    """A port that says the same to everybody, a line at a time, and hangs up."""

    def serve() -> None:
        try:
            while True:
                peer, _ = server.accept()
                with peer:
                    peer.recv(65_536)
                    for line in said.splitlines(keepends=True):
                        peer.sendall(line)
                        time.sleep(pause)
        except OSError:
            pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
