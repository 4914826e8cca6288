"""The choices about a lead that open under a card: where it stands, and, once it is lost, why."""

from collections.abc import Callable

from config.i18n import translator
from inbox.leads.reasons import reason
from inbox.models import ChatCard
from inbox.models.lead import LOST, NEW, QUALIFIED, QUOTED, REASONS, WON
from routing.chat.shown import Buttons

LEAD, STAND, LOST_BY = "lead", "stand", "lost_by"


def menu(card: ChatCard, data: Callable[[ChatCard, str, str], str]) -> Buttons:
    """The stages, or, once it is lost, the reasons; the one it has is marked."""
    _ = translator(card.language)
    if card.menu == LOST_BY:
        reasons = [(reason(code, card.language), data(card, LOST_BY, code)) for code in REASONS[1:]]
        return [reasons[at : at + 2] for at in range(0, len(reasons), 2)]
    words = {NEW: _("New lead"), QUALIFIED: _("Qualified"), QUOTED: _("Quoted"), WON: _("Won"), LOST: _("Lost")}
    found = [
        (f"✓ {text}" if card.conversation.stage == code else text, data(card, STAND, code))
        for code, text in words.items()
    ]
    return [found[:2], found[2:]]
