"""Odoo by both its interfaces, against an emulator of both."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.base import ConnectorError
from connectors.crm import base
from connectors.crm.odoo import Odoo
from connectors.crm.xmlrpc import read
from tests.emulators.odoo import OdooEmulator

LEAD = base.Lead(
    "centralino-1-7", "Giunti per il nastro", "3", name="Anna Rossi", company="Rossi S.r.l.", email="anna@rossi.test",
    phone="+39 011 1", cents=800_050, owner="GIULIA@firm.test", source="linkedin", medium="CPC", campaign="50% di_più",
    note="Prodotto: GX-40\x00\x1b",
)  # fmt: skip
ALL = frozenset({"title", "name", "stage", "cents", "owner", "source", "reason"})


@pytest.fixture
def odoo() -> Iterator[OdooEmulator]:
    with OdooEmulator() as running:
        yield running


@pytest.fixture(params=["json2", "xmlrpc"])
def settings(request: pytest.FixtureRequest, odoo: OdooEmulator) -> dict[str, str]:
    found: dict[str, str] = getattr(odoo, request.param)
    return found


def nothing() -> None: ...


def test_what_it_says_of_itself(odoo: OdooEmulator, settings: dict[str, str]) -> None:
    about = Odoo(**settings).look()
    assert [(one.code, one.end) for one in about.stages] == [
        ("lead", ""), ("1", ""), ("2", ""), ("3", ""), ("won", "won"), ("lost", "lost"),
    ]  # fmt: skip
    assert about.currencies == ["EUR"]
    assert about.home == f"{odoo.url}/mail/view?model=crm.lead&res_id="
    assert odoo.key not in " ".join(about.works)


def test_a_lead_from_the_quote_to_the_sale(odoo: OdooEmulator, settings: dict[str, str]) -> None:
    crm, committed = Odoo(**settings), []
    assert crm.find(LEAD.key) == ""
    number = crm.create(LEAD, lambda: committed.append(len(odoo.leads)))
    assert committed == [0]
    assert crm.find(LEAD.key) == number
    row = odoo.leads[int(number)]
    assert {name: row[name] for name in ("name", "partner_name", "type", "stage_id", "user_id", "expected_revenue")} == {
        "name": "Giunti per il nastro", "partner_name": "Rossi S.r.l.", "type": "opportunity", "stage_id": 3, "user_id": 7,
        "expected_revenue": 8000.5,
    }  # fmt: skip
    assert (row["source_id"], row["description"]) == (1, "Prodotto: GX-40")
    won = replace(LEAD, stage="won", end="won", cents=900_000)
    crm.update(number, won, {"stage", "cents"})
    assert (row["stage_id"], row["probability"], row["expected_revenue"], row["description"]) == (
        4, 100, 9000, "Prodotto: GX-40",
    )  # fmt: skip


def test_lost_with_its_reason_and_open_again(odoo: OdooEmulator, settings: dict[str, str]) -> None:
    """A method that returns nothing is no mistake, by XML-RPC either."""
    crm = Odoo(**settings)
    number = crm.create(LEAD, nothing)
    crm.update(number, replace(LEAD, stage="lost", end="lost", reason="too expensive"), ALL)
    row = odoo.leads[int(number)]
    assert (row["active"], row["lost_reason_id"]) == (False, 1)
    assert crm.find(LEAD.key) == number
    crm.update(number, LEAD, {"stage"})
    assert (row["active"], row["stage_id"]) == (True, 3)


def test_a_lead_before_the_pipeline(odoo: OdooEmulator, settings: dict[str, str]) -> None:
    crm = Odoo(**settings)
    number = crm.create(replace(LEAD, stage="lead"), nothing)
    assert odoo.leads[int(number)]["type"] == "lead"
    crm.update(number, LEAD, {"stage"})
    assert (odoo.leads[int(number)]["type"], odoo.leads[int(number)]["stage_id"]) == ("opportunity", 3)


def test_what_may_not_be_made_is_left_out(odoo: OdooEmulator, settings: dict[str, str]) -> None:
    odoo.denied.add(("utm.campaign", "create"))
    number = Odoo(**settings).create(replace(LEAD, owner="nobody@firm.test"), nothing)
    assert not {"campaign_id", "user_id"} & odoo.leads[int(number)].keys()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"key": "f" * 40}, "token"), ({"database": "other"}, "database")],
)
def test_what_is_wrong_with_the_settings(settings: dict[str, str], wrong: dict[str, str], code: str) -> None:
    with pytest.raises(ConnectorError) as error:
        Odoo(**{**settings, **wrong}).look()
    assert (error.value.code, error.value.permanent) == (code, True)
    assert settings["key"] not in error.value.reason
    assert wrong.get("key", "-") not in error.value.reason.removeprefix("127.0.0.1")


def test_what_odoo_refuses(odoo: OdooEmulator, settings: dict[str, str]) -> None:
    crm = Odoo(**settings)
    number = crm.create(LEAD, nothing)
    odoo.denied.add(("crm.lead", "create"))
    with pytest.raises(ConnectorError, match="not allowed") as error:
        crm.create(LEAD, nothing)
    assert (error.value.code, error.value.permanent, error.value.uncertain) == ("access", True, False)
    with pytest.raises(ConnectorError) as error:
        crm._call("crm.lead", "write", [int(number)], vals={"x_colour": "red"})
    assert (error.value.code, error.value.permanent) == ("field", True)
    assert "Invalid field 'x_colour'" in error.value.reason
    del odoo.leads[int(number)]
    with pytest.raises(ConnectorError) as error:
        crm.update(number, LEAD, ALL)
    assert (error.value.code, error.value.permanent) == ("gone", True)


def test_without_the_crm_module_it_says_so(odoo: OdooEmulator) -> None:
    odoo.without.add("crm.stage")
    with pytest.raises(ConnectorError) as error:
        Odoo(**odoo.json2).look()
    assert error.value.code == "module"


def test_what_may_have_been_made_is_uncertain(
    odoo: OdooEmulator, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    crm = Odoo(**settings)
    odoo.drop("crm.lead.create", handled=True)
    with pytest.raises(ConnectorError) as error:
        crm.create(LEAD, nothing)
    assert (error.value.uncertain, error.value.permanent) == (True, False)
    assert len(odoo.leads) == 1
    monkeypatch.setattr(base, "SECONDS", 2.0)
    odoo.slow("crm.lead.create", 5)
    with pytest.raises(ConnectorError) as error:
        crm.create(LEAD, nothing)
    assert (error.value.uncertain, error.value.code) == (True, "timeout")


@pytest.mark.parametrize(
    ("status", "body", "permanent", "uncertain"),
    [
        (200, b"<html>hello</html>", False, True), (200, b"", False, True), (502, b"<html>", False, True),
        (429, b"{}", False, False), (302, b"", True, False), (400, b"[1]", True, False),
    ],
)  # fmt: skip
def test_strange_answers(
    odoo: OdooEmulator, settings: dict[str, str], status: int, body: bytes, permanent: bool, uncertain: bool
) -> None:
    crm = Odoo(**settings)
    crm.find(LEAD.key)
    more = {"retry_after": "7"} if status == 429 else {"location": "https://elsewhere.test/"} if status == 302 else {}
    odoo.fail("crm.lead.create", status, body, **more)
    asked = len(odoo.calls)
    with pytest.raises(ConnectorError) as error:
        crm.create(replace(LEAD, source="", medium="", campaign="", owner=""), nothing)
    assert (error.value.permanent, error.value.uncertain, error.value.retry_after) == (
        permanent,
        uncertain,
        7 if status == 429 else 0,
    )
    assert len(odoo.calls) == asked + 1, "no redirect is followed, nothing is tried twice"


def test_nobody_there() -> None:
    with pytest.raises(ConnectorError) as error:
        Odoo(url="http://127.0.0.1:9", key="x").create(
            replace(LEAD, source="", medium="", campaign="", owner=""), nothing
        )
    assert (error.value.code, error.value.uncertain) == ("refused", False)
    for settings in ({"url": "http://odoo.test", "key": "x"}, {"url": "https://odoo.test", "key": ""}):
        with pytest.raises(ValueError, match=r"url|key"):
            Odoo(**settings)


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
ANSWER = b"<?xml version='1.0'?>%s<methodResponse><params><param><value>%s</value></param></params></methodResponse>"


@pytest.mark.parametrize(
    "body",
    [
        ANSWER % (LAUGHS, b"<string>&b;</string>"), ANSWER % (b"<!DOCTYPE x>", b"<int>1</int>"),
        ANSWER % (b"", b"<int>one</int>"), ANSWER % (b"", b"<array><data>"), b"\xff\xfe", b"<methodResponse/>",
        b"<methodResponse><params></params></methodResponse>", ANSWER % (b"", b"<base64>?</base64>") + b"<",
    ],
)  # fmt: skip
def test_xml_that_is_no_answer(body: bytes) -> None:
    with pytest.raises(ValueError, match="no XML-RPC"):
        read(body)


def test_xml_that_is_one() -> None:
    value: Any = read(
        ANSWER % (b"", b"<struct><member><name>a</name><value><boolean>1</boolean></value></member></struct>")
    )
    assert value == {"a": True}
