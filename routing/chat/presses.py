"""What a press does. A button's data is only a wish: who pressed, where, and what they may, is checked here."""

import re
from collections.abc import Callable

from sqlalchemy.orm import Session

from config.i18n import translator
from inbox import access, chatcards, conversations, elsewhere, snoozing
from inbox.colleague_chat import Said
from inbox.events import SYSTEM, person, record
from inbox.models import ChatCard, Conversation, Team, User, now
from inbox.models.delivery import ASKS_ANSWER, ASKS_CUSTOMER, ASKS_NOTE
from inbox.worktime import calendars
from routing import handing, promised
from routing.chat import cardtext, drafting, keyboards, leadbuttons, leadmenu, showing, threads
from routing.chat.refused import Refused
from routing.chat.talk import Talk

_DATA = re.compile(r"(card|draft|show|promise):([0-9]{1,18}):?([a-z_]{0,20}):?([a-z0-9_]{0,20})")


def press(talk: Talk) -> str:
    """Carry out a press; what is shown for a moment. Raises Refused."""
    found = _DATA.fullmatch(talk.told.facts.get("callback", ""))
    if found is None:
        raise Refused("unknown_button")
    what, number, verb, value = found[1], int(found[2]), found[3], found[4]
    if what == "show":
        return _show(talk, number)
    if what == "promise":
        return promised.press(talk, number, verb)
    if what == "draft":
        return drafting.press(talk, number, verb, value)
    card = _card(talk, number)
    if verb not in DEEDS:
        raise Refused("unknown_button")
    return DEEDS[verb](talk, card, value)


def refused_to_strangers(session: Session, told: Said) -> str:
    """Write down a press by somebody who is none of us; what is shown to them."""
    found = _DATA.fullmatch(told.facts.get("callback", ""))
    card = session.get(ChatCard, int(found[2])) if found is not None and found[1] == "card" else None
    about = card.conversation_id if card is not None else None
    record(session, "press_refused", SYSTEM, conversation_id=about, name=told.person, why="stranger")
    return translator(told.facts.get("language_code", ""))("This is for colleagues only: nothing was done.")


def _card(talk: Talk, number: int) -> ChatCard:
    """The card that was pressed: it must be of this chat, and its conversation the colleague's to change."""
    card = talk.session.get(ChatCard, number, with_for_update=True)
    if card is None or (card.channel_id, card.address) != (talk.channel.id, talk.told.chat):
        if card is not None:
            record(
                talk.session, "press_refused", person(talk.user.id), conversation_id=card.conversation_id,
                name=talk.user.name, why="other_chat",
            )  # fmt: skip
        raise Refused("not_yours")
    talk.conversation(card.conversation_id)
    if card.conversation.merged_into_id is not None:
        raise Refused("joined")
    return card


def _take(talk: Talk, card: ChatCard, _value: str) -> str:
    conversation = card.conversation
    if not conversations.claim(talk.session, conversation, talk.user):
        raise Refused("taken", name=conversation.user.name if conversation.user else "")
    chatcards.refresh_card(talk.session, card)
    return translator(talk.user.language)("Taken: it is in your hands now.")


def _menu(verb: str) -> Callable[[Talk, ChatCard, str], str]:
    def open_menu(talk: Talk, card: ChatCard, _value: str) -> str:
        card.menu = verb
        chatcards.refresh_card(talk.session, card)
        return ""

    return open_menu


def _to(talk: Talk, card: ChatCard, value: str) -> str:
    """Pass it on to a team ("t3") or a colleague ("u7")."""
    number = int(value[1:]) if value[1:].isdigit() else 0
    team = talk.session.get(Team, number) if value[:1] == "t" else None
    user = talk.session.get(User, number) if value[:1] == "u" else None
    if team is None and (user is None or not access.may(user, access.TAKE_TURNS)):
        raise Refused("unknown_button")
    handing.hand_over(
        talk.session, card.conversation, talk.user, talk.public_url,
        team_id=team.id if team is not None else card.conversation.team_id, user_id=user.id if user else None,
    )  # fmt: skip
    card.menu = ""
    return translator(talk.user.language)("Passed on to %(to)s.") % {
        "to": team.name if team else user.name if user else ""
    }


def _ask(role: str) -> Callable[[Talk, ChatCard, str], str]:
    """Open the colleague's answer field."""

    def ask(talk: Talk, card: ChatCard, _value: str) -> str:
        _ = translator(talk.user.language)
        words = {
            ASKS_ANSWER: _("%s, write the answer here. You see it once more before it leaves."),
            ASKS_CUSTOMER: _("%s, write what you want to ask the customer. You see it once more before it leaves."),
            ASKS_NOTE: _("%s, write the note here. The customer does not see it."),
        }
        hints = {ASKS_ANSWER: _("Answer"), ASKS_CUSTOMER: _("Question to the customer"), ASKS_NOTE: _("Note")}
        showing.under(talk.session, card, words[role] % talk.user.name, role, asks=hints[role])
        return ""

    return ask


def _until(talk: Talk, card: ChatCard, value: str) -> str:
    hours = calendars.company(talk.session)
    until = snoozing.choices(hours, now(), hours.zone_name).get(value)
    card.menu = ""
    if until is None or not snoozing.snooze(talk.session, card.conversation, person(talk.user.id), until):
        raise Refused("over")
    return translator(talk.user.language)("Put off.")


def _done(talk: Talk, card: ChatCard, value: str) -> str:
    """Close it; where a customer waits, only once it is said how that ended."""
    conversation, user, _ = card.conversation, talk.user, translator(talk.user.language)
    ends: dict[str, Callable[[], object]] = {
        keyboards.PHONE: lambda: conversations.answered_by_phone(talk.session, conversation, user),
        keyboards.THERE: lambda: elsewhere.answered(talk.session, conversation, user),
        keyboards.NOT_NEEDED: lambda: conversations.no_answer_needed(talk.session, conversation, user),
        keyboards.CLOSE: lambda: conversations.close(talk.session, conversation, person(user.id)),
    }
    if conversation.waiting_since is not None and value not in ends:
        return _menu(keyboards.DONE)(talk, card, "")
    ends.get(value, ends[keyboards.CLOSE])()
    card.menu = ""
    return _("Done.")


def _thread(talk: Talk, card: ChatCard, _value: str) -> str:
    threads.unfold(talk, card)
    return ""


def _show(talk: Talk, number: int) -> str:
    """A card of a conversation that the colleague has found by a command."""
    conversation: Conversation = talk.conversation(number)
    if talk.group:
        raise Refused("not_yours")
    message = cardtext.last_message(talk.session, conversation.id)
    showing.show(talk.session, talk.place, conversation, message, None, talk.public_url)
    return ""


DEEDS: dict[str, Callable[[Talk, ChatCard, str], str]] = {
    keyboards.TAKE: _take, keyboards.PASS: _menu(keyboards.PASS), keyboards.TO: _to,
    keyboards.ANSWER: _ask(ASKS_ANSWER), keyboards.ASK: _ask(ASKS_CUSTOMER), keyboards.NOTE: _ask(ASKS_NOTE),
    keyboards.LATER: _menu(keyboards.LATER), keyboards.UNTIL: _until, keyboards.DONE: _done,
    keyboards.THREAD: _thread, leadmenu.LEAD: _menu(leadmenu.LEAD), leadmenu.STAND: leadbuttons.stand,
    leadmenu.LOST_BY: leadbuttons.lost_by, keyboards.BACK: _menu(""),
}  # fmt: skip
