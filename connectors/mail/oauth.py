"""Permission instead of a password: OAuth 2 (RFC 6749, with PKCE, RFC 7636) for Google's and Microsoft's mailboxes.

Addresses and scopes are those that the two publish for IMAP and SMTP:
https://developers.google.com/workspace/gmail/imap/xoauth2-protocol and
https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.base import ConnectorError

SECONDS = 15.0
# Where a service does not say how long its token holds.
USUAL_LIFE = 3600


@dataclass(frozen=True, slots=True)
class Provider:
    """One service: `servers` are settings of the mail channel; {login} and {tenant} are filled in."""

    name: str
    authorize: str
    token: str
    scope: str
    servers: Mapping[str, Any]
    extra: Mapping[str, str] = field(default_factory=dict)


PROVIDERS = {
    "microsoft": Provider(
        "Microsoft 365",
        "{login}/{tenant}/oauth2/v2.0/authorize",
        "{login}/{tenant}/oauth2/v2.0/token",
        "offline_access https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send",
        {
            "imap_host": "outlook.office365.com", "imap_port": 993, "imap_security": "tls",
            "smtp_host": "smtp.office365.com", "smtp_port": 587, "smtp_security": "starttls",
        },
    ),
    "google": Provider(
        "Google",
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        "https://mail.google.com/",
        {
            "imap_host": "imap.gmail.com", "imap_port": 993, "imap_security": "tls",
            "smtp_host": "smtp.gmail.com", "smtp_port": 465, "smtp_security": "tls",
        },
        {"access_type": "offline", "prompt": "consent"},
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Registration:
    """This company's registration with a service. `login` is where Microsoft's national clouds differ."""

    provider: str
    client_id: str
    client_secret: str
    tenant: str = "common"
    login: str = "https://login.microsoftonline.com"


@dataclass(frozen=True, slots=True)
class Tokens:
    """An access token, until when it holds (UTC), and the token that renews it."""

    access: str
    refresh: str
    expires_at: datetime


def consent_url(registration: Registration, redirect_uri: str, state: str, verifier: str, address: str) -> str:
    """Where a person signs in and permits; `verifier` has 43 to 128 letters (RFC 7636 section 4.1)."""
    provider = PROVIDERS[registration.provider]
    with _client(registration, redirect_uri) as client:
        url, _ = client.create_authorization_url(
            _filled(provider.authorize, registration), state=state, code_verifier=verifier, login_hint=address,
            **provider.extra,
        )  # fmt: skip
    return str(url)


def redeem(registration: Registration, code: str, verifier: str, redirect_uri: str) -> Tokens:
    """The tokens for the code that the service gave. Raises ConnectorError with the code consent or registration."""
    return _asked(
        registration,
        redirect_uri,
        lambda client, url: client.fetch_token(
            url, code=code, code_verifier=verifier, grant_type="authorization_code", redirect_uri=redirect_uri
        ),
    )


def refresh(registration: Registration, token: str) -> Tokens:
    """New tokens; where the service gives no new refresh token, the old one stays. Raises ConnectorError."""
    found = _asked(registration, "", lambda client, url: client.refresh_token(url, refresh_token=token))
    return Tokens(found.access, found.refresh or token, found.expires_at)


def _asked(registration: Registration, redirect_uri: str, ask: Callable[[Any, str], Mapping[str, Any]]) -> Tokens:
    import httpx
    from authlib.common.errors import AuthlibBaseError

    provider = PROVIDERS[registration.provider]
    try:
        with _client(registration, redirect_uri) as client:
            told = ask(client, _filled(provider.token, registration))
    except AuthlibBaseError as error:
        # RFC 6749 section 5.2.
        code = "registration" if error.error in ("invalid_client", "unauthorized_client") else "consent"
        said = f"{provider.name} refuses: {error.error} {(error.description or '')[:300]}".strip()
        raise ConnectorError(said, permanent=True, code=code) from error
    except httpx.TimeoutException as error:
        raise ConnectorError(f"{provider.name} did not answer in time", code="timeout") from error
    except (httpx.HTTPError, ValueError) as error:
        raise ConnectorError(f"{provider.name} cannot give permission right now ({error})") from error
    if not told.get("access_token"):
        raise ConnectorError(f"{provider.name} gave no token")
    life = timedelta(seconds=float(told.get("expires_in") or USUAL_LIFE))
    return Tokens(str(told["access_token"]), str(told.get("refresh_token") or ""), datetime.now(UTC) + life)


def _client(registration: Registration, redirect_uri: str) -> Any:
    from authlib.integrations.httpx_client import OAuth2Client

    return OAuth2Client(
        registration.client_id, registration.client_secret, token_endpoint_auth_method="client_secret_post",  # noqa: S106
        scope=PROVIDERS[registration.provider].scope, redirect_uri=redirect_uri or None, code_challenge_method="S256",
        timeout=SECONDS,
    )  # fmt: skip


def _filled(address: str, registration: Registration) -> str:
    return address.format(login=registration.login.rstrip("/"), tenant=registration.tenant or "common")
