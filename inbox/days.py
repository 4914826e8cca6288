"""Days as people write them, in Italian, English and German: Friday, tomorrow, the 15th, in three days. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from inbox.folding import fold

_WEEKDAYS = (
    ("lunedi", "martedi", "mercoledi", "giovedi", "venerdi", "sabato", "domenica"),
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"),
)
_MONTHS = (
    ("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre",
     "novembre", "dicembre"),
    ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
     "december"),
    ("januar", "februar", "marz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november",
     "dezember"),
)  # fmt: skip
_DAY_NUMBERS = {name: number for table in _WEEKDAYS for number, name in enumerate(table)}
_MONTH_NUMBERS = {name: number for table in _MONTHS for number, name in enumerate(table, 1)}
_COUNTS = {"un": 1, "una": 1, "uno": 1, "a": 1, "one": 1, "einer": 1, "einem": 1, "due": 2, "two": 2, "zwei": 2,
           "tre": 3, "three": 3, "drei": 3, "quattro": 4, "four": 4, "vier": 4, "cinque": 5, "five": 5,
           "funf": 5}  # fmt: skip
FRIDAY, MOST_DAYS = 4, 90
_NAMES = "|".join(_DAY_NUMBERS)
_MONTH = "|".join(sorted(_MONTH_NUMBERS, key=len, reverse=True))
_COUNT = rf"(?P<count>\d{{1,2}}|{'|'.join(_COUNTS)})"
# Of a day that is over, or that only names something: the meeting of Friday, last Monday.
_NOT_THEN = "".join(rf"(?<!\b{word} )" for word in (
    "di", "del", "dal", "da", "dallo", "of", "from", "since", "last", "vom", "seit", "letzten", "scorso",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A day, and where in the folded text it is written."""

    day: date
    start: int
    end: int


def find(text: str, today: date) -> Found | None:
    """The first day from today on that a text names; None where it names none, or only one that is over."""
    said = fold(text)
    found = []
    for pattern, read in _TABLE:
        for place in pattern.finditer(said):
            day = read(place, today)
            if day is not None and today <= day:
                found.append(Found(day, place.start(), place.end()))
                break
    # Of those that begin together the longer one says more: "the day after tomorrow" is not tomorrow.
    return min(found, key=lambda one: (one.start, -one.end), default=None)


def _weekday(place: re.Match[str], today: date) -> date:
    ahead = (_DAY_NUMBERS[place["name"]] - today.weekday()) % 7
    return today + timedelta(days=ahead or 7)


def _dated(place: re.Match[str], today: date) -> date | None:
    month = place["month"]
    number = int(month) if month.isdigit() else _MONTH_NUMBERS[month]
    year = place["year"]
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), number, int(place["day"]))
    day = _date(today.year, number, int(place["day"]))
    # A day of this year that is long over is meant in the next.
    if day is not None and day < today - timedelta(days=MOST_DAYS):
        return _date(today.year + 1, number, int(place["day"]))
    return day


def _of_month(place: re.Match[str], today: date) -> date | None:
    number = int(place["day"])
    if number >= today.day:
        return _date(today.year, today.month, number)
    first = _next_month(today)
    return _date(first.year, first.month, number)


def _counted(place: re.Match[str], today: date) -> date | None:
    said, unit = place["count"], place["unit"]
    count = int(said) if said.isdigit() else _COUNTS[said]
    if unit.startswith(("settiman", "week", "woche")):
        days = 7 * count
    else:
        days = -(-count // 24) if unit.startswith(("ore", "hour", "stunde")) else count
    if days > MOST_DAYS:
        return None
    return _working(today, days) if place["working"] or place["after"] else today + timedelta(days=days)


def _working(today: date, days: int) -> date:
    day = today
    while days:
        day += timedelta(days=1)
        days -= day.weekday() <= FRIDAY
    return day


def _end_of_week(_place: re.Match[str], today: date) -> date:
    return today + timedelta(days=(FRIDAY - today.weekday()) % 7)


def _next_week(_place: re.Match[str], today: date) -> date:
    """Its Friday: by then it is to be done."""
    return today + timedelta(days=7 - today.weekday() + FRIDAY)


def _next_month(today: date) -> date:
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_Reader = Callable[[re.Match[str], date], date | None]
_TABLE: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern, re.ASCII), read)
    for pattern, read in (
        (r"\b(?:oggi|in giornata|stasera|today|tonight|heute)\b", lambda _place, today: today),
        (r"\b(?:domani|tomorrow|(?<!guten )morgen)\b(?!s)", lambda _place, today: today + timedelta(days=1)),
        (r"\b(?:dopodomani|(?:the )?day after tomorrow|ubermorgen)\b", lambda _place, today: today + timedelta(days=2)),
        (rf"{_NOT_THEN}\b(?P<name>{_NAMES})\b(?! (?:scors[oa]|passat[oa]|last))", _weekday),
        (rf"\b(?P<day>[0-3]?\d)(?:\.|st|nd|rd|th|°)?(?: di| of)? (?P<month>{_MONTH})\b(?:,? (?P<year>20\d\d))?",
         _dated),
        (rf"\b(?P<month>{_MONTH}) (?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b(?:,? (?P<year>20\d\d))?(?![.,]?\d)", _dated),
        (r"(?<![\d/.,-])(?P<day>[0-3]?\d)/(?P<month>[01]?\d)(?:/(?P<year>20\d\d|\d\d))?(?![\d/]|[.,]\d)", _dated),
        (r"(?<![\d/.,-])(?P<day>[0-3]?\d)\.(?P<month>[01]?\d)\.(?P<year>20\d\d|\d\d)?(?![\d/])", _dated),
        (r"\b(?P<year>20\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)\b", _dated),
        (r"\b(?:entro il(?: giorno)?|per il(?: giorno)?|by the|bis zum) (?P<day>[0-3]?\d)(?:st|nd|rd|th|\.)?"
         rf"(?=$|[\s,;:!)]|\.(?:\s|$))(?! (?:{_MONTH}|%|mm|kg|pezz|pz|per ?cent|prozent|stuck))(?![.,/]\d)", _of_month),
        (rf"\b(?:entro|tra|fra|in|within|innerhalb(?: von)?|binnen) (?:i prossimi |le prossime |the next )?{_COUNT} "
         r"(?P<working>working |business |werk)?(?P<unit>giorn[oi]|settiman[ae]|ore|days?|weeks?|hours?|tage?n?|wochen?"
         r"|stunden)(?P<after> lavorativ[oi])?\b", _counted),
        (r"\b(?:la |nella )?(?:prossima settimana|settimana prossima)\b|\bnext week\b|\bnachste[rn]? woche\b",
         _next_week),
        (r"\b(?:in settimana|entro (?:la |questa )?settimana|(?:(?:entro|per) )?(?:la )?fine (?:della )?settimana"
         r"|(?:by |before )?the end of (?:the|this) week|this week|ende (?:der|dieser) woche|diese woche)\b",
         _end_of_week),
        (r"\b(?:fine (?:del )?mese|end of (?:the|this) month|ende (?:des|dieses) monats|monatsende)\b",
         lambda _place, today: _next_month(today) - timedelta(days=1)),
    )
)  # fmt: skip
