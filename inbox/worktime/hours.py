"""Working time, purely: weekly hours, public holidays and closures of company, team and person, one over the other.

Hours are minutes of the local day, turned into UTC day by day: an hour that the clock leaves out in spring is worked by
nobody, one that it repeats in autumn is worked twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from inbox.worktime import publicholidays

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY, MINUTES_A_DAY = timedelta(days=1), 24 * 60
# Beyond these no working time is looked for.
DAYS_AHEAD = 800
# No zone is farther from UTC, and none changes its clock twice within so little.
_WIDEST = timedelta(hours=15)
# From and to, in minutes of the local day; 1440 is its end.
Wall = tuple[int, int]
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Week:
    """Weekly hours from a day on: `days` has seven parts, Monday's first; None: those of the layer below. "" as zone
    or country is the layer below's too. `worked`: holidays that are working days."""

    valid_from: date
    zone: str = ""
    days: tuple[tuple[Wall, ...], ...] | None = None
    country: str = ""
    province: str = ""
    worked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Special:
    """Days, both included, on which `walls` are worked whatever the week says; () for none. `number`: the closure's."""

    starts: date
    ends: date
    walls: tuple[Wall, ...] = ()
    number: int = 0


@dataclass(frozen=True, slots=True)
class Layer:
    """What one owner (company, team, person) set: weeks by their first day; specials, of which a later one wins.

    `always`: days before the first week go by it.
    """

    weeks: tuple[Week, ...] = ()
    specials: tuple[Special, ...] = ()
    always: bool = False

    def week(self, day: date) -> Week | None:
        """The week valid on a day."""
        found = self.weeks[0] if self.always and self.weeks else None
        for one in self.weeks:
            if one.valid_from <= day:
                found = one
        return found

    def special(self, day: date) -> Special | None:
        """What is out of the ordinary on a day."""
        return next((one for one in reversed(self.specials) if one.starts <= day <= one.ends), None)


@dataclass(frozen=True, slots=True)
class Day:
    """One local day: what is worked, in which zone, and why it is not as usual: a closure, or a holiday's name."""

    walls: tuple[Wall, ...]
    zone: str
    special: Special | None = None
    holiday: str = ""

    @property
    def closed(self) -> bool:
        """Whether a closure or an absence takes the whole day."""
        return self.special is not None and not self.special.walls


class Hours:
    """Somebody's working hours: the company's layer, over it a team's, over it a person's. Without any, every second
    is worked."""

    def __init__(self, layers: Sequence[Layer] = ()) -> None:
        self.layers = tuple(layers)
        self._days: dict[date, Day] = {}
        self._stretches: dict[date, tuple[Stretch, ...]] = {}
        zones = [week.zone for layer in self.layers for week in layer.weeks[-1:] if week.zone]
        self.known = any(layer.weeks for layer in self.layers)
        self.zone_name = zones[-1] if zones else "UTC"
        self.zone = ZoneInfo(self.zone_name)

    def day(self, day: date) -> Day:
        """What holds on a local day: the closure nearest to the person, else the holiday, else the weekly hours.

        A closure of a level above that leaves some hours (a half day) leaves somebody with hours of their own what
        both have in common.
        """
        if day not in self._days:
            self._days[day] = self._day(day)
        return self._days[day]

    def stretches(self, day: date) -> tuple[Stretch, ...]:
        """The working time of a local day as moments in UTC, in order."""
        if day not in self._stretches:
            found = self.day(day)
            self._stretches[day] = tuple(_moments(ZoneInfo(found.zone), day, found.walls))
        return self._stretches[day]

    def working_seconds(self, start: datetime, end: datetime) -> int:
        """Seconds between two UTC moments that lie in working hours; 0 if `end` is not after `start`."""
        if end <= start:
            return 0
        if not self.known:
            return int((end - start).total_seconds())
        total = 0.0
        day, last = self._first(start), end.astimezone(self.zone).date() + DAY
        while day <= last:
            for begins, ends in self.stretches(day):
                total += max(0.0, (min(end, ends) - max(start, begins)).total_seconds())
            day += DAY
        return int(total)

    def is_working(self, moment: datetime) -> bool:
        """Whether `moment` (UTC) lies in working hours."""
        if not self.known:
            return True
        first = self._first(moment)
        return any(begins <= moment < ends for n in range(3) for begins, ends in self.stretches(first + n * DAY))

    def local_day(self, moment: datetime) -> date:
        """The local day at a moment (UTC)."""
        return moment.astimezone(self.zone).date()

    def after(self, start: datetime, minutes: int) -> datetime:
        """The moment (UTC) by which so many working minutes have passed since `start`.

        Without hours, or where no working time comes, minutes of the clock count.
        """
        left = timedelta(minutes=minutes)
        for begins, ends in self.coming(start):
            begins = max(begins, start)
            if ends - begins >= left:
                return begins + left
            left -= ends - begins
        return start + timedelta(minutes=minutes)

    def next_opening(self, moment: datetime) -> datetime:
        """When working hours next begin, not before `moment` (UTC); `moment` itself where they never do."""
        return next((begins for begins, _ in self.coming(moment) if begins >= moment), moment)

    def coming(self, moment: datetime) -> Iterator[Stretch]:
        """The stretches of working time that end after a moment (UTC), in order."""
        if not self.known:
            return
        day = self._first(moment)
        for _ in range(DAYS_AHEAD):
            yield from (one for one in self.stretches(day) if one[1] > moment)
            day += DAY

    def closure(self, moment: datetime) -> Special | None:
        """The closure or absence between a moment (UTC) outside of the hours and the next working time, if any."""
        if not self.known or self.is_working(moment):
            return None
        day = self.local_day(moment)
        for _ in range(DAYS_AHEAD):
            if any(ends > moment for _, ends in self.stretches(day)):
                return None
            found = self.day(day)
            if found.closed:
                return found.special
            day += DAY
        return None

    def _first(self, moment: datetime) -> date:
        # A day more: a version of another zone may begin its days earlier.
        return moment.astimezone(self.zone).date() - DAY

    def _day(self, day: date) -> Day:
        zone, holiday = "UTC", ""
        usual: tuple[Wall, ...] = ()
        special: Special | None = None
        limited = False
        for layer in self.layers:
            week = layer.week(day)
            if week is not None:
                zone = week.zone or zone
                if week.days is not None:
                    usual, limited = week.days[day.weekday()], special is not None
                if week.country:
                    holiday = publicholidays.name(week.country, week.province, day, week.worked)
            own = layer.special(day)
            if own is not None:
                special, limited = own, False
        if special is not None:
            return Day(_common(special.walls, usual) if limited else special.walls, zone, special, holiday)
        return Day(() if holiday else usual, zone, None, holiday)


def _common(some: Sequence[Wall], others: Sequence[Wall]) -> tuple[Wall, ...]:
    pairs = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return tuple((begins, ends) for begins, ends in pairs if begins < ends)


def _moments(zone: ZoneInfo, day: date, walls: Sequence[Wall]) -> list[Stretch]:
    """Local hours of a day as moments: in each part of time with one offset of the clock, what falls into it."""
    if not walls:
        return []
    midnight = datetime.combine(day, time.min, UTC)
    found: list[Stretch] = []
    for begins, ends, offset in _parts(zone, midnight - _WIDEST, midnight + DAY + _WIDEST):
        for wall in walls:
            start, end = (midnight + timedelta(minutes=minute) - offset for minute in wall)
            if max(start, begins) < min(end, ends):
                found.append((max(start, begins), min(end, ends)))
    found.sort()
    return _merged(found)


def _parts(zone: ZoneInfo, start: datetime, end: datetime) -> list[tuple[datetime, datetime, timedelta]]:
    """The parts between two moments in which the zone's clock runs evenly, each with its offset."""
    first, last = _offset(zone, start), _offset(zone, end)
    if first == last:
        return [(start, end, first)]
    low, high = start, end
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if _offset(zone, middle) == first:
            low = middle
        else:
            high = middle
    change = high.replace(microsecond=0)
    return [(start, change, first), (change, end, last)]


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _merged(found: Sequence[Stretch]) -> list[Stretch]:
    made: list[Stretch] = []
    for begins, ends in found:
        if made and begins <= made[-1][1]:
            made[-1] = (made[-1][0], max(ends, made[-1][1]))
        else:
            made.append((begins, ends))
    return made
