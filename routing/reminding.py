"""What was forgotten is found, not stumbled upon: every minute the conversations are looked for that are in nobody's
hands, whose holder is absent, that were promised for a moment that is over, or whose customer waits past the target, or
soon will, or whom the platform soon lets nobody answer freely.

Each is kept as a row as long as its reason holds, and told once to whoever can act. Who was told in time and let it
become late does not hear of it alone: so does who leads the team.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from inbox import access, forgotten
from inbox.clocks import targets
from inbox.db import Database
from inbox.events import SYSTEM, record
from inbox.models import Conversation, Exchange, Forgotten, Team, User, now
from inbox.models.conversation import OPEN, PENDING
from inbox.models.forgotten import ABSENT, LATE, NOBODY, PROMISED, SOON, WINDOW
from inbox.social import windows
from inbox.worktime.rota import AWAY, Rota
from routing.notify import fan_out, reminders

# A new question is still being routed; after a promised moment somebody may just be writing.
ROUTING = timedelta(minutes=5)
GRACE_MINUTES = 60
Found = dict[int, tuple[str, ...]]


def sweep(database: Database, public_url: str, moment: datetime | None = None) -> int:
    """Bring the list of what was forgotten up to date and tell what is new; how many were told."""
    moment = moment or now()
    with database.reading() as session:
        found = look(session, moment)
        known = forgotten.reasons(session)
    if found == known:
        return 0
    with database.writing() as session:
        rota = Rota(session, moment.date())
        audience = fan_out.Audience(session, rota=rota, at=moment)
        told = 0
        for number in found.keys() | known.keys():
            whys, before = found.get(number, ()), known.get(number, ())
            news = _news(whys, before)
            _keep(session, number, whys, before, moment, told=news != "")
            if news:
                people = _people(session, number, news, audience, was_warned=SOON in before)
                told += _tell(session, number, news, people, audience, public_url)
    return told


def look(session: Session, moment: datetime) -> Found:
    """What is forgotten at a moment (UTC): its reasons by conversation, the gravest first."""
    rota = Rota(session, moment.date())
    peopled = set(session.scalars(select(Team.id).where(Team.members.any(User.disabled_at.is_(None)))))
    found, ends = {}, windows.ends(session)
    for one in session.scalars(_candidates(moment)):
        whys = tuple(_reasons(session, one, rota, peopled, moment))
        if one.id in ends and windows.ends_before_work(rota.company, ends[one.id], moment):
            whys += (WINDOW,)
        if whys:
            found[one.id] = whys
    return found


def _candidates(moment: datetime):  # type: ignore[no-untyped-def]
    """Open conversations that are not put off, in which somebody waits or to which somebody meant to come back."""
    return (
        select(Conversation)
        .outerjoin(Exchange, (Exchange.conversation_id == Conversation.id) & Exchange.closed_at.is_(None))
        .where(Exchange.id.is_(None) | forgotten.is_live())
        .where(Conversation.status.in_((OPEN, PENDING)))
        .where(or_(Conversation.waiting_since.is_not(None), Conversation.promised_at <= moment))
        .where(or_(Conversation.snoozed_until.is_(None), Conversation.snoozed_until <= moment))
        .options(joinedload(Conversation.user))
    )


def _reasons(session: Session, one: Conversation, rota: Rota, peopled: set[int], moment: datetime) -> Iterator[str]:
    waits = one.waiting_since is not None
    is_free = one.user_id is None and one.team_id not in peopled
    if one.waiting_since is not None and is_free and one.waiting_since + ROUTING <= moment:
        yield NOBODY
    if waits and one.user is not None and _is_absent(one.user, one, rota, moment):
        yield ABSENT
    if one.promised_at is not None and rota.company.after(one.promised_at, GRACE_MINUTES) <= moment:
        yield PROMISED
    if one.waiting_since is not None and targets.counts(one):
        if targets.due(session, rota.company, one, one.waiting_since) < moment:
            yield LATE
        elif targets.warned(session, rota.company, one, one.waiting_since) <= moment:
            yield SOON


def _is_absent(user: User, one: Conversation, rota: Rota, moment: datetime) -> bool:
    return user.disabled_at is not None or rota.duty(user.id, moment, one.team_id) == AWAY


def _keep(
    session: Session, number: int, whys: Sequence[str], before: Sequence[str], moment: datetime, *, told: bool
) -> None:
    over = [why for why in before if why not in whys]
    if over:
        session.execute(delete(Forgotten).where(Forgotten.conversation_id == number, Forgotten.why.in_(over)))
    for why in whys:
        if why not in before:
            session.add(Forgotten(conversation_id=number, why=why, since=moment, told_at=moment if told else None))


def _news(whys: Sequence[str], before: Sequence[str]) -> str:
    """What somebody must hear of, or "": the first reason of all, when it is late in spite of a warning, again where it
    is somebody else who has to act, and that a window closes."""
    if WINDOW in whys and WINDOW not in before:
        return WINDOW
    first = next((why for why in whys if why != WINDOW), "")
    earlier = [why for why in before if why != WINDOW]
    if set(earlier) <= {SOON}:
        return first if [first] != earlier[:1] else ""
    return first if first in (NOBODY, ABSENT) and first not in before else ""


def _people(session: Session, number: int, why: str, audience: fan_out.Audience, *, was_warned: bool) -> Sequence[User]:
    """Whoever can act: who stands in for an absent holder, else whoever is told of the customer's messages; of what is
    late in spite of a warning also who leads the team, else the managers."""
    conversation = _conversation(session, number)
    people = audience.recipients(conversation)
    if why == ABSENT and conversation.user_id is not None:
        rota, moment = audience.rota, audience.at
        absence = rota.absence(conversation.user_id, moment, conversation.team_id)
        cover = session.get(User, rota.cover(absence, moment, conversation.team_id) or 0)
        if cover is not None and access.may(cover, access.SEE, conversation):
            return [cover]
    if why == LATE and was_warned:
        return [*people, *(one for one in audience.leaders(conversation) if one not in people)]
    return people


def _tell(
    session: Session, number: int, why: str, people: Sequence[User], audience: fan_out.Audience, public_url: str
) -> bool:
    told, later = reminders.remind(session, _conversation(session, number), why, people, audience, public_url)
    record(
        session, "reminded", SYSTEM, conversation_id=number, at=audience.at, why=why, told=told,
        **fan_out.later_data(later),
    )  # fmt: skip
    return bool(told)


def _conversation(session: Session, number: int) -> Conversation:
    return session.get_one(
        Conversation, number, options=[selectinload(Conversation.contact), selectinload(Conversation.team)]
    )
