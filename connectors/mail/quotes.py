"""The sender's own words: a mail's text without what it quotes, and without the signature."""

from connectors.mail import quotewords as words
from connectors.mail.signatures import without_signature

_MOST_LINES = 4_000  # of one mail; what comes later is not looked at
_WINDOW = 6  # lines over which a program may break its introduction of a quote
_HEADERS = 12  # lines in which the headers of a quoted mail stand


def own_words(text: str) -> str:
    """The reply in a mail's text. Where nothing would be left, the whole text."""
    lines = text.split("\n")[:_MOST_LINES]
    kept = _without_quotes(lines)
    kept = without_signature(_trimmed(kept))
    return "\n".join(_trimmed(kept)).rstrip() or text.strip("\n")


def signature(text: str) -> list[str]:
    """The lines of the signature below the own words; [] where there is none."""
    lines = _until_quotes(text.split("\n")[:_MOST_LINES])
    first = next((index for index, line in enumerate(lines) if line.strip() and not _quoted(line)), len(lines))
    kept = [line for line in lines[first:] if not _quoted(line)]
    own = without_signature(kept)
    # The lines above the data may be the name, and the firm's.
    return kept[max(len(own) - 2, 0) :] if len(own) < len(kept) else []


def _trimmed(lines: list[str]) -> list[str]:
    """Without empty lines at both ends, nor rules at the end."""
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip(words.ORNAMENT):
        end -= 1
    return lines[start:end]


def _without_quotes(lines: list[str]) -> list[str]:
    """Quotes before and after the own words go; those between stay, for the words answer them."""
    return _without_outer_quotes(_until_quotes(lines))


def _until_quotes(lines: list[str]) -> list[str]:
    """Without introductions of quotes, and without the mail that is quoted as a whole below."""
    kept: list[str] = []
    ends = [line.rstrip(words.INVISIBLE).lower().endswith(words.ENDINGS) for line in lines]
    index, written = 0, False
    while index < len(lines):
        line = lines[index]
        if not line.strip() or _quoted(line):
            kept.append(line)
            index += 1
            continue
        end = _introduction(lines, index) if True in ends[index : index + _WINDOW] else 0
        if _mail_begins(lines, index):
            if written:
                break
            index = _after_headers(lines, index)
        elif end:
            if written and not _quote_follows(lines, end):
                break
            index = end
        else:
            kept.append(line)
            index += 1
            written = True
    return kept


def _without_outer_quotes(lines: list[str]) -> list[str]:
    own = [index for index, line in enumerate(lines) if line.strip() and not _quoted(line)]
    # A signature below the quote does not make it an answer in between.
    body = without_signature(lines[own[0] :]) if own else []
    last = max((index for index in own if index < own[0] + len(body)), default=-1)
    return lines[own[0] : last + 1] if own else []


def _quoted(line: str) -> bool:
    return line.lstrip()[:1] == ">" and not line.startswith("    ")


def _quote_follows(lines: list[str], index: int) -> bool:
    following = next((line for line in lines[index : index + 4] if line.strip()), "")
    return _quoted(following)


def _introduction(lines: list[str], index: int) -> int:
    """The index after an "On … wrote:" that begins at `index`, else 0."""
    first = lines[index]
    if not first.strip() or len(first) > 400 or _quoted(first):
        return 0
    begins = bool(words.BEGINS.match(first)) and any(sign.isdigit() for sign in first)
    begins = begins or bool(words.DATED.search(first))
    joined = ""
    for end in range(index, min(index + (_WINDOW if begins else 3), len(lines))):
        joined += " " + lines[end].strip()
        if len(joined) > 500:
            return 0
        if words.ENDS.search(lines[end][-80:]):
            return end + 1 if _introduces(joined, begins, _quote_follows(lines, end + 1)) else 0
        if not begins and not words.HAS_ADDRESS.search(joined):
            return 0
    return 0


def _introduces(text: str, begins: bool, quote_follows: bool) -> bool:
    verb, time = bool(words.VERB.search(text)), bool(words.HAS_TIME.search(text))
    address = bool(words.HAS_ADDRESS.search(text))
    if text.rstrip(words.INVISIBLE)[-1:] not in ":：":
        return begins and verb and time and address
    if (begins and verb and (time or address)) or (words.SIGNED.search(text) and words.DATED.search(text)):
        return True
    if begins and address and time:
        return True
    # Other languages are known by what stands there: when, who, and a quote below.
    return (verb and (time or address)) or (quote_follows and (verb or address or time))


def _mail_begins(lines: list[str], index: int) -> bool:
    """Whether a whole other mail follows: a line of dashes with words, or the headers of a mail."""
    line = lines[index]
    if not line.strip() or len(line) > 300:
        return False
    if not any(sign in line[:120] for sign in words.SIGNS):
        return bool(words.REPLY_ABOVE.match(line))
    if words.SEPARATOR.match(line) or words.FORWARDED.match(line) or words.REPLY_ABOVE.match(line):
        return True
    following = [other for other in lines[index + 1 : index + 4] if other.strip()]
    if words.RULE.match(line) or words.DASHED.match(line):
        return any(_headers(lines, start) for start in range(index + 1, min(index + 4, len(lines)))) and bool(following)
    return _headers(lines, index)


def _headers(lines: list[str], index: int) -> bool:
    """Whether the headers of a quoted mail begin here. A freight request's "Da: … A: … Data: …" does not suffice."""
    first = words.HEADER.match(lines[index])
    if not first or first.lastgroup in ("to", "else"):
        return False
    found = [words.HEADER.match(line) for line in lines[index : index + _HEADERS]]
    kinds = {match.lastgroup for match in found if match}
    address = bool(words.HAS_ADDRESS.search(" ".join(lines[index : index + 3])))
    sure = "subject" in kinds or "sent" in kinds or address
    return sure and "from" in kinds and len(kinds) >= 3


def _after_headers(lines: list[str], index: int) -> int:
    """The index after the headers of a mail that begins at `index`."""
    end = index + 1
    for at in range(index, min(index + _HEADERS, len(lines))):
        if words.HEADER.match(lines[at]):
            end = at + 1
    return end
