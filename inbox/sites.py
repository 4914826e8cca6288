"""Addresses of web sites as people type them and browsers tell them. Nothing is ever fetched from them."""

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"[\w.-]{1,253}|\[[0-9a-f:.]{2,45}\]", re.ASCII | re.IGNORECASE)


def origin_of(url: str) -> str:
    """Scheme and host of an address, as browsers write an origin; "" for anything that has none."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    host = f"[{host}]" if ":" in host else host
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or parts.username is not None:
        return ""
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")


def checked_origin(text: str) -> str:
    """A site's origin. Raises ValueError."""
    found = origin_of(text)
    if not found or urlsplit(text.strip()).path.strip("/") or urlsplit(text.strip()).query:
        raise ValueError(f"must be like https://www.firm.it, without a page (got {text!r})")
    return found


def checked_url(text: str) -> str:
    """The address of a page, "" for none. Raises ValueError."""
    text = text.strip()
    if text and (not origin_of(text) or re.search(r"[\s\x00-\x1f<>\"]", text)):
        raise ValueError(f"must be an address like https://www.firm.it/page (got {text!r})")
    return text
