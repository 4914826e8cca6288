"""What Chatwoot and Zammad would show for a history: small models of their published code, faithful in what they count.

Chatwoot: app/models/message.rb (valid_first_reply?, update_waiting_since, bot_response?),
app/listeners/reporting_event_listener.rb, app/helpers/reporting_event_helper.rb
(https://github.com/chatwoot/chatwoot). Zammad: lib/escalation.rb, lib/escalation/ticket_biz_break.rb,
lib/escalation/period_working_minutes.rb (https://github.com/zammad/zammad), with an agreement (SLA) that sets all three
times and the usual setting, by which a customer's contact counts from the first message not answered. Both know a message from when they
fetched it, and neither reads the Sent folder.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inbox.worktime.hours import Hours
from tests.parts.histories import Act

HUMAN = ("here", "here_late", "here_uncertain", "here_fails")
# Who marks as spam, or says that no answer is needed, closes there.
CLOSING = ("close", "not_needed", "spam")


@dataclass(slots=True)
class Shown:
    """Seconds of working time: to the first response, the later ones, to each closing. None: nothing is shown."""

    first: int | None
    later: list[int]
    closing: list[int]


def chatwoot(acts: Sequence[Act], hours: Hours) -> Shown:
    """`first_response`, `reply_time` and `conversation_resolved` in business hours."""
    created = acts[0].here
    waiting: datetime | None = created
    handed_over, shown, sent, is_closed = created, Shown(None, [], []), 0, False
    for act in acts[1:]:
        if act.what in ("ask", "reopen") and is_closed:
            # Opened again: from there a first response would count.
            handed_over, is_closed = act.here, False
        if act.what == "ask":
            waiting = waiting or act.here
        elif act.what == "bot":
            # A bot's message ends the wait without a figure.
            waiting = None
        elif act.what == "handoff":
            handed_over = act.here
        elif act.what in HUMAN:
            sent += 1
            if sent == 1:
                shown.first = hours.working_seconds(handed_over, act.here)
            elif waiting is not None:
                shown.later.append(hours.working_seconds(waiting, act.here))
            waiting = None
        elif act.what in CLOSING:
            shown.closing.append(hours.working_seconds(created, act.here))
            waiting, is_closed = None, True
    return shown


def zammad(acts: Sequence[Act], hours: Hours) -> Shown:
    """`first_response_in_min`, `update_in_min` (only the longest is kept) and `close_in_min` (of the first closing);
    time in a state that stops escalation (pending, closed) is taken out."""
    created = customer = acts[0].here
    agent: datetime | None = None
    pauses: list[list[datetime | None]] = []
    shown, longest = Shown(None, [], []), -1

    closed: datetime | None = None

    def minutes(start: datetime, end: datetime) -> int:
        # What came after the first closing is not measured (PeriodWorkingMinutes).
        end = min(closed or end, end)
        paused = sum(hours.working_seconds(max(begins or end, start), min(ends or end, end)) for begins, ends in pauses)
        return (hours.working_seconds(start, end) - paused) // 60 * 60

    for act in acts[1:]:
        if act.what == "ask":
            # A customer's message opens the ticket again.
            _end_pause(pauses, act.here)
            if agent is not None and agent >= customer:
                customer = act.here
        elif act.what in (*HUMAN, "phone"):
            agent = act.here
            if shown.first is None:
                shown.first = minutes(created, agent)
            longest = max(longest, minutes(customer, agent))
        elif act.what == "snooze":
            pauses.append([act.here, None])
        elif act.what in CLOSING:
            _end_pause(pauses, act.here)
            if closed is None:
                closed = act.here
                shown.closing.append(minutes(created, act.here))
            pauses.append([act.here, None])
    shown.later = [longest] if longest >= 0 else []
    return shown


def _end_pause(pauses: list[list[datetime | None]], at: datetime) -> None:
    if pauses and pauses[-1][1] is None:
        pauses[-1][1] = at
