"""A conversation that continues one about a lead under way belongs to that lead, and to whoever has it."""

from datetime import datetime

from sqlalchemy.orm import Session

from inbox import access, conversations
from inbox.events import SYSTEM
from inbox.leads import keeping, linking
from inbox.models import Conversation, User
from inbox.models.lead import UNDER_WAY

WHY = "lead"
# Only what surely is the same talk: a stranger who names it, or another mailbox, is for a person to link.
CONTINUES = "closed_long_ago"


def inherit(session: Session, conversation: Conversation, at: datetime | None = None) -> None:
    """What a conversation that has just begun takes over from the one that it continues."""
    if conversation.related_id is None or conversation.related_why != CONTINUES:
        return
    lead = keeping.of(session, conversation.related_id, locked=True)
    if lead is None or lead.stage not in UNDER_WAY:
        return
    linking.link(session, lead, conversation, SYSTEM, at)
    give(session, conversation, keeping.holder(session, lead), at)


def give(session: Session, conversation: Conversation, user: User | None, at: datetime | None = None) -> None:
    """Give a conversation that is in nobody's hands to whoever has its lead."""
    if user is None or conversation.user_id is not None or not access.may(user, access.TAKE_TURNS):
        return
    team_id = conversation.team_id or (user.teams[0].id if user.teams else None)
    conversations.assign(session, conversation, SYSTEM, team_id=team_id, user_id=user.id, why=WHY, at=at)
