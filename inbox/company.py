"""What the company set about itself, one text a key; and whether this company is the demo's."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from inbox.models import Setting

DEMO, DEMO_EMAIL, DEMO_PASSWORD = "demo", "demo_email", "demo_password"
DEMO_READY, DEMO_BEGUN = "1", "begun"


@dataclass(frozen=True, slots=True)
class Demo:
    """The sign-in of the demo company, shown to everybody; `ready` once its story is complete."""

    email: str
    password: str
    ready: bool


def get(session: Session, key: str) -> str:
    """The text of a key, "" where it was never set."""
    row = session.get(Setting, key)
    return row.value if row else ""


def put(session: Session, key: str, value: str) -> None:
    """Set the text of a key."""
    session.merge(Setting(key=key, value=value))


def demo(session: Session) -> Demo | None:
    """The demo's sign-in, or None for a real company."""
    state = get(session, DEMO)
    if not state:
        return None
    return Demo(get(session, DEMO_EMAIL), get(session, DEMO_PASSWORD), state == DEMO_READY)
