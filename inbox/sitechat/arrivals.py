"""What a visitor's message sets going besides the rules: it rings at a colleague, and somebody has to be there soon."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from inbox import queue
from inbox.models import Channel, Conversation
from inbox.sitechat import settings
from inbox.worktime import calendars

# It rings at the next colleague unless somebody has taken it; nobody has answered within the chat's patience.
RING, WAIT = "ring", "chat_wait"


def arrived(session: Session, channel: Channel, conversation: Conversation, at: datetime) -> None:
    """A message has come to a chat at a moment (UTC), and its visitor waits."""
    wanted = settings.settings_of(channel)
    is_open = calendars.company(session).is_working(at)
    waits = {RING: wanted["claim_seconds"], WAIT: wanted["patience_seconds"] if is_open else 0}
    for kind, seconds in waits.items():
        due = at + timedelta(seconds=seconds)
        queue.enqueue(session, kind, conversation.id, f"{kind}:{conversation.id}", run_at=due)
