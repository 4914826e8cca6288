"""The explicit table of these channels: what each kind is called, asks for and allows.

Pages, commands and the composition root go by it; where to find what is asked for is told in the page's template
`social_KIND.html`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


def _(text: str) -> str:
    """Marks a text for the catalogue."""
    return text


WORD, DIGITS, ADDRESS = r"[\x21-\x7e]+", r"\d{1,32}", r"https?://[\x21-\x7e]+"
# The kind whose ids are telephone numbers.
WHATSAPP = "whatsapp"
SERVER = r"(?:https?://)?[A-Za-z0-9.-]+(?::\d{1,5})?/?"
# One to a day's.
MINUTES = r"[1-9]\d{0,2}|1[0-3]\d\d|14[0-3]\d|1440"
# The setting that holds the texts which the platform has approved beforehand.
TEMPLATES = "templates"
# A setting of Meta's: colleagues may answer for seven days
# (https://developers.facebook.com/docs/features-reference/human-agent).
HUMAN_AGENT, HUMAN_AGENT_WINDOW = "human_agent", timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked for. A `secret` is kept encrypted; a `tick` is yes or no, `ticked` at first; `pattern` is
    for the others."""

    name: str
    label: str
    hint: str = ""
    pattern: str = WORD
    secret: bool = False
    tick: bool = False
    needed: bool = True
    ticked: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind.

    `lead` says what it brings, `effort` what connecting it takes. `promise` has to be ticked before. `account` is the
    setting by which the platform names what its calls are about. `called`: it brings messages to an address of ours;
    `makes` is what we make up for that: a word by which the platform makes sure of the address, or a key by which both
    sides sign. `window` is how long one may write freely to who wrote last, None for ever; `templates`: beyond that
    approved texts leave. `public`: comments that everybody can read come too, each writer and post a talk of its own
    whose key has a colon. `named`: the platform is asked for the names of who wrote. `greets`: a test goes to a
    telephone number, else whoever connects it writes from an account of their own. `to_talk`: an answer is addressed to
    the talk (a person or a group), not to who wrote last. `keeps`: how long the platform keeps what we did not take,
    None for as long as we need, and `kept` says so to people. `base` is the setting of the server with the platform's
    address. `costs`: each message is paid for, so an account is off until somebody who knows that switches it on.
    """

    name: str
    lead: str
    effort: str
    fields: Sequence[Field]
    promise: str = ""
    account: str = ""
    called: bool = False
    makes: Literal["", "word", "key"] = ""
    window: timedelta | None = None
    templates: bool = False
    public: bool = False
    named: bool = False
    greets: bool = False
    to_talk: bool = False
    keeps: timedelta | None = None
    kept: str = ""
    base: str = ""
    costs: bool = False


_DAY = timedelta(hours=24)
_PAGES_KEPT = _(
    "Meta brings again for a day and a half what was not taken, and is asked for direct messages besides: the newest "
    "twenty of each talk. Older comments are seen on the page itself."
)
# What Meta's pages and accounts ask for alike.
_META = (
    Field("token", _("Access token"), secret=True),
    Field("secret", _("App secret"), secret=True),
    Field("comments", _("Take in comments and mentions too"), tick=True),
    Field(HUMAN_AGENT, _("Answer for 7 days"), _("Tick it once Meta has approved the app’s Human Agent feature"),
          tick=True, ticked=False),
)  # fmt: skip
KINDS: Mapping[str, Kind] = {
    WHATSAPP: Kind(
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
        makes="word",
        window=_DAY,
        templates=True,
        greets=True,
        to_talk=True,
        keeps=timedelta(days=7),
        kept=_("Meta brings again for up to seven days what was not taken. What is older is lost."),
        base="graph_api",
    ),
    "facebook": Kind(
        _("Facebook page"),
        _("Messages to the page by Messenger, comments under its posts, and mentions."),
        _("It takes half an hour, and an account that manages the page."),
        (
            Field("page_id", _("Page ID"), _("Digits, in the page’s settings under Page transparency"), DIGITS),
            *_META,
        ),
        account="page_id",
        called=True,
        makes="word",
        window=_DAY,
        public=True,
        named=True,
        keeps=timedelta(hours=36),
        kept=_PAGES_KEPT,
        base="graph_api",
    ),
    "instagram": Kind(
        _("Instagram"),
        _("Direct messages to the firm’s account, comments under its posts, and mentions."),
        _("It takes half an hour, and a professional account that is linked to the firm’s Facebook page."),
        (
            Field("account_id", _("Account ID"), _("Digits, in the app under Instagram, API setup"), DIGITS),
            Field(
                "page_id",
                _("Page ID"),
                _("Of the linked Facebook page; without it no files can be sent"),
                DIGITS,
                needed=False,
            ),
            *_META,
        ),
        account="account_id",
        called=True,
        makes="word",
        window=_DAY,
        public=True,
        named=True,
        keeps=timedelta(hours=36),
        kept=_PAGES_KEPT,
        base="graph_api",
    ),
    "telegram_customers": Kind(
        _("Telegram for customers"),
        _("Customers write to a bot of the firm’s, and are answered from here. It costs nothing."),
        _("It takes five minutes, and an account at Telegram: a telephone with the app."),
        (Field("token", _("The bot’s token"), pattern=r"\d{1,20}:[A-Za-z0-9_\-]{1,100}", secret=True),),
        to_talk=True,
        keeps=timedelta(hours=24),
        kept=_("Telegram keeps for a day what was not fetched. What is older is lost."),
        base="telegram_api",
    ),
    "mastodon": Kind(
        _("Mastodon"),
        _("Posts that mention the firm’s account, and direct ones."),
        _("It takes five minutes, and costs nothing."),
        (
            Field("server", _("Address of the server"), _("Such as mastodon.uno"), SERVER),
            Field("token", _("Access token"), secret=True),
        ),
        public=True,
    ),
    "x": Kind(
        _("X"),
        _("Posts that mention the firm’s account, and direct messages to it. Each message costs."),
        _("It takes half an hour, and an account of the firm’s at X for developers, with credits."),
        (
            Field("key", _("API key"), _("Also called consumer key")),
            Field("secret", _("API key secret"), secret=True),
            Field("token", _("Access token"), secret=True),
            Field("token_secret", _("Access token secret"), secret=True),
            Field(
                "every", _("Minutes between two questions"), _("From 1 to 1440; left empty, 15"), MINUTES, needed=False
            ),
            Field("mentions", _("Take in posts that mention the account"), tick=True),
            Field("directs", _("Take in direct messages"), tick=True),
        ),
        promise=_("I have read what it costs"),
        public=True,
        named=True,
        base="x_api",
        costs=True,
    ),
    "program": Kind(
        _("Connected program"),
        _("Any program brings its customers’ messages here and gets the answers: a shop, a marketplace, a portal."),
        _("Whoever looks after that program needs half a day."),
        (
            Field("source", _("Short name of the program"), _("Small letters, such as shop"), r"[a-z][a-z0-9-]{1,29}"),
            Field("url", _("Address for the answers"), _("Begins with https://"), ADDRESS, needed=False),
        ),
        called=True,
        makes="key",
        keeps=timedelta(),
        kept=_("The program has to post again what was not taken: whoever looks after it knows whether it does."),
    ),
}
# Kinds whose customers have one talk each, known by an id of the platform.
SOCIAL = frozenset(KINDS)
TO_TALK = frozenset(kind for kind, one in KINDS.items() if one.to_talk)
