"""What the fields of a posted form are about, whoever built the form: by the owner's own mapping, else by their labels
and names, else by what stands in them. Pure.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors import formlabels as labels
from connectors.formbody import Field, Posted

NAME, FIRST, LAST, COMPANY, EMAIL, PHONE, MESSAGE, SUBJECT, PRODUCT = ROLES = (
    "name", "first_name", "last_name", "company", "email", "phone", "message", "subject", "product",
)  # fmt: skip
PAGE, REFERRER, LANGUAGE, CONSENT, TECHNICAL = "page", "referrer", "language", "consent", "technical"
_TABLE = (
    (EMAIL, labels.MAIL), (MESSAGE, labels.TEXT), (PHONE, labels.PHONE), (COMPANY, labels.COMPANY),
    (SUBJECT, labels.SUBJECT), (PRODUCT, labels.PRODUCT), (LAST, labels.LAST), (NAME, labels.NAME),
    (FIRST, labels.FIRST), (PAGE, labels.PAGE), (REFERRER, labels.REFERRER),
    # A day or an hour may be what the visitor asks for.
    (TECHNICAL, tuple(one for one in labels.TECHNICAL if one not in labels.MOMENT)),
)  # fmt: skip
_BY_WORDS = {word: role for role, words in reversed(_TABLE) for word in words}
_LANGUAGE = ("language", "lang", "lingua", "sprache", "langue", "locale")
# What protects a form or drives its program; CF7 begins its own with an underscore, as we do.
_MACHINERY = re.compile(
    r"_.*|(?:g-recaptcha|h-captcha|cf-turnstile|recaptcha|captcha).*|csrf.*|nonce|action|submit|send|invia"
    r"|form_?(?:id|name)|(?:wpforms|nonce|honeypot)\b.*|gform_.*|is_submit_\d+|credit|remote_ip|user_agent",
    re.IGNORECASE,
)
# The columns of a Gravity Forms entry that are no fields (https://docs.gravityforms.com/entry-object/).
_ENTRY = (
    "id", "form_id", "post_id", "date_created", "date_updated", "is_starred", "is_read", "ip", "user_agent", "currency",
    "payment_status", "payment_date", "payment_amount", "payment_method", "transaction_id", "is_fulfilled",
    "created_by", "transaction_type", "status", "source_id",
)  # fmt: skip
_CONSENTS = (
    ("marketing", re.compile(r"marketing|newsletter", re.IGNORECASE)),
    (
        "privacy",
        re.compile(r"privacy|gdpr|rgpd|consen[st]|trattamento|acceptance|datenschutz|einwillig", re.IGNORECASE),
    ),
)
_GIVEN = ("on", "1", "yes", "true", "sì", "si", "ja", "oui", "ok", "accepted", "accettato", "checked")
_REFUSED = ("", "0", "no", "off", "false", "nein", "non")


@dataclass(slots=True)
class Filled:
    """A form as it was filled in: what each role says, the fields a person reads, consents and data of the visit."""

    roles: dict[str, str] = field(default_factory=dict)
    told: list[Field] = field(default_factory=list)
    consents: dict[str, str] = field(default_factory=dict)
    visit: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The person's whole name, "" if not told."""
        first, last = self.roles.get(FIRST) or self.roles.get(NAME, ""), self.roles.get(LAST, "")
        name = first if not last or first.endswith(last) else f"{first} {last}"
        return " ".join(name.split())[:200]

    @property
    def email(self) -> str:
        """The address in the e-mail field, "" where there is none or it cannot be one."""
        return labels.address(self.roles.get(EMAIL, ""))


def fill(posted: Posted, mapping: Mapping[str, str]) -> Filled:
    """Read the fields; `mapping` says by name or label (any case) what a field is, before all tables."""
    filled = Filled()
    asked: set[str] = set()
    loose: list[Field] = []
    own = {labels.key(name): role for name, role in mapping.items()}
    names = {one.name for one in posted.fields}
    is_entry = {"form_id", "date_created"} <= names
    for one in posted.fields:
        role = own.get(labels.key(one.name)) or own.get(labels.key(one.label)) or _role(one, is_entry)
        if role in (PAGE, REFERRER, LANGUAGE) or labels.CAMPAIGN.fullmatch(one.name.lower()):
            filled.visit.setdefault(role or one.name.lower(), one.value)
        elif role == CONSENT:
            filled.consents[_consent_name(one)] = given = _consent(one.value)
            if given not in ("yes", "no"):
                filled.told.append(one)
        elif role != TECHNICAL:
            filled.told.append(one)
            if not role:
                loose.append(one)
            else:
                asked.add(role)
                if one.value:
                    filled.roles.setdefault(role, one.value)
    _guess(filled, asked, loose)
    return filled


def _role(one: Field, is_entry: bool) -> str:
    """What a field is about, "" where neither its label nor its name says it."""
    name = one.name.lower()
    if one.group == "form" or (is_entry and name in _ENTRY):
        return TECHNICAL
    if name in _LANGUAGE:
        return LANGUAGE
    if _MACHINERY.fullmatch(name):
        return PAGE if name == "_page" else TECHNICAL
    plain = " ".join(re.sub(r"[_-]", " ", name).split())
    for words in (labels.key(one.label), labels.key(name), plain, plain.removeprefix("your "), plain.replace(" ", "")):
        if words in _BY_WORDS:
            return _BY_WORDS[words]
    if one.group == "meta":
        return TECHNICAL
    return CONSENT if any(words.search(f"{one.name} {one.label}") for _, words in _CONSENTS) else ""


def _consent_name(one: Field) -> str:
    known = next((name for name, words in _CONSENTS if words.search(f"{one.name} {one.label}")), "")
    return known or labels.key(one.name)[:60]


def _consent(value: str) -> str:
    """yes or no; what a box is worth that says something else is told as it stands."""
    plain = value.strip().lower()
    if plain in _REFUSED:
        return "no"
    return "yes" if plain in _GIVEN else value[: labels.LONGEST_FACT]


def _guess(filled: Filled, asked: set[str], loose: Sequence[Field]) -> None:
    """Of a form that did not ask for them by name (Gravity Forms has numbers): an address is the e-mail, the longest
    text the message."""
    if EMAIL not in asked:
        found = next((one for one in loose if labels.ADDRESS.fullmatch(one.value)), None)
        if found is not None:
            filled.roles[EMAIL] = found.value
    if MESSAGE not in asked:
        texts = [one for one in loose if " " in one.value and not labels.ADDRESS.fullmatch(one.value)]
        if texts:
            filled.roles[MESSAGE] = max(texts, key=lambda one: len(one.value)).value
