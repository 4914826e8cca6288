"""When a rule is asked at all: by which event, after how many working minutes, and in which days it is valid."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from routing.errors import RuleError

NEW, AGAIN, UNCLAIMED, UNANSWERED, STAGE = "new", "again", "unclaimed", "unanswered", "stage"
EVENTS = (NEW, AGAIN, UNCLAIMED, UNANSWERED, STAGE)
TIMED = (UNCLAIMED, UNANSWERED)
MAX_MINUTES = 100_000
KEYS = ("on", "after", "from", "until", "continue")


@dataclass(frozen=True, slots=True)
class Occasion:
    """on: one of EVENTS. after: working minutes, only with TIMED, else 0. starts, ends: the first and last day (in the
    company's time) on which the rule is valid. goes_on: the rules after it are asked too, and what they do adds up."""

    on: str = NEW
    after: int = 0
    starts: date | None = None
    ends: date | None = None
    goes_on: bool = False

    @property
    def limited(self) -> bool:
        """Whether it takes no part on some day, or after some minutes."""
        return bool(self.after or self.starts or self.ends)

    def valid(self, today: date | None, after: int | None) -> bool:
        """Whether it takes part on a day (None: whatever the day) and after so many minutes (None: after any)."""
        if after is not None and self.after not in (0, after):
            return False
        return today is None or ((not self.starts or self.starts <= today) and (not self.ends or today <= self.ends))

    def as_data(self) -> dict[str, Any]:
        """Only what is not as usual."""
        data: dict[str, Any] = {"on": self.on} if self.on != NEW else {}
        data |= {"after": self.after} if self.after else {}
        data |= {"from": self.starts.isoformat()} if self.starts else {}
        data |= {"until": self.ends.isoformat()} if self.ends else {}
        return data | ({"continue": True} if self.goes_on else {})


def parse(data: dict[str, Any]) -> Occasion:
    """The occasion from a rule's data; raises RuleError with what is wrong."""
    event, after, goes_on = data.get("on", NEW), data.get("after"), data.get("continue", False)
    if event not in EVENTS:
        raise RuleError(f"on: must be one of {', '.join(EVENTS)} (got {event!r})", "unknown_event", "on")
    if event not in TIMED and after is not None:
        raise RuleError(f"after: only goes with on = {' or '.join(TIMED)} (got {after!r})", "after_misplaced", "after")
    if event in TIMED and (isinstance(after, bool) or not isinstance(after, int) or not 0 < after <= MAX_MINUTES):
        got = "nothing" if after is None else repr(after)
        raise RuleError(
            f"after: on = {event} needs working minutes from 1 to {MAX_MINUTES} (got {got})", "after_missing", "after"
        )
    if not isinstance(goes_on, bool):
        raise RuleError(f"continue: must be true or false (got {goes_on!r})", "not_a_flag", "continue")
    starts, ends = _day("from", data.get("from")), _day("until", data.get("until"))
    if starts and ends and ends < starts:
        raise RuleError(f"until: {ends} is before from ({starts})", "until_before_from", "until")
    return Occasion(event, after or 0, starts, ends, goes_on)


def _day(name: str, value: Any) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    try:
        return date.fromisoformat(value) if len(value) == len("2026-12-31") else _no_day(name, value)
    except (TypeError, ValueError):
        return _no_day(name, value)


def _no_day(name: str, value: Any) -> date:
    raise RuleError(f"{name}: must be a day such as 2026-12-31 (got {value!r})", "not_a_day", name)
