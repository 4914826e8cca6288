"""A firm whose leads go into a CRM that is an emulator."""

from dataclasses import dataclass
from typing import Any

from config.settings import Settings
from inbox.crm import asking, handing, queueing, settings
from inbox.events import person
from inbox.leads import keeping, stages
from inbox.models import Conversation, CrmRecord, Lead, now
from tests.emulators.hubspot import HubSpotEmulator
from tests.emulators.odoo import OdooEmulator
from tests.parts.desk import Desk

ODOO_STAGES = {"new": "", "qualified": "2", "quoted": "3", "won": "won", "lost": "lost"}
HUBSPOT_STAGES = {"new": "default/appointmentscheduled", "qualified": "", "quoted": "default/contractsent",
                  "won": "default/closedwon", "lost": "default/closedlost"}  # fmt: skip
PUBLIC = "https://desk.firm.test"


@dataclass
class Sales:
    """The desk and its CRM."""

    desk: Desk
    crm: Any

    def connect(self, stages_there: dict[str, str], **changed: str) -> None:
        """Set it, try it, choose the stages, switch it on."""
        is_odoo = isinstance(self.crm, OdooEmulator)
        wanted = (
            settings.Settings(kind="odoo", url=self.crm.url, database="firm")
            if is_odoo
            else settings.Settings(kind="hubspot")
        )
        self.desk.app.settings = Settings(**{**self.desk.app.settings.model_dump(), "hubspot_api": self.crm.url})
        actor = person(self.desk.manager)
        with self.desk.database.writing() as session:
            settings.save(session, self.desk.app.vault, wanted.model_copy(update=changed), self.crm.key, actor)
            asking.look(session)
        self.ask()
        with self.desk.database.writing() as session:
            settings.choose(session, stages_there, actor)
            settings.switch(session, actor, on=True)

    def lead(self, stage: str = "quoted", cents: int | None = 800_050, **how: Any) -> Conversation:
        """Somebody asks, and the manager gives it a stage."""
        asked = self.desk.ask(**{"subject": "Giunti", "sender": "anna@rossi.test", "name": "Anna Rossi", **how})
        self.stage(asked, stage, cents)
        return asked

    def stage(self, asked: Conversation, stage: str, cents: int | None = None, reason: str = "") -> None:
        with self.desk.database.writing() as session:
            actor, found = person(self.desk.manager), session.get_one(Conversation, asked.id)
            lead = stages.set_stage(session, found, actor, stage, reason=reason)
            if lead is not None and cents is not None:
                keeping.set_value(session, lead, actor, cents)

    def ask(self) -> None:
        for job in self.desk.claim(asking.KIND):
            asking.work(self.desk.database, self.desk.app.crm, [job])

    def hand(self) -> int:
        """Carry out what is due; how many jobs."""
        count = 0
        while jobs := self.desk.claim(queueing.KIND, 1):
            handing.work(self.desk.database, self.desk.app.crm, PUBLIC, "it", jobs)
            count += 1
        return count

    def due(self) -> None:
        """All waiting jobs are due now."""
        from sqlalchemy import update

        from inbox.models import Job

        with self.desk.database.writing() as session:
            session.execute(update(Job).where(Job.kind == queueing.KIND).values(run_at=now()))

    @property
    def row(self) -> CrmRecord:
        (found,) = self.desk.all(CrmRecord)
        return found

    @property
    def known(self) -> settings.Known:
        with self.desk.database.reading() as session:
            return settings.known(session)

    def leads(self) -> list[Lead]:
        return list(self.desk.all(Lead))


def with_odoo(desk: Desk, odoo: OdooEmulator) -> Sales:
    sales = Sales(desk, odoo)
    sales.connect(ODOO_STAGES)
    return sales


def with_hubspot(desk: Desk, hubspot: HubSpotEmulator) -> Sales:
    sales = Sales(desk, hubspot)
    sales.connect(HUBSPOT_STAGES)
    return sales
