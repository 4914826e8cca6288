"""What stands under an answer by mail: the colleague's signature, the mailbox's, and the company's footer.

Italian firms must name themselves in their letters (art. 2250 c.c.: name, seat, register and number; art. 35 DPR
633/1972: VAT number); the footer is the place.
"""

from sqlalchemy.orm import Session

from inbox import company
from inbox.models import Channel, User

FOOTER = "footer"
MAX_CHARS = 2_000


def tidy(text: str | None) -> str:
    """A signature as it is kept: plain line breaks, no blanks at line ends, of a sane length."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")[:MAX_CHARS]


def footer(session: Session) -> str:
    """The company's, under the answers of all mailboxes."""
    return company.get(session, FOOTER)


def set_footer(session: Session, text: str) -> None:
    """Change the company's."""
    company.put(session, FOOTER, tidy(text))


def block(session: Session, channel: Channel, user: User) -> str:
    """All that stands under this colleague's answers by this channel, "" where nothing was set.

    It begins with the mark "-- " by which mail programs set signatures apart (RFC 3676 section 4.3).
    """
    below = footer(session)
    if channel.kind != "mail" or not (user.signature or channel.signature or below):
        return ""
    upper = "\n".join(one for one in (user.signature or user.name, channel.signature) if one)
    return "\n\n".join(["-- \n" + upper, *([below] if below else [])])


def of_company(channel: Channel, below: str) -> str:
    """What stands under a text that nobody of us wrote: the mailbox's signature and the footer (`below`), or ""."""
    under = [one for one in (channel.signature, below) if one]
    return "-- \n" + "\n\n".join(under) if channel.kind == "mail" and under else ""


def signed(text: str, under: str) -> str:
    """The text with what stands under it."""
    return f"{text.rstrip()}\n\n{under}" if under else text
