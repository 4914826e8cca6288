"""Handed off with a note: whoever gets it is told, by whose hand and why; whoever gave it is not."""

from inbox.models import Conversation, Team, User
from routing import handing
from tests.parts.desk import URL, Desk


def hand_over(desk: Desk, asked: Conversation, *, team: str = "sales", user: int | None = None, by: int = 0) -> None:
    with desk.database.writing() as session:
        team_id = session.query(Team).filter_by(slug=team).one().id
        found, giver = session.get_one(Conversation, asked.id), session.get_one(User, by or desk.manager)
        handing.hand_over(session, found, giver, URL, team_id=team_id, user_id=user, note="Conosce il cliente")


def told(desk: Desk) -> list[tuple[str, str]]:
    return [(one.recipient.partition("@")[0], one.envelope["text"]) for one in desk.notices()]


def test_the_person_is_told_with_the_note(desk_on_both: Desk) -> None:
    desk = desk_on_both
    carla = desk.add_user("carla@firm.test", "colleague", "sales")
    asked = desk.ask()
    before = len(told(desk))
    hand_over(desk, asked, user=carla)
    ((who, text),) = told(desk)[before:]
    assert who == "carla"
    assert "giulia passes it on." in text
    assert "Note: Conosce il cliente" in text
    hand_over(desk, asked, user=carla)
    assert len(told(desk)) == before + 1, "she has it already"


def test_the_team_is_told_but_not_whoever_hands_it_off(desk_on_both: Desk) -> None:
    desk = desk_on_both
    carla, _ = (desk.add_user(f"{name}@firm.test", "colleague", "sales") for name in ("carla", "dario"))
    asked = desk.ask()
    before = len(told(desk))
    hand_over(desk, asked, by=carla)
    assert [who for who, _ in told(desk)[before:]] == ["dario"]
    hand_over(desk, asked, by=carla, user=carla)
    assert len(told(desk)) == before + 1, "to oneself: nobody is told"
