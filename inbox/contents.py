"""How much of a customer's message is told outside the pages."""

from inbox.models import Conversation
from inbox.models.user import FULL


def level(conversation: Conversation) -> str:
    """One of inbox.models.user.CONTENTS: the contact's own, else the team's."""
    return conversation.contact.content or (conversation.team.content if conversation.team else FULL)
