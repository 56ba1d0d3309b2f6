"""What is there under any name is taken over by its id, and stays when the rest goes."""

from typing import Any

import pytest

Json = dict[str, Any]
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"


@pytest.fixture
def there(simulation: Any, lean: Json) -> Json:
    """A group with a route table and a security group, under names that somebody chose."""
    group = f"{SUBSCRIPTION}/resourceGroups/{lean['resourceGroup']}"
    network = f"{group}/providers/Microsoft.Network"
    found = {
        f"{network}/routeTables/rt-of-last-year": "route-table",
        f"{network}/networkSecurityGroups/db-rules": "nsg-database",
    }
    for resource_id in found:
        simulation.azure.put(resource_id, {"location": "eastus", "properties": {}})
    return {group: "resource-group", **found}


def test_what_is_there_is_used_under_its_name_and_outlives_the_deployment(
    simulation: Any, lean: Json, there: Json
) -> None:
    spec = lean | {"adopt": there}
    told = simulation.deploy(spec)
    assert told["status"] == "Succeeded", told["failure"]
    steps = {step["id"]: step for step in told["plan"]}
    assert {steps[i]["action"] for i in there} == {"update"}
    assert {steps[i]["provenance"] for i in there} == {"updated"}
    again = simulation.deploy(spec)
    assert again["unchanged"] == len(again["plan"])
    assert simulation.destroy(lean["name"])["status"] == "Succeeded"
    left = simulation.resources()
    assert set(there) <= set(left)
    assert not any("/routeTables/rt-database" in i for i in left)


FAULTS = {
    "AdoptUnknown": ("routeTables/rt-of-last-year", "bastion"),
    "AdoptElsewhere": ("routeTables/rt-of-last-year", "nsg-database"),
    "AdoptMissing": ("routeTables/rt-of-nobody", "route-table"),
}


@pytest.mark.parametrize("code", FAULTS)
def test_what_cannot_be_taken_over_is_refused(
    simulation: Any, lean: Json, there: Json, code: str
) -> None:
    name, key = FAULTS[code]
    resource_id = f"{next(iter(there))}/providers/Microsoft.Network/{name}"
    told = simulation.deploy(
        lean | {"adopt": {next(iter(there)): "resource-group", resource_id: key}}
    )
    assert (code, f"adopt.{resource_id}") in [(r["code"], r["target"]) for r in told["refusals"]]


def test_a_server_is_taken_over_by_the_field_that_names_it(simulation: Any, lean: Json) -> None:
    server = (
        f"{SUBSCRIPTION}/resourceGroups/{lean['resourceGroup']}"
        "/providers/Microsoft.DBforPostgreSQL/flexibleServers/psql-of-last-year"
    )
    told = simulation.deploy(lean | {"adopt": {server: "postgres-server"}})
    [refused] = told["refusals"]
    assert refused["code"] == "NameGivenElsewhere"
    assert "postgres.serverName" in refused["message"]
