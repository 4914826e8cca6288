"""The form of a mailbox, and the settings it stands for."""

import re
from typing import Any

from wtforms import BooleanField, IntegerField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, NumberRange, Optional, Regexp

from inbox import mailboxes, signatures, threads, users
from inbox.models import Channel
from inbox.web.forms import Form, choices, reason_of
from inbox.web.wording import gettext as _
from inbox.web.wording import label

# What an operator may have set by a command and the form does not show.
KEPT = ("ca_file", "sent_folder", "timeout", "smtp_password")
SECURITIES = ("tls", "starttls", "none")
MARKS = (threads.IN_SUBJECT, threads.IN_ADDRESS, "")
HOST = r"^[A-Za-z0-9]([A-Za-z0-9.:-]{0,250}[A-Za-z0-9])?$"


def _lean(text: str | None) -> str:
    return (text or "").strip()


class MailboxForm(Form):
    address = StringField(validators=[DataRequired()], filters=[_lean])
    password = PasswordField()
    name = StringField(filters=[_lean])
    display_name = StringField(filters=[_lean])
    aliases = TextAreaField(filters=[_lean], render_kw={"rows": 1})
    personal = BooleanField()
    imap_host = StringField(filters=[_lean], validators=[Optional(), Regexp(HOST)])
    imap_port = IntegerField(validators=[Optional(), NumberRange(1, 65535)])
    imap_security = SelectField(default="tls")
    smtp_host = StringField(filters=[_lean], validators=[Optional(), Regexp(HOST)])
    smtp_port = IntegerField(validators=[Optional(), NumberRange(1, 65535)])
    smtp_security = SelectField(default="tls")
    user = StringField(filters=[_lean])
    folders = TextAreaField(filters=[_lean], render_kw={"rows": 2})
    smtp_open = BooleanField()


class SignatureForm(Form):
    text = TextAreaField(render_kw={"rows": 5, "maxlength": signatures.MAX_CHARS})


class AnswersForm(SignatureForm):
    mark = SelectField()


def answers_form(channel: Channel, *, sent: bool = False) -> AnswersForm:
    """What stands in and under the answers of a mailbox."""
    form = AnswersForm() if sent else AnswersForm(formdata=None, text=channel.signature, mark=channel.thread_mark)
    form.mark.choices = choices({one: label("mark", one or "none") for one in MARKS})
    return form


SERVERS = ("imap_host", "imap_port", "imap_security", "smtp_host", "smtp_port", "smtp_security", "user", "smtp_open")


def form_for(name: str = "", settings: dict[str, Any] | None = None) -> MailboxForm:
    """The form as sent, else with what is set."""
    known = dict(settings or {})
    known["display_name"] = known.pop("name", "")
    shown = {key: value for key, value in known.items() if key != "password"}
    shown |= {name: "\n".join(known.get(name, ())) for name in ("folders", "aliases")}
    form = MailboxForm(data={**shown, "name": name, "smtp_open": known.get("smtp_user") == ""})
    for field in (form.imap_security, form.smtp_security):
        field.choices = choices({one: label("security", one) for one in SECURITIES})
    return form


def settings_of(form: MailboxForm, old: dict[str, Any]) -> dict[str, Any] | None:
    """The settings that a valid form asks for; None where something is refused, said beside its field.

    `old` are those set so far, secrets included: a password not typed anew stays.
    """
    try:
        address = users.check_email(form.address.data)
    except users.AccountError as error:
        form.address.errors = [reason_of(error)]
        return None
    password = form.password.data or old.get("password", "")
    permitted = bool(old.get("auth")) and not form.password.data
    if not password and not permitted:
        form.password.errors = [_("Please type the mailbox's password.")]
        return None
    personal = mailboxes.looks_personal(address)
    if personal and not form.personal.data:
        form.personal.errors = [_("Please confirm, or give a shared address.")]
        return None
    settings: dict[str, Any] = {key: old[key] for key in KEPT if old.get(key)}
    settings |= {"address": address}
    settings |= {key: old[key] for key in ("auth", "grant") if old.get(key)} if permitted else {"password": password}
    if old.get("smtp_user"):
        settings["smtp_user"] = old["smtp_user"]
    if form.smtp_open.data:
        settings["smtp_user"] = ""
    if personal:
        settings["read_sent"] = False
    settings |= {key: value for key, value in _servers(form).items() if value}
    try:
        more = {"folders": _lines(form.folders), "aliases": [users.check_email(one) for one in _lines(form.aliases)]}
    except users.AccountError as error:
        form.aliases.errors = [reason_of(error)]
        return None
    return settings | {name: lines for name, lines in more.items() if lines}


def opened(form: MailboxForm) -> bool:
    """Whether the servers' fields are to be seen: somebody filled one, or one is wrong."""
    given = (form.imap_host.data, form.smtp_host.data, form.user.data, form.smtp_open.data)
    return any(given) or any(form[name].errors for name in SERVERS)


def _lines(field: TextAreaField) -> list[str]:
    """What stands in a field, one a line (or, as people write addresses, with commas between)."""
    lines = re.split(r"[\n,;]", field.data or "") if field.name == "aliases" else (field.data or "").splitlines()
    return list(dict.fromkeys(line.strip() for line in lines if line.strip()))


def _servers(form: MailboxForm) -> dict[str, Any]:
    """Ports and encryption mean something only beside a server that was named."""
    found = {"name": form.display_name.data, "user": form.user.data}
    for way in ("imap", "smtp"):
        if form[f"{way}_host"].data or (way == "smtp" and form.imap_host.data):
            found |= {f"{way}_{part}": form[f"{way}_{part}"].data for part in ("host", "port", "security")}
    return found
