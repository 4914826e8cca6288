"""Which servers a mailbox has: known providers by the mail domain or its MX, else what the domain itself says.

The data are those that the providers publish for mail programs. Questions are only about the address's own domain: to
the name system for its MX (RFC 5321) and the SRV records of RFC 6186 and RFC 8314, and to the domain's own server for
its `autoconfig` file. Nothing found here is used before a connection to it, with the certificate checked, has worked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.mail import autoconfig

SECONDS = 3.0
# The records of a name and type as texts: MX without its preference, SRV as "port target".
Lookup = Callable[[str, str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a provider's mailboxes are read and answered. `hint`: what people have to do there first."""

    name: str
    imap_host: str
    smtp_host: str
    smtp_port: int = 465
    domains: Sequence[str] = ()
    mx: Sequence[str] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Settings of a mail channel to try. `provider` is "" for a guess from the domain."""

    provider: str
    settings: dict[str, Any] = field(default_factory=dict)
    hint: str = ""


_APP_CODE = "it wants an app password instead of the account's own: make one in the account's security settings"
_NO_PASSWORDS = (
    "it refuses passwords for most accounts: let an administrator allow them, or forward the mail to a mailbox that "
    "takes one"
)
PROVIDERS = (
    Provider("Google", "imap.gmail.com", "smtp.gmail.com", 465, ("gmail.com", "googlemail.com"),
             ("google.com", "googlemail.com"), _APP_CODE),
    Provider("Microsoft 365", "outlook.office365.com", "smtp.office365.com", 587,
             ("outlook.com", "outlook.it", "hotmail.com", "hotmail.it", "live.com", "live.it", "msn.com"),
             ("mail.protection.outlook.com",), _NO_PASSWORDS),
    Provider("Aruba PEC", "imaps.pec.aruba.it", "smtps.pec.aruba.it", 465, ("pec.it", "arubapec.it"),
             ("pec.aruba.it",)),
    Provider("Aruba", "imaps.aruba.it", "smtps.aruba.it", 465, ("aruba.it",), ("aruba.it",)),
    Provider("Legalmail", "mbox.cert.legalmail.it", "sendm.cert.legalmail.it", 465, ("legalmail.it",),
             ("legalmail.it",)),
    Provider("Register.it", "imap.securemail.pro", "authsmtp.securemail.pro", 465, (),
             ("securemail.pro", "register.it")),
    Provider("Libero", "imapmail.libero.it", "smtp.libero.it", 465,
             ("libero.it", "inwind.it", "iol.it", "blu.it", "giallo.it"), ("libero.it",), _APP_CODE),
    Provider("Virgilio", "in.virgilio.it", "out.virgilio.it", 465, ("virgilio.it",)),
    Provider("Tiscali", "imap.tiscali.it", "smtp.tiscali.it", 465, ("tiscali.it",), ("tiscali.it",)),
    Provider("Yahoo", "imap.mail.yahoo.com", "smtp.mail.yahoo.com", 465, ("yahoo.com", "yahoo.it", "ymail.com"),
             ("yahoodns.net",), _APP_CODE),
    Provider("iCloud", "imap.mail.me.com", "smtp.mail.me.com", 587, ("icloud.com", "me.com", "mac.com"),
             ("mail.icloud.com",), _APP_CODE),
    Provider("GMX", "imap.gmx.net", "mail.gmx.net", 465, ("gmx.net", "gmx.de", "gmx.at", "gmx.ch"), ("gmx.net",)),
    Provider("WEB.DE", "imap.web.de", "smtp.web.de", 587, ("web.de",), ("web.de",)),
    Provider("IONOS", "imap.ionos.it", "smtp.ionos.it", 465, (),
             ("ionos.it", "ionos.com", "kundenserver.de", "perfora.net")),
    Provider("OVH", "ssl0.ovh.net", "ssl0.ovh.net", 465, (), ("mail.ovh.net", "ovh.net")),
)  # fmt: skip


def suggestions(address: str, lookup: Lookup | None = None, fetch: autoconfig.Fetch | None = None) -> list[Suggestion]:
    """What to try for an address, the most likely first. Raises ValueError for no mail address."""
    domain = address.rpartition("@")[2].strip().lower().rstrip(".")
    if "@" not in address or "." not in domain:
        raise ValueError(f"address: is not a mail address (got {address!r})")
    known = next((one for one in PROVIDERS if domain in one.domains), None)
    if known is not None:
        return [_of(known)]
    ask = lookup or by_dns
    exchanges = [host.lower().rstrip(".") for host in ask(domain, "MX")]
    found = [_of(one) for host in exchanges for one in PROVIDERS if _under(host, one.mx)]
    told = _told_by_domain(domain, ask) or (None if found else _published(domain, fetch or autoconfig.over_https))
    own = [host for host in exchanges if _under(host, (domain,))]
    guesses = [] if found else [_plain(*pair) for pair in _guesses(domain, own)]
    return _unlike([*found[:1], *([told] if told else []), *guesses])


def by_dns(name: str, kind: str) -> list[str]:
    """The records of a name in the name system; none where there is no answer."""
    import dns.exception
    import dns.resolver

    try:
        answer = dns.resolver.resolve(name, kind, lifetime=SECONDS)
    except (dns.exception.DNSException, OSError):
        return []
    if kind == "MX":
        return [str(one.exchange) for one in sorted(answer, key=lambda one: one.preference)]
    return [f"{one.port} {one.target}" for one in sorted(answer, key=lambda one: one.priority)]


def _told_by_domain(domain: str, ask: Lookup) -> Suggestion | None:
    """What the domain's SRV records say; a target "." means that there is no such service.

    Only servers of the domain itself count (RFC 6186 section 6): a forged answer must not send a password elsewhere.
    """
    imap = _service(ask(f"_imaps._tcp.{domain}", "SRV"), domain)
    smtp = _service(ask(f"_submissions._tcp.{domain}", "SRV"), domain)
    late = None if smtp else _service(ask(f"_submission._tcp.{domain}", "SRV"), domain)
    if imap is None or (smtp or late) is None:
        return None
    host, port = smtp or late or ("", 0)
    return Suggestion("", {
        "imap_host": imap[0], "imap_port": imap[1], "imap_security": "tls",
        "smtp_host": host, "smtp_port": port, "smtp_security": "tls" if smtp else "starttls",
    })  # fmt: skip


def _published(domain: str, fetch: autoconfig.Fetch) -> Suggestion | None:
    """What the domain's autoconfig file says, where it names servers of the domain itself or of a known provider."""
    settings = autoconfig.servers(domain, fetch)
    hosts = [str(settings[one]) for one in ("imap_host", "smtp_host")] if settings else []
    known = {host for one in PROVIDERS for host in (one.imap_host, one.smtp_host)}
    trusted = hosts and all(host in known or _under(host, (domain,)) for host in hosts)
    return Suggestion("", settings) if trusted else None


def _service(records: Sequence[str], domain: str) -> tuple[str, int] | None:
    for record in records:
        port, _, target = record.partition(" ")
        host = target.strip().rstrip(".").lower()
        if port.isdecimal() and int(port) > 0 and _under(host, (domain,)):
            return host, int(port)
    return None


def _guesses(domain: str, own: Sequence[str]) -> list[tuple[str, str]]:
    """Names that hosts of small firms have (cPanel's is mail.)."""
    pairs = [(f"imap.{domain}", f"smtp.{domain}"), (f"mail.{domain}", f"mail.{domain}")]
    return [*pairs, *((host, host) for host in own if host != f"mail.{domain}")]


def _of(provider: Provider) -> Suggestion:
    return _plain(provider.imap_host, provider.smtp_host, provider.smtp_port, provider.name, provider.hint)


def _plain(imap_host: str, smtp_host: str, smtp_port: int = 465, name: str = "", hint: str = "") -> Suggestion:
    security = "starttls" if smtp_port == 587 else "tls"
    return Suggestion(name, {
        "imap_host": imap_host, "imap_port": 993, "imap_security": "tls",
        "smtp_host": smtp_host, "smtp_port": smtp_port, "smtp_security": security,
    }, hint)  # fmt: skip


def _under(host: str, suffixes: Sequence[str]) -> bool:
    return any(host == suffix or host.endswith(f".{suffix}") for suffix in suffixes)


def _unlike(found: Sequence[Suggestion]) -> list[Suggestion]:
    """Without those that name the same servers again."""
    return list({(one.settings["imap_host"], one.settings["smtp_host"]): one for one in reversed(found)}.values())[::-1]
