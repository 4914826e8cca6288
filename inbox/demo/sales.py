"""What became of the demo's enquiries: leads with values, where they came from, what sources cost."""

import itertools
import random
import re
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.events import SYSTEM, person
from inbox.leads import entering, keeping, sources, stages
from inbox.leads.entering import Met
from inbox.models import Conversation, Team, User, now
from inbox.models.conversation import CLOSED, PENDING, SPAM
from inbox.models.lead import LOST, QUALIFIED, QUOTED, WON

# How enquiries for the sales team come, and how they end, in turn.
WAYS = ("google_ads", "google_ads", "google", "linkedin", "recommended", "site")
ENDS = (QUOTED, WON, LOST, QUOTED, WON, QUALIFIED)
REASONS = ("price", "price", "time", "silent")
COSTS = {"google_ads": 38_000, "linkedin": 12_000}
FAIRS = (("Bruno Sala", "Sala Nastri", "Giunti per nastri trasportatori"), ("Ilaria Bosco", "Bosco Presse", "Tenute"))


def sell(session: Session, staff: dict[str, User], zone: str, rng: random.Random, today: datetime) -> None:
    """Make leads of the answered enquiries of the sales team, and of two people met at a fair."""
    query = select(Conversation).join(Team, Team.id == Conversation.team_id).where(
        Team.slug == "sales", Conversation.status != SPAM, Conversation.kind == "enquiry"
    )  # fmt: skip
    ends = itertools.cycle(ENDS)
    wanted = re.compile("preventivo|prezzo|offerta|sconto|campione|catalogo|anfrage|quot", re.IGNORECASE)
    for conversation in session.scalars(query.order_by(Conversation.id)).all():
        # Whoever asks where an order is has bought already.
        if not wanted.search(conversation.subject):
            continue
        stage = next(ends) if conversation.status in (PENDING, CLOSED) else "new"
        _lead(session, conversation, stage, staff["davide"], rng, today)
    for name, company, title in FAIRS:
        met = Met("fair", (today - timedelta(days=9)).date(), title, name, company, stage=QUALIFIED, cents=600_000,
                  next_step="Mandare il catalogo", next_on=(today + timedelta(days=2)).date())  # fmt: skip
        entering.enter(session, person(staff["chiara"].id), met, staff["chiara"], zone)
    for source, cents in COSTS.items():
        sources.set_cost(session, person(staff["elena"].id), source, today.date().replace(day=1), cents)


def _lead(
    session: Session, conversation: Conversation, stage: str, user: User, rng: random.Random, today: datetime
) -> None:
    actor, last = person(conversation.user_id or user.id), min(conversation.last_at, today)
    # Nobody's press of a button: no rules are to be asked about it now.
    lead = stages.set_stage(session, conversation, SYSTEM, QUOTED if stage in (WON, LOST) else stage, last)
    if lead is None:
        return
    if stage not in ("new", QUALIFIED):
        lead.owner_id = conversation.user_id or user.id
    lead.first_source = lead.last_source = rng.choice(WAYS)
    if stage != "new":
        keeping.set_value(session, lead, actor, rng.randrange(8, 190) * 10_000, at=last)
    if stage in (WON, LOST):
        later = min(last + timedelta(days=rng.randrange(1, 5)), now())
        stages.move(session, lead, SYSTEM, stage, later, reason=rng.choice(REASONS) if stage == LOST else "")
    elif stage == QUOTED:
        on = (today + timedelta(days=rng.randrange(-2, 12))).date()
        keeping.set_next(session, lead, actor, "Richiamare per il preventivo", on, last)
