"""What the original recipe gets wrong past mending is refused before the first write.

One row a defect: what a caller sends, in what state Azure is, and what comes back: the code, the
field, and the way out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

Json = dict[str, Any]
Arrange = Callable[[Any, Json], None]

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
OTHER = "00000000-0000-0000-0000-000000000002"


def nothing(azure: Any, spec: Json) -> None:
    """Azure as the samples need it."""


def unprovisioned(azure: Any, spec: Json) -> None:
    """The provider has not done its part."""
    state = {"serviceProviderProvisioningState": "NotProvisioned"}
    azure.edit(spec["expressRoute"]["circuitId"], {"properties": state})


def out_of_reach(azure: Any, spec: Json) -> None:
    """The circuit ends in another geography."""
    place = {"peeringLocation": "Frankfurt", "bandwidthInMbps": 1000}
    azure.edit(
        spec["expressRoute"]["circuitId"], {"properties": {"serviceProviderProperties": place}}
    )


def forced_through_an_appliance(azure: Any, spec: Json) -> None:
    """Somebody's route table sends all that leaves the database through an appliance."""
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{spec['resourceGroup']}"
    azure.put(group, {"location": spec["location"], "tags": spec["tags"]})
    hop = {"nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.1.4.4"}
    route = {"name": "all", "properties": {"addressPrefix": "0.0.0.0/0", **hop}}
    table = f"{group}/providers/Microsoft.Network/routeTables/rt-database-{spec['name']}"
    azure.put(table, {"location": spec["location"], "properties": {"routes": [route]}})


def locked(azure: Any, spec: Json) -> None:
    """The group that will hold the zone is locked against deletions."""
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{spec['resourceGroup']}"
    azure.put(group, {"location": spec["location"], "tags": spec["tags"]})
    lock = f"{group}/providers/Microsoft.Authorization/locks/keep"
    azure.put(lock, {"properties": {"level": "CanNotDelete"}})


@dataclass(frozen=True)
class Row:
    """One defect."""

    changes: Json
    refused: tuple[str, str]  # code, field
    fix: str  # what the message tells to do
    azure: Arrange = nothing


def circuit(name: str = "er-circuit-hub", subscription: str = SUBSCRIPTION) -> Json:
    group = f"/subscriptions/{subscription}/resourceGroups/rg-expressroute"
    return {"circuitId": f"{group}/providers/Microsoft.Network/expressRouteCircuits/{name}"}


ROWS = {
    "6 the circuit is the placeholder of the recipe": Row(
        {"expressRoute": circuit("er-circuit-example")},
        ("PlaceholderCircuit", "expressRoute.circuitId"),
        "put the id of your own circuit here",
    ),
    "6 the circuit is not there": Row(
        {"expressRoute": circuit("er-circuit-none")},
        ("CircuitNotFound", "expressRoute.circuitId"),
        "correct the id",
    ),
    "6 the circuit is not provisioned": Row(
        {},
        ("CircuitNotReady", "expressRoute.circuitId"),
        "ask the provider to provision it",
        unprovisioned,
    ),
    "6 the circuit does not reach the region": Row(
        {}, ("CircuitOutOfReach", "location"), "upgraded to Premium", out_of_reach
    ),
    "7 the circuit of somebody else has no authorization key": Row(
        {"expressRoute": circuit(subscription=OTHER)},
        ("AuthorizationKeyMissing", "expressRoute.authorizationKey"),
        "ask its owner for an authorization key",
    ),
    "16 the password is in the request": Row(
        {"postgres": {"adminPassword": "P@ssw0rd123"}},
        ("InlineSecret", "postgres.adminPassword"),
        "a Key Vault reference",
    ),
    "19 the version of PostgreSQL is out of support": Row(
        {"postgres": {"version": "13"}}, ("FieldInvalid", "postgres.version"), "'17'"
    ),
    "36 the database is routed through an appliance": Row(
        {}, ("ForeignResourceDiffers", "route-table"), "set adopt", forced_through_an_appliance
    ),
    "40 on-premises is all of 10.0.0.0/8": Row(
        {"onPremises": {"prefixes": ["10.0.0.0/8"]}},
        ("OnPremisesOverlapsNetwork", "onPremises.prefixes"),
        "name the prefixes that are really on-premises",
    ),
    "50 a lock meets high availability": Row(
        {"postgres": {"highAvailability": "ZoneRedundant"}},
        ("LockBreaksFailover", "postgres.highAvailability"),
        "remove it",
        locked,
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_a_defect_is_refused_with_its_field_and_the_way_out(
    simulation: Any, lean: Json, row: Row
) -> None:
    row.azure(simulation.azure, lean)
    there, writes = simulation.resources(), len(simulation.writes())
    answer = simulation.request("POST", "deployments", json=_changed(lean, row.changes))
    (refusal,) = _refusals(simulation, answer)
    assert (refusal["code"], refusal["target"]) == row.refused
    assert row.fix in refusal["message"]
    assert len(simulation.writes()) == writes
    assert simulation.resources() == there


def test_the_defects_of_a_request_are_told_in_one_answer(simulation: Any, lean: Json) -> None:
    spec = _changed(lean, {"expressRoute": circuit("er-circuit-example", OTHER)})
    for number in ("16", "19", "40"):
        spec = _changed(spec, next(r.changes for name, r in ROWS.items() if number in name))
    answer = simulation.request("POST", "deployments", json=spec)
    assert {detail["code"] for detail in _refusals(simulation, answer)} == {
        "PlaceholderCircuit",
        "AuthorizationKeyMissing",
        "InlineSecret",
        "FieldInvalid",
        "OnPremisesOverlapsNetwork",
    }


def test_the_route_through_an_appliance_goes_where_its_table_is_adopted(
    simulation: Any, lean: Json
) -> None:
    forced_through_an_appliance(simulation.azure, lean)
    told = simulation.deploy(lean | {"adopt": True})
    assert told["status"] == "Succeeded", told["failure"]
    tables = [b for i, b in simulation.resources().items() if "/routeTables/" in i]
    assert [table["properties"]["routes"] for table in tables] == [[]]


def test_a_server_is_not_deleted_before_somebody_has_said_so(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)  # row 44
    there = simulation.resources()
    refused = simulation.request("DELETE", f"deployments/{lean['name']}")
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (400, "DataDeletionNotConfirmed")
    assert error["target"] == "deleteData"
    assert "say deleteData=true" in error["message"]
    assert simulation.resources() == there


def _changed(spec: Json, changes: Json) -> Json:
    merged = {
        name: {**spec.get(name, {}), **value} if isinstance(value, dict) else value
        for name, value in changes.items()
    }
    return spec | merged


def _refusals(simulation: Any, answer: Any) -> list[Json]:
    """What is wrong with the request itself, or what its plan and Azure's answers tell of it."""
    if answer.status_code == 400:
        details: list[Json] = answer.json()["error"]["details"]
        return details
    told = simulation.finish(answer)
    assert told["status"] == "Failed", told
    refusals: list[Json] = told["refusals"]
    return refusals
