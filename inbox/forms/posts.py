"""What is posted to a form: looked at, and stored durably before the visitor hears "thank you". No HTTP here."""

import hashlib
import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors import formbody
from connectors.base import RawItem
from connectors.formbody import Posted
from connectors.formroles import EMAIL, NAME, PHONE, Filled, fill
from inbox import contacts, intake, sitechannels, unwanted
from inbox.consents import texts
from inbox.forms import settings, tokens
from inbox.forms import work as formwork
from inbox.models import now
from inbox.sitechannels import Desk, SiteChannel

FOLDER = "posts"
TRAP, TOKEN, WORK, ID, CONSENT_TEXT = "_website", "_token", "_work", "_id", "_consent_text"
HONEYPOT, BLOCKED = "honeypot", "blocked"
# What is wrong, as codes: of a field, or of the whole ("").
MISSING, NO_WAY, NOT_ONE = "missing", "no_way", "not_one"
# By what a program knows its own post again, however late it repeats it.
_OWN_ID = re.compile(r"[\w-]{16,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Form(SiteChannel):
    """A form. `consent_text` is the number of the words beside the box for consent, 0 where there is none."""

    signing: str
    consent_text: int = 0

    @property
    def work(self) -> int:
        """How many zero bits a browser has to work for, 0 for none."""
        return self.number("work")

    @property
    def mapping(self) -> Mapping[str, str]:
        """The owner's own mapping of fields."""
        found = self.settings["fields"]
        return dict(found) if isinstance(found, dict) else {}

    @property
    def required(self) -> list[str]:
        """What has to be filled in, by roles."""
        return self.texts("required")


@dataclass(frozen=True, slots=True)
class Looked:
    """A post as it was looked at: `errors` by role, "" for the whole; without any it is an item to be stored."""

    posted: Posted
    filled: Filled
    errors: Mapping[str, str] = field(default_factory=dict)
    item: RawItem | None = None

    @property
    def trapped(self) -> bool:
        """Whether it is known as spam: a program filled it in, or the company does not want it."""
        return bool(self.posted.value(TRAP)) or (self.item is not None and "trap" in self.item.meta)


def find(desk: Desk, key: str) -> Form | None:
    """The form with this key, None if there is none or it is switched off."""
    with desk.database.reading() as session:
        channel = settings.by_key(session, key)
        if channel is None:
            return None
        mailbox = sitechannels.mailbox_of(session, channel)
        return Form(
            channel.id, key, channel.name, settings.settings_of(channel), mailbox.address if mailbox else "",
            sitechannels.signing(desk.vault, channel), texts.number(session, channel),
        )  # fmt: skip


def look(form: Form, content_type: str, body: bytes, page: str) -> Looked:
    """What a post says, and whether it can be taken in. `page` is where it was posted from."""
    posted = formbody.parse(content_type, body)
    filled = fill(posted, form.mapping)
    token = posted.value(TOKEN)
    nonce, wrong = tokens.check(form.signing, form.key, token, time.time()) if token else ("", "")
    # Only a token of ours makes the work new: without one, one number would serve for ever.
    if form.work and not wrong and not (nonce and formwork.is_done(token, posted.value(WORK), form.work)):
        wrong = formwork.WANTING
    trapped = bool(posted.value(TRAP))
    errors = {} if trapped else {**({"": wrong} if wrong else {}), **_errors(form, filled)}
    if errors:
        return Looked(posted, filled, errors)
    met = unwanted.met(form.unwanted, filled.email, [filled.name, *(one.value for one in filled.told)])
    trap = HONEYPOT if trapped else BLOCKED if met else ""
    item = _item(form, posted, filled, content_type, body, page, nonce, {"trap": trap, "unwanted": met})
    return Looked(posted, filled, item=item)


def store(desk: Desk, form: Form, item: RawItem) -> None:
    """Store a post as it came, once. Whatever keeps it from being stored is raised."""
    intake.receive_once(desk.database, desk.blobs, form.channel_id, FOLDER, item)


def _errors(form: Form, filled: Filled) -> dict[str, str]:
    """What has to be mended, by role."""
    has_phone = sum(sign.isdigit() for sign in filled.roles.get(PHONE, "")) >= 5
    errors = {
        role: MISSING
        for role in form.required
        if not (filled.name if role == NAME else filled.roles.get(role))
        # Whoever leaves a telephone number can be answered too.
        and not (role == EMAIL and has_phone)
    }
    if filled.roles.get(EMAIL) and not filled.email:
        errors[EMAIL] = NOT_ONE
    elif not filled.email and not has_phone:
        errors[EMAIL] = NO_WAY
    return errors


def _item(
    form: Form,
    posted: Posted,
    filled: Filled,
    content_type: str,
    body: bytes,
    page: str,
    nonce: str,
    caught: Mapping[str, str],
) -> RawItem:
    """The raw item. Its key is the same for the same words, sent again from one page, under one `_id` or within the
    hour: a second press of the button and a program's repeat are stored once, other words never get lost behind the
    first, whoever uses its number or `_id` again."""
    marks = hashlib.sha256()
    for one in posted.fields:
        if one.name not in (TOKEN, WORK):
            marks.update(f"{one.name}\0{one.value}\0".encode())
    for file in posted.files:
        marks.update(hashlib.sha256(file.content).digest())
    own = posted.value(ID) if _OWN_ID.fullmatch(posted.value(ID)) else ""
    key = f"{nonce or own or now().strftime('%Y%m%d%H')}-{marks.hexdigest()[:32]}"
    domain = contacts.domain_of(form.write_to) or "centralino.invalid"
    meta = {
        "content_type": content_type[:300],
        "lane": f"form:{filled.email.lower() or secrets.token_hex(4)}",
        "form": form.name,
        "id": f"<form.{hashlib.sha256(f'{form.key}{key}'.encode()).hexdigest()[:32]}@{domain}>",
        "page": page[:1000],
        "language": form.text("language"),
        "fields": json.dumps(dict(form.mapping)),
        "consent_text": _consent_text(form, posted.value(CONSENT_TEXT)),
        **caught,
    }
    return RawItem(key, now(), body, {name: value for name, value in meta.items() if value})


def _consent_text(form: Form, told: str) -> str:
    """The number of the words that the visitor read beside the box: as the page told it, else the newest; "" for none.

    A page that was pasted, or left open, before the words changed shows the earlier ones.
    """
    if not form.consent_text:
        return ""
    known = told.isascii() and told.isdigit() and len(told) < 9 and 1 <= int(told) <= form.consent_text
    return str(int(told)) if known else str(form.consent_text)
