from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from inbox import likeness, phones
from inbox.models.base import Base, Key, now
from inbox.models.user import User


class Company(Base):
    """A firm, recognised by its mail domain."""

    __tablename__ = "companies"

    id: Mapped[Key]
    name: Mapped[str]
    # The name as it is compared; whoever writes names past the model writes it too.
    name_key: Mapped[str] = mapped_column(default="", server_default="", index=True)
    domain: Mapped[str | None] = mapped_column(unique=True)
    vat: Mapped[str] = mapped_column(default="", server_default="", index=True)
    # The number that the company has in the books, and where it is: codes as in routing.places.
    code: Mapped[str] = mapped_column(default="", server_default="")
    province: Mapped[str] = mapped_column(default="", server_default="")
    country: Mapped[str] = mapped_column(default="", server_default="")
    # The colleague whose customer it is, where a contact has none of its own.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    owner: Mapped[User | None] = relationship()

    @validates("name")
    def _compare(self, _field: str, name: str) -> str:
        self.name_key = likeness.firm(name)
        return name


class Contact(Base):
    """A person (or a role address) who writes to us. One that was found to be another is `merged_into` that one: it has
    neither addresses nor conversations any more."""

    __tablename__ = "contacts"
    __table_args__ = (Index("ix_contacts_name", "name_key", "company_id"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(default="")
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    language: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="", server_default="")
    # Name and telephone as they are compared.
    name_key: Mapped[str] = mapped_column(default="", server_default="")
    phone_key: Mapped[str] = mapped_column(default="", server_default="", index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    # The colleague whose customer this is.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # How much of this contact's messages is told outside the pages (inbox.models.user); "": as the team has it.
    content: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(default=now)

    company: Mapped[Company | None] = relationship()
    owner: Mapped[User | None] = relationship()
    identities: Mapped[list["Identity"]] = relationship(back_populates="contact")

    @validates("name", "phone")
    def _compare(self, field: str, value: str) -> str:
        if field == "name":
            self.name_key = likeness.name(value)
        else:
            self.phone_key = phones.e164(value)
        return value


class Identity(Base):
    """One address of a contact on one kind of channel."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("kind", "address"),)

    id: Mapped[Key]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    kind: Mapped[str]
    address: Mapped[str]

    contact: Mapped[Contact] = relationship(back_populates="identities")
