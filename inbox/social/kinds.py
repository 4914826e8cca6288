"""The explicit table of these channels: what each kind is called, asks for and allows.

Pages, commands and the composition root go by it; where to find what is asked for is told in the page's template
`social_KIND.html`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta


def _(text: str) -> str:
    """Marks a text for the catalogue."""
    return text


WORD, DIGITS, ADDRESS = r"[\x21-\x7e]+", r"\d{1,32}", r"https://[\x21-\x7e]+"
# The setting that holds the texts which the platform has approved beforehand.
TEMPLATES = "templates"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked for. A `secret` is kept encrypted; a `tick` is yes or no; `pattern` is for the others."""

    name: str
    label: str
    hint: str = ""
    pattern: str = WORD
    secret: bool = False
    tick: bool = False
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind.

    `lead` says what it brings, `effort` what connecting it takes. `promise` has to be ticked before. `account` is the
    setting by which the platform names what its calls are about. `called`: it brings messages to an
    address of ours; `verified`: a word of ours goes to the platform, by
    which it makes sure of our address. `window` is how long one may write freely to who wrote last, None for ever;
    `templates`: beyond that approved texts leave. `greets`: a test goes to a telephone number, else whoever connects it
    writes from an account of their own. `base` is the setting of the server with the platform's address.
    """

    name: str
    lead: str
    effort: str
    fields: Sequence[Field]
    promise: str = ""
    account: str = ""
    called: bool = False
    verified: bool = False
    window: timedelta | None = None
    templates: bool = False
    greets: bool = False
    base: str = ""


KINDS: Mapping[str, Kind] = {
    "whatsapp": Kind(
        _("WhatsApp"),
        _("Customers write to the firm’s number, and are answered from here."),
        _("It takes half an hour, and an account of the firm’s at Meta."),
        (
            Field("phone_number_id", _("Phone number ID"), _("Digits, beside the number in API Setup"), DIGITS),
            Field("token", _("Access token"), secret=True),
            Field("secret", _("App secret"), secret=True),
        ),
        promise=_("The number is not used in an app, or coexistence is set up"),
        account="phone_number_id",
        called=True,
        verified=True,
        window=timedelta(hours=24),
        templates=True,
        greets=True,
        base="graph_api",
    ),
    "telegram_customers": Kind(
        _("Telegram for customers"),
        _("Customers write to a bot of the firm’s, and are answered from here. It costs nothing."),
        _("It takes five minutes, and an account at Telegram: a telephone with the app."),
        (Field("token", _("The bot’s token"), pattern=r"\d{1,20}:[A-Za-z0-9_\-]{1,100}", secret=True),),
        base="telegram_api",
    ),
}
# Kinds whose customers have one talk each, known by an id of the platform.
SOCIAL = frozenset(KINDS)
