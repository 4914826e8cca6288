"""Forms of the firm's site that post to us: a channel each, known by a random key in its address.

A form has a mailbox by which its answers go, and is its owner's word on who may post: its settings never come from a
request. Settings: mailbox (a channel's number), origins ([] is any site), thanks, privacy, language, fields, required,
max_a_minute, marketing (the words beside the box for consent; "" is no box), unwanted (senders and words), work (zero
bits that a browser has to work for before it posts; 0 is none).
"""

import re
import secrets
from collections.abc import Callable
from html import escape
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.formroles import ROLES
from inbox import channels, consenttexts, formwork, sites, unwanted
from inbox.channels import ChannelError
from inbox.events import SYSTEM, Actor
from inbox.formwords import words
from inbox.models import Channel
from inbox.secrets import Vault, new_token

KIND = "webform"
LANGUAGES = ("it", "en", "de", "fr")
SIGNING = "signing"
KEY = re.compile(r"[\w-]{22}", re.ASCII)
DEFAULTS: dict[str, Any] = {
    "mailbox": 0, "origins": [], "thanks": "", "language": "it", "fields": {}, "privacy": "",
    "required": ["email", "message"], "max_a_minute": 30, "marketing": "", "unwanted": [], "work": formwork.OFF,
}  # fmt: skip
# Fields of a plain form: name, element, its attributes, what ends it.
_ASKED = (
    ("name", "input", ' autocomplete="name"', ""),
    ("company", "input", ' autocomplete="organization"', ""),
    ("email", "input", ' type="email" autocomplete="email"', ""),
    ("phone", "input", ' type="tel" autocomplete="tel"', ""),
    ("message", "textarea", ' rows="6"', "</textarea>"),
    ("file", "input", ' type="file" multiple', ""),
)
# Its trap needs no style, which the page's policy might forbid.
_TRAP = '<p hidden><input name="_website" tabindex="-1" autocomplete="off"></p>'
LONGEST_CONSENT = 300
T = TypeVar("T")


def by_key(session: Session, key: str) -> Channel | None:
    """The form with this key, if it is switched on."""
    if not KEY.fullmatch(key):
        return None
    query = select(Channel).where(Channel.kind == KIND, Channel.address == key, Channel.enabled)
    found: Channel | None = session.scalar(query.limit(1))
    return found


def make(
    session: Session, vault: Vault, name: str, mailbox_id: int, *, actor: Actor = SYSTEM, **settings: Any
) -> Channel:
    """A new form whose answers go by this mailbox. Raises ChannelError."""
    wanted = _checked(session, {**DEFAULTS, **settings, "mailbox": mailbox_id})
    key = secrets.token_urlsafe(16)
    sealed = {**wanted, SIGNING: new_token()}
    channel = channels.create(session, vault, KIND, name, sealed, address=key, actor=actor)
    consenttexts.keep(session, channel)
    return channel


def change(session: Session, channel: Channel, **settings: Any) -> None:
    """Change some settings; the others, the key and the secret stay. Raises ChannelError, then all is as before."""
    channel.settings = _checked(session, {**DEFAULTS, **channel.settings, **settings})
    consenttexts.keep(session, channel)


def settings_of(channel: Channel) -> dict[str, Any]:
    """All settings, with what stands where nothing was said."""
    return {**DEFAULTS, **channel.settings}


def mailbox_of(session: Session, channel: Channel) -> Channel | None:
    """The mailbox by which a form's answers go; None when it is there no more."""
    number = channel.settings.get("mailbox")
    found = session.get(Channel, number) if isinstance(number, int) else None
    return found if found is not None and found.kind == "mail" else None


def address(public_url: str, channel: Channel) -> str:
    """Where the form is posted to, which is also its own page."""
    return f"{public_url.rstrip('/')}/forms/{channel.address}"


def snippet(url: str, channel: Channel, consent_text: int = 0, write_to: str = "") -> str:
    """A plain form to paste into a page, which posts here, in the form's language; its look is the page's own.

    `consent_text` is the number of the words beside the box, so that a post says which of them were read;
    `write_to` the mailbox's address, which a form that asks for work shows where we cannot be reached.
    """
    settings = settings_of(channel)
    told = words(settings["language"])
    work = f' lang="{settings["language"]}" data-mail="{escape(write_to)}"' if settings["work"] else ""
    lines = [f'<form method="post" action="{escape(url)}" enctype="multipart/form-data"{work}>']
    for name, tag, more, end in _ASKED:
        required = " required" if name in settings["required"] else ""
        lines.append(f'  <label>{told[name]} <{tag} name="{name}"{more}{required}>{end}</label>')
    if settings["marketing"]:
        box = f'<input type="checkbox" name="marketing" value="yes"> {escape(settings["marketing"])}'
        lines.append(f"  <label>{box}</label> <small>{told['marketing_hint']}</small>")
        lines.append(f'  <input type="hidden" name="_consent_text" value="{consent_text}">')
    if settings["privacy"]:
        lines.append(f'  <a href="{escape(settings["privacy"])}">{told["policy"]}</a>')
    lines.append(f"  {_TRAP}")
    lines.append(f"  <button>{told['send']}</button>")
    lines.append("</form>")
    if settings["work"]:
        lines.append(f'<script async src="{escape(url.rpartition("/forms/")[0])}/forms.js"></script>')
    return "\n".join(lines)


def _checked(session: Session, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings as they are kept. Raises ChannelError."""
    unknown = sorted(set(settings) - set(DEFAULTS))
    if unknown:
        raise ChannelError(f"{unknown[0]}: is no setting of a form")
    box = session.get(Channel, settings["mailbox"]) if isinstance(settings["mailbox"], int) else None
    if box is None or box.kind != "mail":
        raise ChannelError("mailbox: a form needs a mailbox of ours, by which its answers go")
    origins = [_said("origins", sites.checked_origin, str(one)) for one in settings["origins"]]
    thanks, privacy = (_said(name, sites.checked_url, str(settings[name])) for name in ("thanks", "privacy"))
    if thanks and origins and sites.origin_of(thanks) not in origins:
        raise ChannelError(f"thanks: {sites.origin_of(thanks)} is not among the sites of this form")
    if settings["language"] not in LANGUAGES:
        raise ChannelError(f"language: must be one of {', '.join(LANGUAGES)} (got {settings['language']!r})")
    fields = {str(name).strip(): str(role) for name, role in dict(settings["fields"]).items()}
    for name, role in fields.items():
        if role not in ROLES or not name:
            raise ChannelError(f"fields: {name!r} must be one of {', '.join(ROLES)} (got {role!r})")
    for role in settings["required"]:
        if role not in ROLES:
            raise ChannelError(f"required: must be some of {', '.join(ROLES)} (got {role!r})")
    marketing = " ".join(str(settings["marketing"]).split())
    if len(marketing) > LONGEST_CONSENT:
        raise ChannelError(f"marketing: must be at most {LONGEST_CONSENT} characters (got {len(marketing)})")
    most = settings["max_a_minute"]
    if not isinstance(most, int) or not 1 <= most <= 1000:
        raise ChannelError(f"max_a_minute: must be a number from 1 to 1000 (got {most!r})")
    return {
        **settings, "origins": list(dict.fromkeys(origins)), "thanks": thanks, "privacy": privacy, "fields": fields,
        "required": list(settings["required"]), "marketing": marketing,
        "work": _said("work", formwork.checked, settings["work"]),
        "unwanted": _said("unwanted", unwanted.checked, settings["unwanted"]),
    }  # fmt: skip


def _said(name: str, check: Callable[[Any], T], value: object) -> T:
    """A setting as its check keeps it. Raises ChannelError."""
    try:
        return check(value)
    except ValueError as error:
        raise ChannelError(f"{name}: {error}") from None
