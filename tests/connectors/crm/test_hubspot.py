"""HubSpot against its emulator."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from connectors.base import ConnectorError
from connectors.crm.base import Lead
from connectors.crm.hubspot import KEY, HubSpot
from tests.emulators.hubspot import HubSpotEmulator

LEAD = Lead(
    "centralino-1-7", "Giunti per il nastro", "default/contractsent", name="Anna Rossi Bianchi", company="Rossi S.r.l.",
    domain="rossi.test", email="anna@rossi.test", phone="+39 011 1", cents=800_050, owner="giulia@firm.test",
    note="Prodotto: GX-40",
)  # fmt: skip


@pytest.fixture
def hubspot() -> Iterator[HubSpotEmulator]:
    with HubSpotEmulator() as running:
        yield running


@pytest.fixture
def crm(hubspot: HubSpotEmulator) -> HubSpot:
    one = HubSpot(key=hubspot.key, url=hubspot.url)
    one.look()
    return one


def nothing() -> None: ...


def test_what_it_says_of_itself(hubspot: HubSpotEmulator) -> None:
    crm = HubSpot(key=hubspot.key, url=hubspot.url)
    about = crm.look()
    assert [(one.code, one.end) for one in about.stages] == [
        ("default/appointmentscheduled", ""), ("default/contractsent", ""), ("default/closedwon", "won"),
        ("default/closedlost", "lost"),
    ]  # fmt: skip
    assert about.currencies == ["EUR", "USD"]
    assert about.home == "https://app-eu1.hubspot.com/contacts/4711/record/0-3/"
    assert hubspot.properties[KEY]["hasUniqueValue"] is True
    assert "was made" in about.works[-1]
    assert "is there" in crm.look().works[-1]
    hubspot.properties[KEY]["hasUniqueValue"] = False
    with pytest.raises(ConnectorError, match="unique") as error:
        crm.look()
    assert error.value.code == "property"


def test_a_lead_from_the_quote_to_the_sale(hubspot: HubSpotEmulator, crm: HubSpot) -> None:
    number = crm.create(LEAD, nothing)
    assert crm.find(LEAD.key) == number
    (deal,) = hubspot.deals
    assert deal["properties"] == {
        "dealname": "Giunti per il nastro", "amount": "8000.50", "pipeline": "default", "dealstage": "contractsent",
        "hubspot_owner_id": "71", KEY: LEAD.key, "description": "Prodotto: GX-40",
    }  # fmt: skip
    (contact,), (company,) = (list(hubspot.objects[kind].values()) for kind in ("contacts", "companies"))
    assert (contact["properties"]["firstname"], contact["properties"]["lastname"]) == ("Anna", "Rossi Bianchi")
    assert hubspot.bound[number] == {"contact": contact["id"], "company": company["id"]}
    won = replace(LEAD, stage="default/closedwon", end="won", closed=date(2026, 12, 1), cents=900_000, currency="USD")
    crm.update(number, won, {"stage", "cents", "closed"})
    told = hubspot.deals[0]["properties"]
    assert (told["dealstage"], told["closedate"], told["amount"], told["deal_currency_code"]) == (
        "closedwon", "2026-12-01", "9000.00", "USD",
    )  # fmt: skip


def test_people_that_are_there_are_found_and_not_changed(hubspot: HubSpotEmulator, crm: HubSpot) -> None:
    crm.create(LEAD, nothing)
    hubspot.index()
    crm.create(replace(LEAD, key="2", name="A. R.", company="Rossi", phone=""), nothing)
    assert [len(hubspot.objects[kind]) for kind in ("contacts", "companies", "deals")] == [1, 1, 2]
    (contact,) = hubspot.objects["contacts"].values()
    assert (contact["properties"]["firstname"], contact["properties"]["phone"]) == ("Anna", "+39 011 1")
    contact["properties"] |= {"phone": "", "associatedcompanyid": "77"}
    number = crm.create(replace(LEAD, key="3"), nothing)
    assert contact["properties"]["phone"] == "+39 011 1", "what is empty there is filled"
    assert hubspot.bound[number]["company"] == "77"


def test_an_address_that_is_a_contacts_second_one(hubspot: HubSpotEmulator, crm: HubSpot) -> None:
    hubspot.fail("POST contacts", 409, {"message": "Contact already exists. Existing ID: 55", "category": "CONFLICT"})
    assert hubspot.bound[crm.create(LEAD, nothing)]["contact"] == "55"


def test_without_an_address_there_is_no_contact(hubspot: HubSpotEmulator, crm: HubSpot) -> None:
    number = crm.create(replace(LEAD, email=""), nothing)
    assert (hubspot.objects["contacts"], list(hubspot.bound[number])) == ({}, ["company"])


def test_a_second_deal_of_the_same_lead_is_the_first(hubspot: HubSpotEmulator, crm: HubSpot) -> None:
    hubspot.drop("POST deals", handled=True)
    with pytest.raises(ConnectorError) as error:
        crm.create(LEAD, nothing)
    assert error.value.uncertain
    (deal,) = hubspot.deals
    assert crm.create(LEAD, nothing) == deal["id"]
    assert len(hubspot.deals) == 1


@pytest.mark.parametrize(
    ("status", "body", "code", "permanent", "wait"),
    [
        (401, {"message": "expired"}, "token", True, 0), (403, {"message": "scopes"}, "access", True, 0),
        (404, {}, "gone", True, 0), (429, {"message": "TEN_SECONDLY_ROLLING"}, "", False, 10), (502, b"<html>", "", False, 0),
        (423, {}, "", False, 0), (400, {"message": "no", "errors": [{"message": "bad stage"}]}, "field", True, 0),
        (301, {}, "redirect", True, 0), (200, b"<html>", "format", False, 0),
    ],
)  # fmt: skip
def test_what_hubspot_refuses(
    hubspot: HubSpotEmulator, crm: HubSpot, status: int, body: object, code: str, permanent: bool, wait: int
) -> None:
    number = crm.create(LEAD, nothing)
    more = {"retry_after": "10"} if status == 429 else {}
    hubspot.fail(f"PATCH deals/{number}", status, body, **more)
    asked = len(hubspot.calls)
    with pytest.raises(ConnectorError) as error:
        crm.update(number, LEAD, {"title"})
    assert (error.value.code, error.value.permanent, error.value.retry_after) == (code, permanent, wait)
    assert "bad stage" in error.value.reason or status != 400
    assert len(hubspot.calls) == asked + 1


def test_what_is_missing_is_named(hubspot: HubSpotEmulator) -> None:
    with pytest.raises(ConnectorError) as error:
        HubSpot(key="pat-wrong", url=hubspot.url).look()
    assert (error.value.code, "pat-wrong" in error.value.reason) == ("token", False)
    hubspot.denied.add("contacts")
    with pytest.raises(ConnectorError, match=r"crm\.objects\.contacts\.write") as error:
        HubSpot(key=hubspot.key, url=hubspot.url).look()
    assert error.value.code == "access"
