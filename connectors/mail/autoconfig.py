"""What a mail domain says about its servers in the file that mail programs ask for.

The format is Thunderbird's (https://wiki.mozilla.org/Thunderbird:Autoconfiguration:ConfigFileFormat); it is asked only
of the domain itself, over HTTPS, without the address, and never where it redirects to.
"""

from collections.abc import Callable
from typing import Any

SECONDS = 3.0
MAX_BYTES = 65_536
PLACES = (
    "https://autoconfig.{domain}/mail/config-v1.1.xml",
    "https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
)
_SECURITY = {"SSL": "tls", "STARTTLS": "starttls"}
# The text at an address, "" where there is none.
Fetch = Callable[[str], bytes]


def servers(domain: str, fetch: Fetch) -> dict[str, Any]:
    """Settings of a mail channel as the domain states them; {} where it states none that are encrypted."""
    for place in PLACES:
        found = parse(fetch(place.format(domain=domain)))
        if found:
            return found
    return {}


def parse(content: bytes) -> dict[str, Any]:
    """The first encrypted IMAP and SMTP server of a file; {} where one is missing, or it is no such file."""
    from lxml import etree

    if not content:
        return {}
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return {}
    imap = _first(root, "incomingServer", "imap")
    smtp = _first(root, "outgoingServer", "smtp")
    return {**imap, **smtp} if imap and smtp else {}


def over_https(url: str) -> bytes:
    """The file at an address, b"" where there is none; the certificate is checked."""
    import httpx

    try:
        with httpx.stream("GET", url, timeout=SECONDS, follow_redirects=False) as answer:
            content = b""
            for piece in answer.iter_bytes() if answer.status_code == 200 else ():
                content += piece
                if len(content) > MAX_BYTES:
                    return b""
            return content
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        return b""


def _first(root: Any, name: str, kind: str) -> dict[str, Any]:
    for server in root.iter(name):
        host, port = (server.findtext("hostname") or "").strip(), (server.findtext("port") or "").strip()
        security = _SECURITY.get((server.findtext("socketType") or "").strip().upper())
        if server.get("type") == kind and host and "%" not in host and port.isdecimal() and security:
            return {f"{kind}_host": host.lower(), f"{kind}_port": int(port), f"{kind}_security": security}
    return {}
