from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now

MANAGER, COLLEAGUE, EXTERNAL, DIRECTOR, CONSULTANT = "manager", "colleague", "external", "director", "consultant"
ROLES = (MANAGER, COLLEAGUE, EXTERNAL, DIRECTOR, CONSULTANT)
# How much of a customer's message is told outside the pages: with files, the words alone, or only that there is one.
FULL, WORDS, MINIMAL = "full", "words", "minimal"
CONTENTS = (FULL, WORDS, MINIMAL)
_CONFIRMED = text("confirmed_at IS NOT NULL")


class Team(Base):
    """A group of colleagues that questions are routed to; `slug` is the name that rules and files use."""

    __tablename__ = "teams"

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    # Who gets what nobody of the team takes.
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    # Working minutes after which a question that nobody took passes on; None: it stays.
    claim_minutes: Mapped[int | None]
    # How much of a customer's message is told outside the pages: one of CONTENTS.
    content: Mapped[str] = mapped_column(default="full", server_default="full")
    # Whose word the answers of the members wait for, and who stands in past the target.
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    # Past the target the author may send without that word.
    author_may_send: Mapped[bool] = mapped_column(default=False, server_default=false())

    lead: Mapped["User | None"] = relationship(foreign_keys=lead_id)
    approver: Mapped["User | None"] = relationship(foreign_keys=approver_id)
    deputy: Mapped["User | None"] = relationship(foreign_keys=deputy_id)
    members: Mapped[list["User"]] = relationship(secondary="team_members", back_populates="teams")
    links: Mapped[list["TeamLink"]] = relationship(back_populates="team")


class User(Base):
    """A colleague of ours. Without a password yet, an account waits for its invitation to be taken up."""

    __tablename__ = "users"

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(default=COLLEAGUE)
    language: Mapped[str] = mapped_column(default="it")
    password_hash: Mapped[str] = mapped_column(default="")
    disabled_at: Mapped[datetime | None]
    notify_by_mail: Mapped[bool] = mapped_column(default=True)
    signature: Mapped[str] = mapped_column(default="", server_default="")
    # How many open conversations at once may come by turn; None: any number.
    max_open: Mapped[int | None]
    # Whose customers come to this colleague first: codes of regions and provinces (routing.places).
    zones: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    # Told in working hours only, unless it is urgent and `urgent_anyway`.
    quiet: Mapped[bool] = mapped_column(default=True, server_default=true())
    urgent_anyway: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Told once a day at this time ("08:30"); "": as things come.
    digest_at: Mapped[str] = mapped_column(default="", server_default="")
    # How many open cards at once in a chat; what comes beyond waits. None: any number.
    max_cards: Mapped[int | None]
    # Answers from a chat go out by themselves after a few seconds, unless taken back.
    straight: Mapped[bool] = mapped_column(default=False, server_default=false())
    # When their mail program last answered by itself, and what it said, until it is known whether they are away.
    seems_away_at: Mapped[datetime | None]
    seems_away_says: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(default=now)

    teams: Mapped[list[Team]] = relationship(secondary="team_members", back_populates="members")
    links: Mapped[list["UserLink"]] = relationship(back_populates="user")


class TeamMember(Base):
    __tablename__ = "team_members"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)


class UserLink(Base):
    """A colleague's own chat on a channel; nothing goes there, and nothing from there counts, before it is confirmed on
    the page. `blocked_at`: the colleague has shut the chat to us.

    Several may ask for one chat, but it is confirmed for one of them only.
    """

    __tablename__ = "user_links"
    __table_args__ = (
        UniqueConstraint("channel_id", "address", "user_id"),
        Index("ix_user_links_confirmed", "channel_id", "address", unique=True,
              sqlite_where=_CONFIRMED, postgresql_where=_CONFIRMED),
    )  # fmt: skip

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    address: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    username: Mapped[str] = mapped_column(default="", server_default="")
    linked_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime | None]
    blocked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(back_populates="links")

    @property
    def works(self) -> bool:
        """Whether the colleague can be told there."""
        return self.confirmed_at is not None and self.blocked_at is None


class TeamLink(Base):
    """A team's group chat on a channel: cards go there, and each press in it is checked by its sender."""

    __tablename__ = "team_links"
    __table_args__ = (UniqueConstraint("channel_id", "address"),)

    id: Mapped[Key]
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), index=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    address: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    linked_at: Mapped[datetime] = mapped_column(default=now)
    blocked_at: Mapped[datetime | None]

    team: Mapped[Team] = relationship(back_populates="links")


class UserSession(Base):
    """A signed-in browser: only the SHA-256 of its token is kept."""

    __tablename__ = "user_sessions"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]

    user: Mapped[User] = relationship()


class Ticket(Base):
    """A one-time right carried by a link: first run, invitation, a colleague's or a team's chat. Only the token's
    SHA-256 is kept. `user_id`: whose right it is, or who gave it to the team `team_id`."""

    __tablename__ = "tickets"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()
    team: Mapped[Team | None] = relationship()
