"""Three weeks of August in a small firm: a closing, one on duty in the first week, a manager who works mornings.

Played through by the real parts, minute by minute where something may happen; what came of it is a page to read:
august.txt. `python -m tests.routing.test_august` writes it anew.
"""

import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import time_machine

from inbox import conversations, users
from inbox.events import SYSTEM
from inbox.models import Conversation, Delivery, Event, Exchange, Team, User
from inbox.worktime import calendars, closing
from inbox.worktime.calendars import COMPANY, Owner, read_walls
from inbox.worktime.closing import Wanted
from inbox.worktime.hours import DAYS, Week
from routing import passing, reminding, rules
from routing.rules import Actions, Rule
from tests.parts.desk import URL, Desk

PAGE = Path(__file__).with_name("august.txt")
ROME = ZoneInfo("Europe/Rome")
FIRST, LAST = date(2026, 8, 6), date(2026, 8, 25)
STAFF = (("anna", ["rd"]), ("bruno", ["rd"]), ("carla", ["sales"]))
# Who asks what, and who answers when: day, hour, minute.
QUESTIONS = (
    ((6, 10, 0), "tolleranza", "A question on a usual day"),
    ((7, 16, 30), "tolleranza", "Half an hour before the closing"),
    ((10, 9, 30), "tolleranza", "In the closing, while somebody is on duty"),
    ((11, 15, 0), "preventivo", "In the closing, in the afternoon"),
    ((18, 10, 0), "tolleranza", "In the second week, with the one on duty on holiday"),
    ((23, 22, 0), "tolleranza", "On the last evening"),
    ((24, 9, 0), "preventivo", "Back at work, with Carla still away"),
)
ANSWERS = {
    "A question on a usual day": ((6, 11, 30), "bruno"),
    "Half an hour before the closing": ((10, 9, 0), "bruno"),
    "In the closing, while somebody is on duty": ((10, 11, 0), "bruno"),
    "In the closing, in the afternoon": ((12, 9, 30), "bruno"),
    "In the second week, with the one on duty on holiday": ((18, 11, 30), "giulia"),
    "Back at work, with Carla still away": ((25, 9, 0), "giulia"),
}


def at(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 8, day, hour, minute, tzinfo=ROME)


def set_up(desk: Desk) -> None:
    """The firm: hours, holidays of Vicenza, the closing with who stands in, whose week is otherwise."""
    people = {name: desk.add_user(f"{name}@firm.test", "colleague", *teams) for name, teams in STAFF}
    people["giulia"] = desk.manager
    tech = Rule(
        "tech", "Technical", Actions(team="rd", pick="on_duty", acknowledge=True), rules.from_data(TECH)[0].when
    )
    rest = Rule("rest", "Commercial", Actions(team="sales", pick="on_duty", acknowledge=True))
    mornings = tuple(read_walls("8:30-12:30") if n < 5 else () for n in range(len(DAYS)))
    with desk.database.writing() as session:
        rules.save(session, [tech, rest])
        usual = calendars.company(session).layers[0].weeks[0].days
        calendars.save(session, COMPANY, Week(FIRST, "Europe/Rome", usual, "IT", "VI"), SYSTEM)
        calendars.save(session, Owner(None, desk.manager), Week(FIRST, days=mornings), SYSTEM)
        for team in session.query(Team):
            team.claim_minutes = 60
        users.set_teams(session, session.get_one(User, desk.manager), ["triage"])
        for owner, starts, ends, hours, cover, urgent in (
            (COMPANY, 10, 21, "", "bruno", "348 0000000"),
            (Owner(None, people["bruno"]), 10, 14, "9-12", None, ""),
            (Owner(None, people["bruno"]), 17, 21, "", "giulia", ""),
            (Owner(None, desk.manager), 17, 21, "9-12", None, ""),
            (Owner(None, people["carla"]), 3, 28, "", None, ""),
        ):
            days = (date(2026, 8, starts), date(2026, 8, ends))
            wanted = Wanted(*days, read_walls(hours), "", urgent, people[cover] if cover else None)
            closing.add(session, owner, wanted, SYSTEM, FIRST)


TECH = [
    {"slug": "t", "name": "t", "when": [{"fact": "text", "has_any": ["tolleranza"]}], "then": {"team": "rd"}},
    {"slug": "r", "name": "r", "then": {"team": "sales"}},
]


def play(desk: Desk, travel: Callable[[datetime], None]) -> None:
    """Go through the days; the clockwork looks every half an hour, as it does each minute in life."""
    asked: dict[str, Conversation] = {}
    for moment in moments():
        travel(moment)
        for when, word, subject in QUESTIONS:
            if at(*when) == moment:
                sender = f"c{len(asked)}@cliente{len(asked)}.test"
                asked[subject] = desk.ask(f"Buongiorno, una domanda: {word}. Grazie, cordiali saluti", subject=subject,
                                          sender=sender, at=moment)  # fmt: skip
        for subject, (when, who) in ANSWERS.items():
            if at(*when) == moment:
                with desk.database.writing() as session:
                    found = session.get_one(Conversation, asked[subject].id)
                    user = session.query(User).filter(User.email == f"{who}@firm.test").one()
                    assert conversations.claim(session, found, user)
                    conversations.answered_by_phone(session, found, user, at=moment)
        passing.sweep(desk.database, URL, moment)
        reminding.sweep(desk.database, URL, moment)


def moments() -> Iterator[datetime]:
    for day in range(FIRST.day, LAST.day + 1):
        yield from (at(day, hour, minute) for hour in range(8, 18) for minute in (0, 30))
        yield at(day, 22, 0)


def story(desk: Desk) -> str:
    """What happened, conversation by conversation, in the company's time."""
    names = {one.id: one.email.partition("@")[0].capitalize() for one in desk.all(User)}
    teams = {one.id: one.name for one in desk.all(Team)}
    lines = ["Vicenza, August 2026. The company is closed from Monday 10 to Friday 21; Bruno covers it, and is on duty",
             "from 9 to 12 in the first week. In the second he is away too, and Giulia, who works mornings, covers him.",
             "Carla, alone in sales, is away from 3 to 28. A question that nobody takes passes on after 60 minutes.", ""]  # fmt: skip
    for one in desk.all(Conversation):
        lines.append(one.subject)
        for event in desk.all(Event, Event.conversation_id == one.id):
            told = _line(event, names, teams, desk)
            if told:
                lines.append(f"  {event.at.astimezone(ROME):%a %d %H:%M}  {told}")
        (exchange,) = desk.exchanges(one)
        lines += [f"  {_measured(exchange)}", ""]
    return "\n".join(lines)


def _line(event: Event, names: dict[int, str], teams: dict[int, str], desk: Desk) -> str:
    data = event.data
    if event.action == "assigned":
        who = names.get(data["user_id"]) or "nobody yet"
        return f"{'passes on' if data.get('why') else 'goes'} to {teams[data['team_id']]}: {who}"
    if event.action in ("told", "reminded"):
        people = ", ".join(sorted({names[told["user_id"]] for told in data["told"]}))
        return f"told: {people}" if event.action == "told" else f"forgotten ({data['why']}), told: {people}"
    if event.action == "acknowledged":
        sent = next(
            one
            for one in desk.all(Delivery, Delivery.purpose == "acknowledgement")
            if one.conversation_id == event.conversation_id
        )
        text = sent.envelope["text"].split("\n\n")
        return "the customer reads: " + " ".join(text[2:-2])
    return (
        f"taken by {names[event.user_id or 0]}"
        if event.action == "claimed"
        else "answered"
        if event.action == "answered_by_phone"
        else ""
    )


def _measured(exchange: Exchange) -> str:
    if exchange.closed_at is None:
        return "still waits"
    hours = [f"{(seconds or 0) / 3600:.1f}" for seconds in (exchange.wall_seconds, exchange.working_seconds)]
    return f"waited {hours[0]} hours, {hours[1]} of them working hours"


def test_august(desk: Desk) -> None:
    with time_machine.travel(at(6, 7, 0), tick=False) as traveller:
        set_up(desk)
        play(desk, traveller.move_to)
        assert story(desk) == PAGE.read_text("utf-8")


if __name__ == "__main__":
    from config.settings import Settings
    from inbox.app import App
    from inbox.reader import Reader

    with tempfile.TemporaryDirectory() as folder, time_machine.travel(at(6, 7, 0), tick=False) as clock:
        app, reader = App(Settings(data=Path(folder), language="en")), Reader()
        app.prepare()
        made = Desk(app, reader)
        set_up(made)
        play(made, clock.move_to)
        PAGE.write_text(story(made), "utf-8")
        app.close()
        reader.close()
