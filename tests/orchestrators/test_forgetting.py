"""Forgetting lets go of a resource by name: it stays as it is, and nothing of ours deletes it."""

from typing import Any

import pytest

Json = dict[str, Any]
MARKS = {"managed-by", "hybriddb-deployment", "hybriddb-installation"}


def forget(world: Any, name: str, *resources: str) -> Json:
    answer = world.request("POST", f"deployments/{name}/forget", json={"resources": resources})
    told: Json = world.finish(answer)
    return told


def record(world: Any, name: str) -> Json:
    found: Json = world.request("GET", f"deployments/{name}").json()
    return found


def held(world: Any, name: str, key: str) -> str:
    """The id of a resource in the inventory."""
    (found,) = [i for i, item in record(world, name)["inventory"].items() if item["key"] == key]
    return str(found)


@pytest.mark.parametrize("key", ["route-table", "nsg-bastion", "private-dns-zone"])
def test_what_was_forgotten_is_unmarked_and_otherwise_as_it_was(
    simulation: Any, lean: Json, key: str
) -> None:
    lean = simulation.standing(lean)
    identity = held(simulation, lean["name"], key)
    before, written = simulation.resources(), len(simulation.writes())
    told = forget(simulation, lean["name"], key)
    assert (told["kind"], told["status"]) == ("forget", "Succeeded"), told["failure"]
    (retained,) = told["retained"]
    assert (retained["key"], retained["id"]) == (key, identity)
    assert "local let go of it" in retained["reason"]
    after = record(simulation, lean["name"])
    assert identity not in after["inventory"]
    assert after["retained"] == [retained]
    assert after["status"] == "Deployed"
    there = simulation.resources()
    methods = {call["method"] for call in simulation.writes()[written:]}
    assert methods == {"PATCH"}, "a PUT would interrupt who uses it"
    assert {i for i in there if there[i].get("tags") != before[i].get("tags")} == {identity}
    assert set(before[identity]["tags"]) - set(there[identity]["tags"]) == MARKS
    assert there[identity]["properties"].get("provisioningState", "Succeeded") == "Succeeded"
    history = simulation.request("GET", f"operations?deployment={lean['name']}").json()["value"]
    assert history[0]["kind"] == "forget"


def test_a_server_that_was_forgotten_outlives_its_deployment_with_its_password(
    simulation: Any, azure: Any, lean: Json
) -> None:
    lean = simulation.standing(lean)
    server = held(simulation, lean["name"], "postgres-server")
    told = forget(simulation, lean["name"], server.upper())
    assert told["status"] == "Succeeded", told["failure"]
    assert "StillNeeded" in {w["code"] for w in told["warnings"]}
    gone = simulation.destroy(lean["name"], delete_data=False)
    assert server in simulation.resources()
    assert "virtual-network" in {left["key"] for left in gone["residue"]}
    assert azure.cloud.keyvault.value(f"{lean['name']}-postgres-admin")


def test_what_was_forgotten_and_has_not_changed_is_adopted_by_the_next_deployment(
    simulation: Any, lean: Json
) -> None:
    lean = simulation.standing(lean)
    table = held(simulation, lean["name"], "route-table")
    forget(simulation, lean["name"], "route-table")
    writes = len(simulation.writes())
    told = simulation.finish(simulation.request("PUT", f"deployments/{lean['name']}", json=lean))
    assert (told["status"], len(simulation.writes())) == ("Succeeded", writes), told["failure"]
    after = record(simulation, lean["name"])
    assert after["inventory"][table]["provenance"] == "adopted"
    assert after["retained"] == []


def test_a_name_that_the_inventory_does_not_hold_is_refused_with_it(
    simulation: Any, lean: Json
) -> None:
    lean = simulation.standing(lean)
    before = record(simulation, lean["name"])["inventory"]
    told = forget(simulation, lean["name"], "route-table", "bastion")
    assert (told["status"], told["failure"]["code"]) == ("Failed", "NotInInventory")
    assert "no bastion" in told["failure"]["message"]
    assert told["retained"] == []
    assert record(simulation, lean["name"])["inventory"] == before


def test_what_could_not_be_unmarked_is_still_ours(simulation: Any, azure: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    table = held(simulation, lean["name"], "route-table")
    lock = f"{table}/providers/Microsoft.Authorization/locks/one"
    azure.put(lock, {"properties": {"level": "ReadOnly"}})
    told = forget(simulation, lean["name"], "route-table", "nsg-bastion")
    assert (told["status"], told["failure"]["target"]) == ("Failed", "route-table")
    assert [item["key"] for item in told["retained"]] == ["nsg-bastion"]
    inventory = record(simulation, lean["name"])["inventory"]
    assert table in inventory
    assert "nsg-bastion" not in {item["key"] for item in inventory.values()}


@pytest.mark.parametrize(
    "body", [None, {}, {"resources": []}, {"resources": "all"}, {"resources": [1]}, {"keys": ["a"]}]
)
def test_a_body_that_names_no_resources_is_refused(simulation: Any, lean: Json, body: Any) -> None:
    answer = simulation.request("POST", f"deployments/{lean['name']}/forget", json=body)
    assert (answer.status_code, answer.json()["error"]["target"]) == (400, "resources")
