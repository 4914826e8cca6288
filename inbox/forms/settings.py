"""Forms of the firm's site that post to us: a channel each, known by a random key in its address.

Settings besides those of all channels of the site (inbox.sitechannels): thanks, fields, required, marketing (the words
beside the box for consent; "" is no box), work (zero bits that a browser has to work for before it posts; 0 is none).
"""

from html import escape
from typing import Any

from sqlalchemy.orm import Session

from connectors.formroles import ROLES
from inbox import sitechannels, sites
from inbox.channels import ChannelError
from inbox.consents import texts
from inbox.events import SYSTEM, Actor
from inbox.forms import work as formwork
from inbox.forms.words import words
from inbox.models import Channel
from inbox.secrets import Vault

KIND = "webform"
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


def by_key(session: Session, key: str) -> Channel | None:
    """The form with this key, if it is switched on."""
    return sitechannels.by_key(session, KIND, key)


def make(
    session: Session, vault: Vault, name: str, mailbox_id: int, *, actor: Actor = SYSTEM, **settings: Any
) -> Channel:
    """A new form whose answers go by this mailbox. Raises ChannelError."""
    wanted = _checked(session, {**DEFAULTS, **settings, "mailbox": mailbox_id})
    channel = sitechannels.make(session, vault, KIND, name, wanted, actor)
    texts.keep(session, channel)
    return channel


def change(session: Session, channel: Channel, **settings: Any) -> None:
    """Change some settings; the others, the key and the secret stay. Raises ChannelError, then all is as before."""
    channel.settings = _checked(session, {**DEFAULTS, **channel.settings, **settings})
    texts.keep(session, channel)


def settings_of(channel: Channel) -> dict[str, Any]:
    """All settings, with what stands where nothing was said."""
    return {**DEFAULTS, **channel.settings}


def address(public_url: str, channel: Channel) -> str:
    """Where the form is posted to, which is also its own page."""
    return f"{public_url.rstrip('/')}/forms/{channel.address}"


def snippet(url: str, channel: Channel, consent_text: int = 0, write_to: str = "") -> str:
    """A plain form to paste into a page, which posts here, in the form's language; its look is the page's own.

    `consent_text` is the number of the words beside the box, so that a post says which of them were read;
    `write_to` the mailbox's address, which stands below, since nothing of ours can be shown where we are not reached.
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
    if write_to:
        mail = escape(write_to)
        lines.append(f'  <small>{told["write_to"]} <a href="mailto:{mail}">{mail}</a>.</small>')
    lines.append("</form>")
    if settings["work"]:
        lines.append(f'<script async src="{escape(url.rpartition("/forms/")[0])}/forms.js"></script>')
    return "\n".join(lines)


def _checked(session: Session, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings as they are kept. Raises ChannelError."""
    shared = sitechannels.checked(session, settings, DEFAULTS, "form")
    thanks = sitechannels.said("thanks", sites.checked_url, str(settings["thanks"]))
    if thanks and shared["origins"] and sites.origin_of(thanks) not in shared["origins"]:
        raise ChannelError(f"thanks: {sites.origin_of(thanks)} is not among the sites of this form")
    fields = {str(name).strip(): str(role) for name, role in dict(settings["fields"]).items()}
    for name, role in fields.items():
        if role not in ROLES or not name:
            raise ChannelError(f"fields: {name!r} must be one of {', '.join(ROLES)} (got {role!r})")
    for role in settings["required"]:
        if role not in ROLES:
            raise ChannelError(f"required: must be some of {', '.join(ROLES)} (got {role!r})")
    sitechannels.within("max_a_minute", settings["max_a_minute"], 1, 1000)
    return {
        **shared, "thanks": thanks, "fields": fields, "required": list(settings["required"]),
        "marketing": sitechannels.short("marketing", settings["marketing"], LONGEST_CONSENT),
        "work": sitechannels.said("work", formwork.checked, settings["work"]),
    }  # fmt: skip
