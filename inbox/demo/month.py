"""The story of the demo's last month: when each act of each conversation happened, up to now."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from inbox.app import App
from inbox.demo import absences, colleagues, sales, twice
from inbox.demo.letters import Step, Story, stories
from inbox.demo.stage import Stage
from inbox.models import User, now
from inbox.worktime import calendars
from inbox.worktime.hours import Hours

DAYS = 30
FARTHEST = timedelta(days=21)
WEEKEND_SHARE = 0.1
CLOSED_SHARE = 0.7
CLOSING = Step("closes", "")


@dataclass(frozen=True, slots=True)
class Planned:
    """One act of the story with this number, at its moment."""

    at: datetime
    story: int
    step: Step


def play(app: App, progress: Callable[[int, int], None], seed: int) -> None:
    """Let the month happen, in the order in which it did."""
    with app.database.writing() as session:
        channel, staff = colleagues.hire(session, app.vault, app.settings.language)
        hours = calendars.company(session)
    rng = random.Random(seed)
    told = stories(rng)
    acts = plan(rng, told, hours, now())
    with Stage(app, channel.id, {key: user.id for key, user in staff.items()}, hours, rng) as stage:
        for number, act in enumerate(acts, 1):
            stage.act(act.story, told[act.story], act.step, act.at)
            progress(number, len(acts))
        twice.ask_again(app, stage, channel.id, {one.writer.name: one.writer.firm for one in told})
    with app.database.writing() as session:
        people = {key: session.get_one(User, user.id) for key, user in staff.items()}
        absences.enter(session, people, hours.local_day(now()))
        sales.sell(session, people, hours.zone_name, rng, now())


def plan(rng: random.Random, told: Sequence[Story], hours: Hours, today: datetime) -> list[Planned]:
    """When everything happens; nothing lies in the future."""
    acts: list[Planned] = []
    for number, story in enumerate(told):
        moments = _moments(rng, story, hours, today)
        acts += [Planned(at, number, step) for at, step in zip(moments, story.steps, strict=True) if at <= today]
        closing = _closing(rng, story, moments[-1], hours)
        if closing is not None and closing.at <= today:
            acts.append(replace(closing, story=number))
    return sorted(acts, key=lambda act: (act.at, act.story))


def later(hours: Hours, start: datetime, seconds: float) -> datetime:
    """The moment at which so many working seconds have gone by since `start`."""
    if seconds <= 0:
        return start
    low, high = start, start + FARTHEST
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if hours.working_seconds(start, middle) >= seconds:
            high = middle
        else:
            low = middle
    return high


def _moments(rng: random.Random, story: Story, hours: Hours, today: datetime) -> list[datetime]:
    begins = _beginning(rng, story, hours, today)
    while True:
        moments = [begins]
        for step in story.steps[1:]:
            # What programs send comes within a minute or two, at any hour.
            if step.act in ("away", "bounces"):
                moments.append(moments[-1] + timedelta(hours=step.after))
            else:
                moments.append(later(hours, moments[-1], step.after * 3600 * rng.uniform(0.6, 1.5)))
        if story.ago or story.ago_working or moments[-1] <= today - timedelta(hours=1):
            return moments
        begins -= timedelta(days=1)


def _beginning(rng: random.Random, story: Story, hours: Hours, today: datetime) -> datetime:
    if story.ago:
        return today - timedelta(hours=story.ago)
    if story.ago_working:
        return _earlier(hours, today, story.ago_working * 3600)
    zone = hours.zone
    wants_weekend = rng.random() < WEEKEND_SHARE
    days = [today.astimezone(zone).date() - timedelta(days=number) for number in range(1, DAYS)]
    day = rng.choice([day for day in days if (day.weekday() >= 5) is wants_weekend])
    minute = int(rng.triangular(7 * 60 + 20, 19 * 60, 10 * 60))
    return datetime.combine(day, time(minute // 60, minute % 60, rng.randrange(60)), zone)


def _earlier(hours: Hours, end: datetime, seconds: float) -> datetime:
    """The moment from which so many working seconds go by until `end`."""
    moment = end
    while hours.working_seconds(moment, end) < seconds:
        moment -= timedelta(minutes=10)
    return moment


def _closing(rng: random.Random, story: Story, last: datetime, hours: Hours) -> Planned | None:
    """Most conversations are closed some days after the last word, by whoever had it."""
    by = next((step.by for step in reversed(story.steps) if step.by), "")
    ended = story.steps[-1].act in ("enough", "closes", "spam", "bounces") or story.steps[-1].ends == "uncertain"
    if ended or story.steps[-1].act == "says" or not by or rng.random() > CLOSED_SHARE:
        return None
    return Planned(later(hours, last, rng.uniform(6, 20) * 3600), 0, replace(CLOSING, by=by))
