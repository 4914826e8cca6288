"""Named leases: which of several processes leads (runs the scheduler and fetches)."""

import os
import socket
import uuid
from datetime import timedelta

from sqlalchemy import or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from inbox.models import Lease, now

LEADER = "leader"
LEASE_SECONDS = 10.0


def holder_name() -> str:
    """A name for this process, unique across machines and restarts."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def hold(session: Session, name: str, holder: str, seconds: float = LEASE_SECONDS) -> bool:
    """Take or renew the lease; False while another holds it. Call in a writing transaction."""
    moment = now()
    mine = or_(Lease.holder == holder, Lease.until < moment)
    values = {"holder": holder, "until": moment + timedelta(seconds=seconds)}
    changed = session.execute(
        update(Lease).where(Lease.name == name, mine).values(**values).returning(Lease.name)
    ).first()
    if changed:
        return True
    if session.get(Lease, name) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(Lease(name=name, **values))
    except IntegrityError:
        return False
    return True


def give_up(session: Session, name: str, holder: str) -> None:
    """Let another process lead at once."""
    session.execute(update(Lease).where(Lease.name == name, Lease.holder == holder).values(until=now()))


def void(session: Session, name: str) -> None:
    """Free the lease whoever holds it: right only where no other process can (SQLite at start)."""
    session.execute(update(Lease).where(Lease.name == name).values(until=now()))
