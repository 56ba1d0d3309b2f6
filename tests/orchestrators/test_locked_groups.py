"""What a lock keeps from being deleted is told whole on record, and in short in the status."""

import json
from typing import Any

import pytest

Json = dict[str, Any]
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
LIMIT = 16_384  # bytes of UTF-16: above it the extension ends an instance


def lock(world: Any, spec: Json) -> str:
    """Lock the group of a deployment, which may not be there yet: the id of the group."""
    group = f"{SUBSCRIPTION}/resourceGroups/{spec['resourceGroup']}"
    if group not in world.resources():
        world.azure.put(group, {"location": spec["location"]})
    keep = {"properties": {"level": "CanNotDelete"}}
    world.azure.put(f"{group}/providers/Microsoft.Authorization/locks/keep", keep)
    return group


def instance(world: Any, identity: str) -> Json:
    url = f"{world.host.url}/runtime/webhooks/durabletask/instances/{identity}"
    told: Json = world.http.get(url).json()
    return told


def size(status: Any) -> int:
    return len(json.dumps(status, ensure_ascii=False, separators=(",", ":")).encode("utf-16-le"))


def end_in_a_locked_group(world: Any, spec: Json, way: str) -> Json:
    told: Json
    if way == "destroy":
        world.deploy(spec)
        lock(world, spec)
        told = world.destroy(spec["name"])
    else:
        lock(world, spec)
        if way == "rollback":
            world.azure.fail(
                method="PUT",
                type="Microsoft.Network/connections",
                times=0,
                status=400,
                code="InvalidParameter",
            )
            told = world.deploy(spec | {"adopt": True})
        else:
            world.deploy(spec | {"adopt": True})
            told = world.destroy(spec["name"])
    return told


@pytest.mark.parametrize(
    ("way", "code"),
    [
        ("destroy", "ScopeLocked"),
        ("rollback", "InvalidParameter"),
        ("destroy of an adopted group", "ScopeLocked"),
    ],
)
def test_an_operation_in_a_locked_group_ends_with_all_that_is_left_on_record(
    simulation: Any, spec: Json, way: str, code: str
) -> None:
    told = end_in_a_locked_group(simulation, spec, way)
    assert (told["status"], told["failure"]["code"]) == ("Failed", code)
    left = {item["id"] for item in told["residue"]}
    there = {i for i in simulation.resources() if f"/{spec['resourceGroup']}/" in i}
    assert len(left) > 12
    inside = tuple(f"{i}/" for i in left if "/providers/" in i)
    untold = {i for i in there if i not in left and not i.startswith(inside)}
    assert {i for i in untold if "/locks/" not in i and "/disks/" not in i} == set()
    shown = instance(simulation, told["id"])
    assert (shown["runtimeStatus"], shown["customStatus"]["phase"]) == ("Failed", "finished")
    assert size(shown["customStatus"]) <= LIMIT
    assert shown["customStatus"]["failure"]["code"] == code
    assert code in str(shown["output"])
    same = simulation.request("GET", f"operations/{told['id']}/status").json()
    assert same["customStatus"] == shown["customStatus"]
    inventory = simulation.request("GET", f"deployments/{spec['name']}").json()["inventory"]
    assert left <= set(inventory)


def test_once_the_lock_is_gone_a_destroy_finishes(simulation: Any, spec: Json) -> None:
    before = set(simulation.resources())
    simulation.deploy(spec)
    group = lock(simulation, spec)
    assert simulation.destroy(spec["name"])["status"] == "Failed"
    simulation.azure.remove(f"{group}/providers/Microsoft.Authorization/locks/keep")
    told = simulation.destroy(spec["name"])
    assert (told["status"], told["residue"]) == ("Succeeded", []), told["failure"]
    assert set(simulation.resources()) == before
