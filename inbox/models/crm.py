from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from inbox.models.base import Base, Key, now

WAITING, DONE, KEPT, FAILED = "waiting", "done", "kept", "failed"


class CrmRecord(Base):
    """A lead and its record in the company's CRM.

    `key` stands in the record too, and is the same for ever; `account` is the CRM that `remote_id` is of. `sent` is
    what was handed over last, by the fields of connectors.crm.base.Lead. `making_at`: when a record began to be made of
    which it is not known whether it came about. `state`: waiting for its turn, done, kept here (`code` says why), or
    failed for good (`code` and `error` say why).
    """

    __tablename__ = "crm_records"

    id: Mapped[Key]
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"), unique=True)
    key: Mapped[str] = mapped_column(unique=True)
    account: Mapped[str] = mapped_column(default="")
    remote_id: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default=WAITING, index=True)
    stage: Mapped[str] = mapped_column(default="")
    sent: Mapped[dict[str, Any]] = mapped_column(default=dict)
    making_at: Mapped[datetime | None]
    handed_at: Mapped[datetime | None]
    code: Mapped[str] = mapped_column(default="")
    error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
