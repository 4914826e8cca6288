"""What a platform charges for each message, as it publishes it: shown before an account is switched on.

X: https://docs.x.com/x-api/getting-started/pricing, read in August 2026. It charges for each thing that it gives, once
in a day (UTC), and for each thing that is sent; being asked in vain is free.
"""

from collections.abc import Mapping

# Thousandths of a US dollar: a post, a message or a name that is read, an answer that is sent.
MENTION, DIRECT, NAME = 5, 10, 10
ANSWER, ANSWER_WITH_LINK, DIRECT_ANSWER = 15, 200, 15
# So many of the newest direct messages are read anew each day, for X cannot be asked for those alone that are new.
READ_ANEW, DAYS = 5, 30


def prices() -> Mapping[str, str]:
    """Each price in dollars, by what it is for."""
    found = {
        "mention": MENTION, "direct": DIRECT, "name": NAME, "answer": ANSWER, "link": ANSWER_WITH_LINK,
        "direct_answer": DIRECT_ANSWER,
    }  # fmt: skip
    return {name: f"{one / 1000:.3f}" for name, one in found.items()}


def month(mentions: int, directs: int) -> str:
    """Dollars for a month in which so many come, each of somebody new and answered once, without a link.

    Our own direct answer is read back, and paid for as such.
    """
    posts = mentions * (MENTION + NAME + ANSWER)
    messages = directs * (DIRECT + NAME + DIRECT_ANSWER + DIRECT) + READ_ANEW * DAYS * DIRECT
    return f"{(posts + messages) / 1000:.2f}"
