"""The buttons under a card, and the choices that open there. Data: "card:<number>:<verb>:<what>"."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import i18n
from config.i18n import translator
from inbox import access, elsewhere, snoozing
from inbox.models import ChatCard, Conversation, Team, User, now
from inbox.models.conversation import CLOSED, SPAM
from inbox.worktime.hours import Hours
from routing.chat import leadmenu
from routing.chat.leadmenu import LEAD, LOST_BY
from routing.chat.shown import Buttons

TAKE, PASS, TO, ANSWER, ASK, NOTE, LATER, UNTIL, DONE, THREAD, BACK = (
    "take", "pass", "to", "answer", "ask", "note", "later", "until", "done", "thread", "back",
)  # fmt: skip
# What "done" may mean where a customer still waits.
PHONE, THERE, NOT_NEEDED, CLOSE = "phone", "there", "not_needed", "close"
MAX_PEOPLE = 12
# A longer address makes no button; it stands on the page.
MAX_URL_CHARS = 1_000


def data(card: ChatCard, verb: str, what: str = "") -> str:
    """What a button says to us."""
    return f"card:{card.id}:{verb}:{what}"


def buttons(session: Session, card: ChatCard, hours: Hours, link: str) -> Buttons:
    """What can be done with the card's conversation; `link`: its page, where the chat opens links to it."""
    conversation, _ = card.conversation, translator(card.language)
    page = [(_("Open the page"), link)] if link.startswith("https://") else []
    if card.menu in (LEAD, LOST_BY):
        return [*leadmenu.menu(card, data), [(_("Back"), data(card, BACK))]]
    if conversation.status in (CLOSED, SPAM):
        return [[(_("Whole thread"), data(card, THREAD)), (_("Lead"), data(card, LEAD)), *page]]
    if card.menu == PASS:
        return [*_others(session, card), [(_("Back"), data(card, BACK))]]
    if card.menu == LATER:
        return [*_moments(card, hours), [(_("Back"), data(card, BACK))]]
    if card.menu == DONE:
        return [*_ends(card), [(_("Back"), data(card, BACK))]]
    free = conversation.claimed_at is None or conversation.user_id is None
    first = [(_("Take"), data(card, TAKE))] if free else []
    there = elsewhere.place(session, conversation)
    return [
        [*first, (_("Not mine →"), data(card, PASS))],
        _there(card, there)
        if there is not None
        else [(_("Answer"), data(card, ANSWER)), (_("Ask the customer"), data(card, ASK))],
        [(_("Note"), data(card, NOTE)), (_("Later"), data(card, LATER)), (_("Done"), data(card, DONE))],
        [(_("Whole thread"), data(card, THREAD)), (_("Lead"), data(card, LEAD)), *page],
    ]


def _there(card: ChatCard, there: elsewhere.Place) -> Sequence[tuple[str, str]]:
    """Of a service that takes no answer by mail: where to answer, and that it was done."""
    _ = translator(card.language)
    link = [(_("Answer on %s") % there.name, there.url)] if 0 < len(there.url) <= MAX_URL_CHARS else []
    return [*link, (_("Answered there"), data(card, DONE, THERE))]


def _others(session: Session, card: ChatCard) -> Buttons:
    conversation = card.conversation
    teams = session.scalars(select(Team).order_by(Team.position, Team.id))
    found = [(one.name, data(card, TO, f"t{one.id}")) for one in teams if one.id != conversation.team_id]
    found += [
        (one.name, data(card, TO, f"u{one.id}"))
        for one in _people(session, conversation)
        if one.id not in (conversation.user_id, card.user_id)
    ]
    return [found[at : at + 2] for at in range(0, len(found), 2)]


def _people(session: Session, conversation: Conversation) -> Sequence[User]:
    query = select(User).where(User.disabled_at.is_(None), User.teams.any(Team.id == conversation.team_id))
    people = [one for one in session.scalars(query.order_by(User.name)) if access.may(one, access.TAKE_TURNS)]
    return people[:MAX_PEOPLE]


def _moments(card: ChatCard, hours: Hours) -> Buttons:
    _, zone = translator(card.language), hours.zone_name
    choices = snoozing.choices(hours, now(), zone)
    words = {code: i18n.formatted(until, "EEEE d, HH:mm", card.language, zone) for code, until in choices.items()}
    words[snoozing.HALF_HOUR] = _("In 30 minutes")
    return [[(words[code], data(card, UNTIL, code))] for code in choices]


def _ends(card: ChatCard) -> Buttons:
    _ = translator(card.language)
    return [
        [(_("Answered by phone"), data(card, DONE, PHONE))],
        [(_("No answer needed"), data(card, DONE, NOT_NEEDED))],
        [(_("Close without an answer"), data(card, DONE, CLOSE))],
    ]
