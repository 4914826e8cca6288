"""Leads go into the CRM once each, as they stand, whatever breaks on the way; on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select, update

from inbox import backup, conversations
from inbox.crm import alarm, asking, handing, queueing, settings
from inbox.events import person
from inbox.models import Conversation, CrmRecord, Event, Job, Lead, now
from inbox.models.job import READY
from inbox.models.user import MINIMAL
from tests.emulators.hubspot import HubSpotEmulator
from tests.emulators.odoo import OdooEmulator
from tests.parts.crm import HUBSPOT_STAGES, ODOO_STAGES, Sales, with_hubspot, with_odoo
from tests.parts.desk import Desk


@pytest.fixture
def odoo() -> Iterator[OdooEmulator]:
    with OdooEmulator() as running:
        yield running


@pytest.fixture
def sales(desk_on_both: Desk, odoo: OdooEmulator) -> Sales:
    return with_odoo(desk_on_both, odoo)


@pytest.fixture
def selling(desk: Desk, odoo: OdooEmulator) -> Sales:
    """The same where both databases do alike."""
    return with_odoo(desk, odoo)


def test_from_the_quote_to_the_sale(sales: Sales) -> None:
    asked = sales.lead(text="Segreto.")
    assert sales.hand() == 1
    (row,) = sales.crm.leads.values()
    assert (row["name"], row["contact_name"], row["email_from"], row["stage_id"], row["expected_revenue"], row["user_id"]) == (
        "Giunti", "Anna Rossi", "anna@rossi.test", 3, 8000.5, 7,
    )  # fmt: skip
    assert "Segreto" not in str(row)
    assert "https://desk.firm.test/leads/" in row["description"]
    kept = sales.row
    assert (kept.state, kept.stage, kept.error, kept.handed_at is not None) == ("done", "quoted", "", True)
    assert kept.url == f"{sales.crm.url}/mail/view?model=crm.lead&res_id={kept.remote_id}"
    row["description"] = "written there"
    sales.stage(asked, "won", 900_000)
    sales.hand()
    assert len(sales.crm.leads) == 1
    assert (row["probability"], row["expected_revenue"], row["description"]) == (100, 9000, "written there")
    told = [one.action for one in sales.desk.all(Event, Event.action.like("crm_%"), Event.conversation_id == asked.id)]
    assert told == ["crm_handed"]


def test_the_latest_state_wins_and_nothing_goes_twice(sales: Sales) -> None:
    asked = sales.lead("qualified", 100)
    for cents in (200, 300):
        sales.stage(asked, "quoted", cents)
    assert sales.hand() == 3
    (row,) = sales.crm.leads.values()
    assert (row["stage_id"], row["expected_revenue"]) == (3, 3)
    asked_so_far = len(sales.crm.calls)
    with sales.desk.database.writing() as session:
        queueing.ask(session, session.scalars(select(Lead)).all())
    sales.hand()
    assert len(sales.crm.calls) == asked_so_far, "nothing has changed: nothing is asked"


def test_what_people_change_there_stays(selling: Sales) -> None:
    asked = selling.lead()
    selling.hand()
    (row,) = selling.crm.leads.values()
    row |= {"name": "Renamed there", "stage_id": 2}
    selling.stage(asked, "quoted", 5_000)
    selling.hand()
    assert (row["name"], row["stage_id"], row["expected_revenue"]) == ("Renamed there", 2, 50)


@pytest.mark.parametrize("handled", [True, False])
def test_a_making_that_was_cut_off_makes_no_second_one(sales: Sales, handled: bool) -> None:
    sales.lead()
    sales.crm.drop("crm.lead.create", handled=handled)
    sales.hand()
    assert (sales.row.state, sales.row.making_at is not None) == ("waiting", True)
    sales.due()
    sales.hand()
    if not handled:
        assert (sales.crm.leads, sales.row.code) == ({}, "unsettled"), "it may still come about"
        with time_machine.travel(now() + timedelta(minutes=11)):
            sales.due()
            sales.hand()
    assert len(sales.crm.leads) == 1
    assert sales.row.state == "done"


def test_a_making_that_comes_about_late_is_found(selling: Sales) -> None:
    selling.lead()
    selling.crm.drop("crm.lead.create", handled=False)
    selling.hand()
    selling.crm.tables["crm.lead"][55] = {"name": "x", "referred": selling.row.key, "active": True}
    selling.due()
    selling.hand()
    assert (list(selling.crm.leads), selling.row.remote_id, selling.row.state) == ([55], "55", "done")
    assert selling.crm.leads[55]["name"] == "Giunti"


def test_a_process_that_dies_between_making_and_keeping(sales: Sales, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a power cut would: the record is there, nobody has kept its number, the job is still claimed."""

    class Cut(BaseException):
        pass

    def cut(name: str) -> None:
        if name == "crm.made":
            raise Cut

    sales.lead()
    monkeypatch.setattr(handing, "point", cut)
    with pytest.raises(Cut):
        sales.hand()
    monkeypatch.undo()
    assert (len(sales.crm.leads), sales.row.remote_id, sales.row.making_at is not None) == (1, "", True)
    with sales.desk.database.writing() as session:
        session.execute(update(Job).where(Job.kind == "crm").values(state=READY, token="", lease_until=None))
    sales.hand()
    assert (len(sales.crm.leads), sales.row.state) == (1, "done")


def test_who_lost_the_job_keeps_nothing_and_makes_nothing(sales: Sales) -> None:
    sales.lead()
    (job,) = sales.desk.claim("crm")
    with sales.desk.database.writing() as session:
        session.execute(update(Job).where(Job.id == job.id).values(token="another"))
    handing.work(sales.desk.database, sales.desk.app.crm, "", "it", [job])
    assert (sales.crm.leads, sales.row.making_at) == ({}, None)


def test_hubspot_by_the_same_jobs(desk_on_both: Desk) -> None:
    with HubSpotEmulator() as hubspot:
        sales = with_hubspot(desk_on_both, hubspot)
        asked = sales.lead()
        hubspot.drop("POST deals", handled=True)
        hubspot.fail("GET deals", 429, {"message": "slow down"}, retry_after="30")
        sales.hand()
        sales.due()
        sales.hand()
        sales.stage(asked, "lost", reason="price")
        sales.due()
        sales.hand()
        (deal,) = hubspot.deals
        assert (deal["properties"]["dealstage"], deal["properties"]["closed_lost_reason"]) == (
            "closedlost",
            "il prezzo",
        )
        assert sales.row.url == f"https://app-eu1.hubspot.com/contacts/4711/record/0-3/{deal['id']}"


def test_a_wrong_key_is_told_and_mended(selling: Sales) -> None:
    asked = selling.lead()
    good, selling.crm.key = selling.crm.key, "a" * 40
    selling.hand()
    assert (selling.row.state, selling.row.code) == ("failed", "token")
    assert (selling.known.code, selling.known.broken_at is not None) == ("token", True)
    told = selling.desk.all(Event, Event.conversation_id == asked.id, Event.action == "crm_failed")
    assert len(told) == 1
    with time_machine.travel(now() + timedelta(minutes=16)):
        assert alarm.look(selling.desk.database, "https://desk.firm.test")
        assert not alarm.look(selling.desk.database, "https://desk.firm.test")
    selling.crm.key = good
    with selling.desk.database.writing() as session:
        asking.look(session)
    selling.ask()
    selling.hand()
    assert (selling.row.state, selling.row.error, selling.known.broken_at, len(selling.crm.leads)) == (
        "done",
        "",
        None,
        1,
    )
    assert alarm.look(selling.desk.database, "")


def test_a_record_that_was_deleted_there_is_made_anew_on_demand_only(selling: Sales) -> None:
    asked = selling.lead()
    selling.hand()
    selling.crm.leads.clear()
    for cents in (1, 2):
        selling.stage(asked, "quoted", cents)
        selling.hand()
    assert (selling.row.state, selling.row.code, selling.crm.leads) == ("failed", "gone", {})
    with selling.desk.database.writing() as session:
        queueing.ask(session, session.scalars(select(Lead)).all(), anew=True)
    selling.hand()
    assert (selling.row.state, len(selling.crm.leads)) == ("done", 1)


def test_what_stays_here(selling: Sales) -> None:
    selling.lead("new", None)
    selling.hand()
    assert (selling.row.state, selling.row.code) == ("kept", "stage")
    asked = selling.lead(sender="carla@verdi.test")
    selling.desk.do(conversations.set_kind, asked, person(selling.desk.manager), "privacy_request")
    selling.hand()
    assert [(one.state, one.code) for one in selling.desk.all(CrmRecord)][1] == ("kept", "privacy")
    assert selling.crm.leads == {}


def test_a_confidential_one_says_not_who_it_is(selling: Sales) -> None:
    asked = selling.desk.ask(subject="Giunti", sender="anna@rossi.test", name="Anna")
    with selling.desk.database.writing() as session:
        session.get_one(Conversation, asked.id).contact.content = MINIMAL
    selling.stage(asked, "quoted")
    selling.hand()
    (row,) = selling.crm.leads.values()
    assert not any(word in str(row).lower() for word in ("anna", "rossi", "giunti"))


def test_no_lead_after_all_touches_nothing_there(selling: Sales) -> None:
    asked = selling.lead()
    selling.hand()
    selling.desk.do(conversations.mark_spam, asked, person(selling.desk.manager))
    selling.hand()
    assert (selling.desk.all(CrmRecord), len(selling.crm.leads)) == ([], 1)
    again = selling.lead()
    selling.hand()
    assert len(selling.crm.leads) == 2, f"another lead ({again.id}) is never taken for the first, whatever its number"


def test_switched_off_nothing_goes_and_all_at_once(sales: Sales) -> None:
    actor = person(sales.desk.manager)
    with sales.desk.database.writing() as session:
        settings.switch(session, actor, on=False)
    for number in range(3):
        sales.lead(sender=f"a{number}@rossi.test")
    assert sales.hand() == 0
    with sales.desk.database.writing() as session:
        settings.switch(session, actor, on=True)
        asking.send_all(session)
    sales.ask()
    sales.hand()
    assert len(sales.crm.leads) == 3
    with sales.desk.database.reading() as session:
        assert queueing.counts(session) == {"done": 3}


def test_another_crm_gets_its_own_record(selling: Sales) -> None:
    selling.lead()
    selling.hand()
    first = selling.row.key
    with HubSpotEmulator() as hubspot:
        selling.crm = hubspot
        selling.connect(HUBSPOT_STAGES)
        with selling.desk.database.writing() as session:
            asking.send_all(session)
        selling.ask()
        selling.hand()
        (deal,) = hubspot.deals
        assert (selling.row.remote_id, selling.row.key) == (deal["id"], first)


def test_a_key_goes_nowhere_else_and_lies_nowhere_in_the_open(
    selling: Sales, odoo: OdooEmulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    actor, vault = person(selling.desk.manager), selling.desk.app.vault
    elsewhere = settings.Settings(kind="odoo", url="https://thief.test", database="firm")
    with selling.desk.database.writing() as session:
        with pytest.raises(settings.CrmError, match="key: missing"):
            settings.save(session, vault, elsewhere, "", actor)
        with pytest.raises(settings.CrmError, match="url: no_address"):
            settings.save(session, vault, elsewhere.model_copy(update={"url": "http://thief.test"}), "x", actor)
        with pytest.raises(settings.CrmError, match="stage_won"):
            settings.choose(session, {**ODOO_STAGES, "won": "3"}, actor)
        settings.save(
            session, vault, settings.Settings(kind="odoo", url=odoo.url, database="firm", login="x"), "", actor
        )
        assert settings.load(session).on
    selling.lead()
    odoo.fail("authenticate", 500, odoo.key.encode())
    selling.hand()
    assert selling.row.error
    assert odoo.key not in selling.row.error + selling.known.error
    backup.write(selling.desk.app, tmp_path / "backup.zip")
    said = capsys.readouterr()
    assert odoo.key not in said.out + said.err
    assert odoo.key.encode() not in _all_bytes(tmp_path)


def _all_bytes(folder: Path) -> bytes:
    import zipfile

    with zipfile.ZipFile(folder / "backup.zip") as archive:
        packed = b"".join(archive.read(name) for name in archive.namelist())
    return packed + b"".join(one.read_bytes() for one in (folder / "var").glob("*.db*"))
