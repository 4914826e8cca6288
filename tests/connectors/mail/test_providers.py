"""Which servers are tried for an address."""

from collections.abc import Sequence
from typing import Any

import pytest

from connectors.mail import autoconfig, providers
from connectors.mail.providers import PROVIDERS

FILE = """<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="ditta.example">
<incomingServer type="pop3"><hostname>pop.{host}</hostname><port>995</port><socketType>SSL</socketType></incomingServer>
<incomingServer type="imap"><hostname>{host}</hostname><port>143</port><socketType>plain</socketType></incomingServer>
<incomingServer type="imap"><hostname>{host}</hostname><port>993</port><socketType>SSL</socketType></incomingServer>
<outgoingServer type="smtp"><hostname>{host}</hostname><port>587</port><socketType>STARTTLS</socketType></outgoingServer>
</emailProvider></clientConfig>"""


def suggestions(address: str, lookup: Any, pages: dict[str, str] | None = None) -> Any:
    return providers.suggestions(address, lookup, lambda url: (pages or {}).get(url, "").encode())


def records(**known: Sequence[str]) -> Any:
    """A name system that knows these: MX of the domain, IMAPS, SUBMISSIONS, SUBMISSION."""
    asked: list[tuple[str, str]] = []

    def lookup(name: str, kind: str) -> Sequence[str]:
        asked.append((name, kind))
        service = name.split(".")[0].strip("_") if kind == "SRV" else "mx"
        return known.get(service, ())

    return lookup, asked


@pytest.mark.parametrize(
    ("address", "imap", "smtp", "security"),
    [
        ("ditta@gmail.com", "imap.gmail.com", "smtp.gmail.com", "tls"),
        ("DITTA@Libero.IT", "imapmail.libero.it", "smtp.libero.it", "tls"),
        ("ditta@pec.it", "imaps.pec.aruba.it", "smtps.pec.aruba.it", "tls"),
        ("ditta@outlook.it", "outlook.office365.com", "smtp.office365.com", "starttls"),
    ],
)
def test_a_providers_own_domains_ask_nobody(address: str, imap: str, smtp: str, security: str) -> None:
    lookup, asked = records()
    (found,) = suggestions(address, lookup)
    told = found.settings
    assert (told["imap_host"], told["smtp_host"], told["smtp_security"]) == (imap, smtp, security)
    assert asked == []


@pytest.mark.parametrize(
    ("exchange", "provider"),
    [
        ("aspmx.l.google.com.", "Google"),
        ("ditta-it.mail.protection.outlook.com.", "Microsoft 365"),
        ("mx.aruba.it.", "Aruba"),
        ("mx.pec.aruba.it.", "Aruba PEC"),
        ("mx1.securemail.pro.", "Register.it"),
        ("mx00.ionos.it.", "IONOS"),
    ],
)
def test_a_firms_domain_goes_by_its_mail_exchanger(exchange: str, provider: str) -> None:
    assert suggestions("info@ditta.example", records(mx=[exchange])[0])[0].provider == provider


def test_what_the_domain_says_comes_before_guesses() -> None:
    lookup, asked = records(
        mx=["mx.ditta.example."], imaps=["1993 posta.ditta.example."], submission=["587 posta.ditta.example."]
    )
    first, *others = suggestions("info@ditta.example", lookup)
    assert first.settings == {
        "imap_host": "posta.ditta.example", "imap_port": 1993, "imap_security": "tls",
        "smtp_host": "posta.ditta.example", "smtp_port": 587, "smtp_security": "starttls",
    }  # fmt: skip
    assert [one.settings["imap_host"] for one in others] == [
        "imap.ditta.example", "mail.ditta.example", "mx.ditta.example"
    ]  # fmt: skip
    assert {name.split(".", name.count("_"))[-1] for name, _ in asked} == {"ditta.example"}


def test_a_server_elsewhere_is_not_believed() -> None:
    forged = records(imaps=["993 imap.evil.example."], submissions=["465 smtp.evil.example."])[0]
    assert not any("evil" in str(one.settings) for one in suggestions("info@ditta.example", forged))


def test_a_service_that_is_declared_absent_is_not_used() -> None:
    found = suggestions("info@ditta.example", records(imaps=["0 ."], submissions=["465 x.example."])[0])
    assert [one.settings["imap_host"] for one in found] == ["imap.ditta.example", "mail.ditta.example"]


@pytest.mark.parametrize("place", autoconfig.PLACES)
@pytest.mark.parametrize("host", ["Posta.Ditta.example", "imaps.aruba.it"])
def test_the_domains_own_file_is_believed_about_its_own_and_known_servers(place: str, host: str) -> None:
    first = suggestions(
        "info@ditta.example", records()[0], {place.format(domain="ditta.example"): FILE.format(host=host)}
    )
    told = first[0].settings
    named = ("imap_host", "imap_port", "imap_security", "smtp_port", "smtp_security")
    assert tuple(told[one] for one in named) == (host.lower(), 993, "tls", 587, "starttls")


@pytest.mark.parametrize("text", [
    FILE.format(host="imap.evil.example"),
    FILE.format(host="%EMAILDOMAIN%"),
    FILE.format(host="posta.ditta.example").replace("SSL", "plain"),
    FILE.format(host="posta.ditta.example").replace("993", "x"),
    FILE.format(host="posta.ditta.example").replace("</clientConfig>", ""),
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><clientConfig>&b;</clientConfig>',
    "<html>not found</html>", "\0",
])  # fmt: skip
def test_a_file_that_is_wrong_or_names_strangers_is_passed_over(text: str) -> None:
    pages = {autoconfig.PLACES[0].format(domain="ditta.example"): text}
    assert suggestions("info@ditta.example", records()[0], pages)[0].settings["imap_host"] == "imap.ditta.example"


def test_known_servers_are_asked_for_no_file() -> None:
    asked: list[str] = []
    providers.suggestions("info@ditta.example", records(mx=["mx.aruba.it."])[0], lambda url: asked.append(url) or b"")  # type: ignore[func-returns-value]
    assert asked == []


@pytest.mark.parametrize("url", ["https://127.0.0.1:9/x", "http://", "https://no.such.host.invalid/x"])
def test_a_domain_without_a_file_costs_no_error(url: str) -> None:
    assert autoconfig.over_https(url) == b""


@pytest.mark.parametrize("address", ["", "ditta", "ditta@", "ditta@localhost", "@"])
def test_no_address(address: str) -> None:
    with pytest.raises(ValueError, match="is not a mail address"):
        suggestions(address, records()[0])


def test_the_table_is_whole() -> None:
    domains = [domain for one in PROVIDERS for domain in one.domains]
    assert len(domains) == len(set(domains))
    assert all(one.smtp_port in (465, 587) and (one.domains or one.mx) for one in PROVIDERS)
