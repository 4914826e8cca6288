"""Whose chat it is: asked by a link, said by a yes on the page, over at once; groups of teams; chats that are shut."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from connectors.base import ConnectorError
from inbox import deliveries, linking, replies, users
from inbox.events import person
from inbox.models import ChatCard, Delivery, Event, Team, TeamLink, Ticket, User, UserLink, now
from inbox.models.delivery import FAILED, NOTIFICATION, RETRY, SENT
from routing import rules
from routing.rules import Rule
from tests.parts.chats import GROUP, MARIO, Bot, said
from tests.parts.desk import Desk


@pytest.fixture
def bot(desk_on_both: Desk) -> Bot:
    return Bot(desk_on_both)


@pytest.fixture
def marco(bot: Bot) -> int:
    return bot.desk.add_user("marco@firm.test", "colleague", "rd")


def confirm(bot: Bot, user_id: int) -> bool:
    number = bot.links()[user_id].id
    return bot.do(lambda session, _: linking.confirm(session, session.get_one(User, user_id), number))


def happened(bot: Bot, *actions: str) -> list[tuple[str, int | None]]:
    events = bot.desk.all(Event, Event.action.in_(actions))
    return [(one.action, one.data.get("subject_user_id") or one.data.get("subject_team_id")) for one in events]


def group_ticket(bot: Bot, user_id: int, team_id: int) -> str:
    return bot.do(
        lambda session, channel: linking.group_link(
            session, channel, session.get_one(User, user_id), session.get_one(Team, team_id)
        )
    ).partition("?startgroup=")[2]


def team_id(bot: Bot, slug: str = "rd") -> int:
    number: int = bot.desk.one(select(Team).where(Team.slug == slug)).id
    return number


def test_a_chat_counts_from_the_yes_on(bot: Bot, marco: int) -> None:
    assert bot.hears(said(start=bot.link(marco), username="mario")) == "waits for a yes on the page"
    link = bot.links()[marco]
    assert (link.name, link.username, link.confirmed_at) == ("Mario R.", "mario", None)
    assert bot.sender() is None
    assert bot.hears(said("ciao")) == "nobody we know"
    assert [where for where, _ in bot.said()] == [MARIO]
    assert "please confirm on the page" in bot.said()[0][1]
    assert confirm(bot, marco)
    assert bot.sender() == marco
    assert "Done, marco" in bot.said()[1][1]
    assert not confirm(bot, marco), "once"
    bot.desk.deliver()
    assert [one.state for one in bot.desk.notices()] == [SENT, SENT]
    assert happened(bot, "link_opened", "linked") == [("link_opened", None), ("linked", None)]


def test_nobody_says_yes_for_another(bot: Bot, marco: int) -> None:
    bot.hears(said(start=bot.link(marco)))
    number = bot.links()[marco].id
    for verb in (linking.confirm, linking.unlink):
        assert not bot.do(lambda session, _, v=verb: v(session, session.get_one(User, bot.desk.manager), number))  # type: ignore[misc]
    assert bot.links()[marco].confirmed_at is None


def test_a_link_is_for_once_for_ten_minutes(bot: Bot, marco: int) -> None:
    token = bot.link(marco)
    assert len(token) >= 22, "128 bits"
    with time_machine.travel(now() + timedelta(minutes=11)):
        assert bot.hears(said(start=token)) == "a link that is over"
    first, second = bot.link(marco), bot.link(marco)
    assert bot.hears(said(start=first)) == "a link that is over", "a newer one ends it"
    assert bot.hears(said(start=second)) == "waits for a yes on the page"
    assert bot.hears(said(person="777", start=second)) == "a link that is over"
    assert set(bot.links()) == {marco}


def test_a_chat_changes_hands_only_by_the_new_ones_yes(bot: Bot, marco: int) -> None:
    manager = bot.desk.manager
    bot.linked(manager)
    bot.hears(said(start=bot.link(marco)))
    assert bot.sender() == manager
    assert confirm(bot, marco)
    assert bot.sender() == marco
    assert set(bot.links()) == {marco}
    assert happened(bot, "link_lost") == [("link_lost", manager)]


def test_a_chat_opened_again_stays_linked_and_a_no_ends_the_asking(bot: Bot, marco: int) -> None:
    bot.linked(marco)
    assert bot.hears(said(start=bot.link(marco), username="new")) == "linked already"
    assert bot.links()[marco].username == "new"
    assert bot.sender() == marco
    giulia = bot.desk.manager
    bot.hears(said(person="99", start=bot.link(giulia)))
    number = bot.links()[giulia].id
    assert bot.do(lambda session, _: linking.unlink(session, session.get_one(User, giulia), number))
    assert set(bot.links()) == {marco}
    assert happened(bot, "link_refused", "unlinked") == [("link_refused", None)]


def test_several_chats_are_one_colleagues(bot: Bot, marco: int) -> None:
    bot.linked(marco, "1")
    second = bot.linked(marco, "2")
    bot.linked(bot.desk.manager, "3")
    assert [bot.sender(one) for one in ("1", "2", "3", "4")] == [marco, marco, bot.desk.manager, None]
    bot.do(lambda session, _: linking.unlink(session, session.get_one(User, marco), second))
    assert [bot.sender(one) for one in ("1", "2")] == [marco, None]


def test_a_personal_link_shown_to_a_group_is_over(bot: Bot, marco: int) -> None:
    token = bot.link(marco)
    assert bot.hears(said(chat=GROUP, group="R&D", start=token)).endswith("it is over")
    assert bot.hears(said(person="777", start=token)) == "a link that is over"
    assert bot.desk.all(TeamLink) == []
    assert bot.said() == []


def test_a_manager_links_a_group(bot: Bot, marco: int) -> None:
    number = team_id(bot)
    token = group_ticket(bot, bot.desk.manager, number)
    assert bot.hears(said(start=token)) == "a link that is over", "in private it means nothing"
    assert bot.hears(said(chat=GROUP, group="R&D Ferraluna", start=token)) == "a group linked"
    (one,) = bot.desk.all(TeamLink)
    assert (one.team_id, one.address, one.name, one.by_user_id) == (number, GROUP, "R&D Ferraluna", bot.desk.manager)
    assert bot.hears(said(chat="-2", group="Other", start=token)) == "a link that is over"
    assert bot.said()[0][0] == GROUP
    bot.hears(said(chat=GROUP, group="R&D", start=group_ticket(bot, bot.desk.manager, team_id(bot, "sales"))))
    assert [one.team_id for one in bot.desk.all(TeamLink)] == [team_id(bot, "sales")], "the last choice holds"
    assert bot.hears(said("un saluto a tutti", chat=GROUP, group="R&D")) == "nobody we know"


def test_only_who_manages_now_links_a_group(bot: Bot, marco: int) -> None:
    token = group_ticket(bot, marco, team_id(bot))
    assert bot.hears(said(chat=GROUP, group="R&D", start=token)) == "the link of nobody who may do this"
    assert bot.desk.all(TeamLink) == []


def test_a_group_is_forgotten_by_its_own_team_only(bot: Bot) -> None:
    bot.hears(said(chat=GROUP, group="R&D", start=group_ticket(bot, bot.desk.manager, team_id(bot))))
    (one,) = bot.desk.all(TeamLink)
    actor = person(bot.desk.manager)
    for slug, done in (("sales", False), ("rd", True)):
        number = team_id(bot, slug)
        assert done == bot.do(
            lambda session, _, n=number: linking.unlink_group(session, session.get_one(Team, n), one.id, actor)  # type: ignore[misc]
        )
    assert happened(bot, "team_unlinked") == [("team_unlinked", team_id(bot))]


@pytest.mark.parametrize(("shut", "open_"), [("kicked", "member"), ("left", "administrator")])
def test_chats_that_are_shut_and_opened_again(bot: Bot, marco: int, shut: str, open_: str) -> None:
    bot.linked(marco)
    bot.hears(said(chat=GROUP, group="R&D", start=group_ticket(bot, bot.desk.manager, team_id(bot))))
    for _twice in range(2):
        bot.hears(said(membership=shut))
        bot.hears(said(chat=GROUP, group="R&D", membership=shut))
    assert bot.links()[marco].blocked_at
    assert bot.desk.all(TeamLink)[0].blocked_at
    assert happened(bot, "chat_blocked") == [("chat_blocked", marco), ("chat_blocked", team_id(bot))]
    bot.hears(said(membership=open_))
    bot.hears(said(chat=GROUP, group="R&D", membership=open_))
    assert bot.links()[marco].works
    assert bot.desk.all(TeamLink)[0].blocked_at is None
    assert len(happened(bot, "chat_unblocked")) == 2
    assert bot.sender() == marco


def tell(bot: Bot, address: str, user_id: int | None, conversation_id: int | None = None) -> int:
    """Something to be told in a chat; the delivery's number."""
    row = Delivery(
        purpose=NOTIFICATION, channel_id=bot.channel, recipient=address, user_id=user_id,
        conversation_id=conversation_id, envelope={"to": [{"address": address, "name": ""}], "text": "Domanda"},
    )  # fmt: skip
    with bot.desk.database.writing() as session:
        replies.queue_delivery(session, row)
        return row.id


def test_a_refusal_shows_that_a_chat_is_shut(bot: Bot, marco: int) -> None:
    bot.linked(marco)
    tell(bot, MARIO, marco)
    bot.desk.wire.before.append(ConnectorError("bot was blocked by the user", permanent=True, code="blocked"))
    bot.desk.deliver()
    assert bot.links()[marco].blocked_at
    assert [one.state for one in bot.desk.notices()] == [FAILED]
    tell(bot, MARIO, marco)
    bot.desk.deliver()
    assert bot.desk.wire.sent == []
    assert [one.error for one in bot.desk.notices()][1] == "the chat is not linked"


def test_a_group_that_has_moved_is_followed(bot: Bot) -> None:
    conversation = bot.desk.ask()
    bot.desk.deliver()
    bot.desk.wire.sent.clear()
    bot.hears(said(chat=GROUP, group="R&D", start=group_ticket(bot, bot.desk.manager, team_id(bot))))
    bot.desk.deliver()
    first, second = tell(bot, GROUP, None, conversation.id), tell(bot, GROUP, None, conversation.id)
    with bot.desk.database.writing() as session:
        session.add(ChatCard(conversation_id=conversation.id, channel_id=bot.channel, address=GROUP, language="it",
                             delivery_id=first))  # fmt: skip
    bot.desk.wire.after.append(ConnectorError("moved", permanent=True, code="moved", moved_to="-200"))
    bot.desk.wire.sent.clear()
    (job,) = bot.desk.claim("deliver", 1)
    deliveries.deliver(bot.desk.database, bot.desk.app.blobs, lambda _id: bot.desk.wire, job)
    states = {one.id: (one.state, one.recipient) for one in bot.desk.all(Delivery, Delivery.id.in_((first, second)))}
    assert states == {first: (RETRY, "-200"), second: ("queued", "-200")}
    with time_machine.travel(now() + timedelta(minutes=1)):
        bot.desk.deliver()
    assert [one.to[0].address for one in bot.desk.wire.sent] == ["-200", "-200"]
    assert [one.address for one in bot.desk.all(TeamLink)] == ["-200"]
    assert [one.address for one in bot.desk.all(ChatCard)] == ["-200"]
    bot.hears(said(chat="-200", group="R&D", moved_to="-300"))
    assert [one.address for one in bot.desk.all(TeamLink)] == ["-300"]


def test_only_a_chat_that_works_is_used_and_nobody_is_left_untold(bot: Bot, marco: int) -> None:
    desk = bot.desk
    with desk.database.writing() as session:
        session.get_one(User, marco).notify_by_mail = False
        rules.save(session, [Rule("rest", "Rest", rules.Actions(team="rd"))])

    def told(change: Callable[[UserLink], object] = lambda _link: None) -> list[str]:
        with desk.database.writing() as session:
            for link in session.scalars(select(UserLink)):
                change(link)
        before = {one.id for one in desk.notices()}
        desk.ask(sender=f"c{len(before)}@cliente.test")
        return list(dict.fromkeys(one.recipient for one in desk.notices() if one.id not in before))

    assert told() == ["marco@firm.test"]
    bot.linked(marco)
    assert told() == [MARIO]
    assert told(lambda link: setattr(link, "blocked_at", now())) == ["marco@firm.test"]
    assert told(lambda link: [setattr(link, "blocked_at", None), setattr(link, "confirmed_at", None)]) == [
        "marco@firm.test"
    ]


def test_switching_off_ends_links_tickets_and_chats(bot: Bot, marco: int) -> None:
    bot.linked(marco)
    token = bot.link(marco)
    bot.do(lambda session, _: users.disable(session, session.get_one(User, marco), person(bot.desk.manager)))
    assert bot.links() == {}
    assert bot.desk.all(Ticket) == []
    assert bot.hears(said(start=token)) == "a link that is over"
    assert bot.sender() is None
