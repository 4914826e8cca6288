"""What a conversation of a social channel shows: how far an answer has come."""

from collections.abc import Iterable, Mapping, Sequence

from inbox.models import Conversation, Event
from inbox.models.channel import SOCIAL

# How far, the furthest last; what is told late never takes it back.
_STEPS = {"answer_delivered": "delivered", "answer_seen": "seen"}


def reached(found: Conversation, events: Iterable[Event]) -> Mapping[int, Sequence[str]]:
    """How far each answer has come, as a code, by message."""
    order = list(_STEPS)
    furthest: dict[int, int] = {}
    for one in events:
        if is_mark(found, one) and one.message_id is not None:
            furthest[one.message_id] = max(furthest.get(one.message_id, 0), order.index(one.action))
    return {number: (_STEPS[order[step]],) for number, step in furthest.items()}


def is_mark(found: Conversation, event: Event) -> bool:
    """Whether the answer itself shows this."""
    return found.channel.kind in SOCIAL and event.action in _STEPS
