"""How much a pattern has to remember while it reads.

RE2 never explodes, but a counted gap (`a.{0,40}b`) makes it remember where in the last forty characters an `a` stood,
and on a text made for that purpose it then takes a microsecond for a character instead of a nanosecond. Two hundred
such patterns kept a decision busy for 19 seconds. So the wider its gaps, the less of a text a pattern reads.
"""

import re
from functools import lru_cache

from inbox.folding import MAX_CHARS

MANY, MANY_DIGITS = 8, 16
LEAST_READ, READ_BY_WIDTH = 1_000, 60_000
_TOKEN = re.compile(
    r"""(?P<nothing>\(\?[a-zA-Z-]+\)|\\[bBAz]|[\^$|])
      | (?P<open>\((?:\?(?:[a-zA-Z-]*:|P?<\w+>))?)
      | (?P<close>\))
      | \{(?P<count>\d+(?:,\d*)?)\}
      | (?P<loop>[*+])
      | (?P<digit>\\d|\[0-9\])
      | (?P<wide>\.|\\[wWDSsC]|\\[pP](?:\{\^?\w+\}|\w)|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\])
      | (?P<letter>\\x\{[0-9a-fA-F]+\}|\\x[0-9a-fA-F]{2}|\\.|[^?])""",
    re.X | re.S,
)


@lru_cache(maxsize=5_000)
def reads(pattern: str) -> int:
    """How many characters of a text a (valid) pattern reads."""
    wide = width(pattern)
    return MAX_CHARS if wide < MANY else max(LEAST_READ, READ_BY_WIDTH // wide)


def width(pattern: str) -> int:
    """How many places of a (valid) pattern, its counts written out, take nearly any character; those in a plain loop
    (`.*`) need no remembering."""
    sums, last, kind = [0], 0, ""
    for token in _TOKEN.finditer(pattern):
        before, kind = kind, token.lastgroup or ""
        if kind == "open":
            sums.append(0)
        elif kind == "close" and len(sums) > 1:
            last = sums.pop()
            sums[-1] += last
        elif kind == "count":
            most = max(int(one) for one in token["count"].split(",") if one)
            once = last or (before == "close" or (before == "digit" and most > MANY_DIGITS))
            sums[-1] += once * most - last
            last = once * most
        elif kind == "loop" and before == "wide":
            sums[-1] -= last
            last = 0
        elif kind != "loop":
            last = int(kind == "wide")
            sums[-1] += last
    return sum(sums)
