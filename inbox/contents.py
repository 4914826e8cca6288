"""How much of a customer's message is told outside the pages, by mail and in chats."""

from sqlalchemy.orm import Session

from inbox.events import Actor, record
from inbox.models import Conversation, Team
from inbox.models.user import CONTENTS, FULL


def level(conversation: Conversation) -> str:
    """One of CONTENTS: the contact's own, else the team's, else all."""
    return conversation.contact.content or (conversation.team.content if conversation.team else FULL)


def set_contact(session: Session, conversation: Conversation, content: str, actor: Actor) -> bool:
    """Say how much is told of this contact's messages, "" for as the team has it; False for no such level."""
    if content and content not in CONTENTS:
        return False
    if conversation.contact.content != content:
        conversation.contact.content = content
        record(session, "content_set", actor, conversation_id=conversation.id, content=content)
    return True


def set_team(session: Session, team: Team, content: str, actor: Actor) -> None:
    """Say how much is told of what comes to a team."""
    if team.content != content:
        team.content = content
        record(session, "content_set", actor, subject_team_id=team.id, content=content)
