"""A thing is its id: what is ours is never lost, and what is not ours is never taken for ours."""

from typing import Any

import httpx
import pytest

from local.azurite import Azurite
from shared.records.records import PARTITION, Records
from shared.records.tables import Key

Json = dict[str, Any]
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"


@pytest.fixture
def kept(storage: Azurite) -> Records:
    """The records, as the app has them."""
    return Records.connect(storage.connection_string)


def put(world: Any, spec: Json, query: str = "") -> Json:
    answer: Json = world.finish(
        world.request("PUT", f"deployments/{spec['name']}{query}", json=spec)
    )
    return answer


def inventory(world: Any, name: str) -> Json:
    found: Json = world.request("GET", f"deployments/{name}").json()["inventory"]
    return found


def lose(world: Any, identity: str) -> None:
    """End an orchestration behind the back of the app."""
    instance = f"{world.host.url}/runtime/webhooks/durabletask/instances/{identity}"
    assert httpx.post(f"{instance}/terminate?reason=x").status_code == 202
    world.advance(seconds=1)


def test_a_lost_operation_is_told_as_lost_everywhere_at_once(still: Any, lean: Json) -> None:
    identity = still.request("POST", "deployments", json=lean).json()["id"]
    still.advance(minutes=3)
    lose(still, identity)
    record = still.request("GET", f"deployments/{lean['name']}").json()
    told = still.operation(identity)
    assert (record["status"], record["lastOperation"]["status"]) == ("DeployFailed", "Failed")
    assert (told["status"], told["failure"]["code"]) == ("Failed", "OperationLost")
    assert still.request("POST", f"deployments/{lean['name']}/drift").status_code == 202


@pytest.mark.parametrize("minutes", [0.2, 3, 12])
def test_what_a_lost_deployment_has_made_is_destroyed(
    still: Any, lean: Json, minutes: float
) -> None:
    before = set(still.resources())
    identity = still.request("POST", "deployments", json=lean).json()["id"]
    still.advance(minutes=minutes)
    assert set(still.resources()) > before
    lose(still, identity)
    destroy = still.request("DELETE", f"deployments/{lean['name']}?deleteData=true")
    still.advance(hours=3)
    told = still.operation(destroy.json()["id"])
    assert (told["status"], told["residue"]) == ("Succeeded", [])
    assert set(still.resources()) == before


def test_what_will_be_created_is_on_record_before_the_first_write(still: Any, lean: Json) -> None:
    identity = still.request("POST", "deployments", json=lean).json()["id"]
    still.advance(seconds=1)
    intended = inventory(still, lean["name"])
    plan = still.operation(identity)["plan"]
    assert {step["id"] for step in plan} == set(intended)
    assert {item["state"] for item in intended.values()} == {"intended"}
    still.advance(hours=2)
    assert {item["state"] for item in inventory(still, lean["name"]).values()} == {"seen"}


def test_after_a_rollback_nothing_is_left_in_the_inventory(simulation: Any, lean: Json) -> None:
    simulation.azure.fail(method="PUT", type="*/flexibleServers", status=409, code="QuotaExceeded")
    assert simulation.deploy(lean)["status"] == "Failed"
    assert inventory(simulation, lean["name"]) == {}


def test_what_a_rollback_could_not_remove_stays_in_the_inventory(
    simulation: Any, lean: Json
) -> None:
    simulation.azure.fail(method="PUT", type="*/flexibleServers", status=409, code="QuotaExceeded")
    simulation.azure.fail(
        method="DELETE", type="*/routeTables", times=0, status=409, code="ScopeLocked"
    )
    told = simulation.deploy(lean)
    left = {item["id"] for item in told["residue"]}
    assert set(inventory(simulation, lean["name"])) == left != set()
    simulation.azure.clear_faults()
    assert simulation.destroy(lean["name"])["status"] == "Succeeded"
    assert not left & set(simulation.resources())


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("resourceGroup", {"resourceGroup": "rg-elsewhere"}),
        ("postgres.serverName", {"postgres": {"serverName": "another-server-1"}}),
    ],
)
def test_a_moved_server_is_refused_with_the_field_that_moves_it(
    simulation: Any, lean: Json, field: str, change: Json
) -> None:
    lean = simulation.standing(lean)
    there, held = simulation.resources(), inventory(simulation, lean["name"])
    writes = len(simulation.writes())
    told = put(simulation, lean | change)
    assert (told["status"], told["failure"]["code"]) == ("Failed", "DataDeletionNotConfirmed")
    assert told["failure"]["message"].startswith(f"{field}: ")
    assert len(simulation.writes()) == writes
    assert (simulation.resources(), inventory(simulation, lean["name"])) == (there, held)


def test_a_moved_server_is_created_before_the_old_one_is_deleted(
    simulation: Any, lean: Json
) -> None:
    lean = simulation.standing(lean)
    old = next(i for i in inventory(simulation, lean["name"]) if "/flexibleServers/" in i)
    told = put(
        simulation, lean | {"postgres": {"serverName": "another-server-2"}}, "?deleteData=true"
    )
    assert told["status"] == "Succeeded", told["failure"]
    steps = {step["key"]: step for step in told["steps"]}
    assert steps["postgres-server"]["settledAt"] <= steps["postgres-server-old"]["startedAt"]
    assert ("ResourceMoves", "postgres-server-old") in {
        (advice["code"], advice["target"]) for advice in told["warnings"]
    }
    assert old.casefold() not in {i.casefold() for i in simulation.resources()}
    held = {i.casefold() for i in inventory(simulation, lean["name"])}
    assert old.casefold() not in held
    assert any("another-server-2" in i for i in held)


def test_a_foreign_group_named_in_an_update_is_not_taken_for_ours(
    simulation: Any, lean: Json
) -> None:
    lean = simulation.standing(lean)
    group = f"{SUBSCRIPTION}/resourceGroups/rg-victim"
    network = f"{group}/providers/Microsoft.Network/virtualNetworks/vnet-hub-{lean['name']}"
    simulation.azure.put(group, {"location": "eastus", "tags": {"of": "somebody"}})
    space = {"addressSpace": {"addressPrefixes": ["10.99.0.0/16"]}}
    simulation.azure.put(network, {"location": "eastus", "properties": space})
    theirs = {i: b for i, b in simulation.resources().items() if "rg-victim" in i}
    told = put(simulation, lean | {"resourceGroup": "rg-victim"}, "?deleteData=true")
    assert told["status"] == "Failed"
    assert "ForeignResourceDiffers" in {r["code"] for r in told["refusals"]}
    assert simulation.destroy(lean["name"])["status"] == "Succeeded"
    assert {i: b for i, b in simulation.resources().items() if "rg-victim" in i} == theirs


def test_a_foreign_record_of_an_alias_is_neither_overwritten_nor_deleted(
    simulation: Any, spec: Json
) -> None:
    zone = next(r["id"] for r in simulation.surroundings if "/privateDnsZones/" in r["id"])
    off = {"enabled": False}
    proxied = spec | {"bastion": off, "jumpBox": off}
    proxied["gateway"] = {"alias": {"zoneId": zone, "recordName": "pg"}}
    simulation.deploy(proxied)
    record = f"{zone}/A/www"
    simulation.azure.put(
        record, {"properties": {"ttl": 60, "aRecords": [{"ipv4Address": "1.2.3.4"}]}}
    )
    theirs = simulation.resources()[record]
    proxied["gateway"] = {"alias": {"zoneId": zone, "recordName": "www"}}
    told = put(simulation, proxied)
    assert (told["status"], told["failure"]["code"]) == ("Failed", "ForeignResourceDiffers")
    assert simulation.destroy(spec["name"])["status"] == "Succeeded"
    assert simulation.resources()[record] == theirs


@pytest.mark.parametrize("installation", [None, "another1234"])
def test_what_another_installation_has_marked_is_foreign(
    simulation: Any, lean: Json, installation: str | None
) -> None:
    group = f"{SUBSCRIPTION}/resourceGroups/{lean['resourceGroup']}"
    marks = {"managed-by": "hybriddb", "hybriddb-deployment": lean["name"]}
    if installation:
        marks["hybriddb-installation"] = installation
    simulation.azure.put(group, {"location": "eastus", "tags": marks})
    told = simulation.deploy(lean)
    assert (told["status"], told["failure"]["code"]) == ("Failed", "ForeignResourceDiffers")
    assert group in simulation.resources()


def test_a_deployment_whose_record_was_lost_is_found_by_its_marks(
    simulation: Any, lean: Json, kept: Records
) -> None:
    before = set(simulation.resources())
    simulation.deploy(lean)
    record = kept.get(lean["name"])
    kept._deployments.delete(Key(PARTITION, lean["name"]), etag=record.etag)
    told = simulation.deploy(lean)
    assert (told["status"], told["unchanged"]) == ("Succeeded", len(told["plan"]))
    assert simulation.destroy(lean["name"])["status"] == "Succeeded"
    assert set(simulation.resources()) == before


def foreign_network(world: Any, spec: Json) -> str:
    """A network of somebody else under the name of ours, in a group that is theirs too: its id."""
    group = f"{SUBSCRIPTION}/resourceGroups/{spec['resourceGroup']}"
    network = f"{group}/providers/Microsoft.Network/virtualNetworks/vnet-hub-{spec['name']}"
    world.azure.put(group, {"location": "eastus"})
    theirs = {"name": "theirs", "properties": {"addressPrefix": "10.1.200.0/24"}}
    space = {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}, "subnets": [theirs]}
    world.azure.put(network, {"location": "eastus", "properties": space})
    return network


def test_our_subnets_are_taken_out_of_a_network_that_was_adopted(
    simulation: Any, lean: Json
) -> None:
    network = foreign_network(simulation, lean)
    told = simulation.deploy(lean | {"adopt": True})
    assert told["status"] == "Succeeded", told["failure"]
    gone = simulation.destroy(lean["name"])
    assert (gone["status"], gone["residue"]) == ("Succeeded", []), gone["failure"]
    left = {i for i in simulation.resources() if i.startswith(f"{network.split('/prov')[0]}/")}
    assert left == {network}
    subnets = simulation.resources()[network]["properties"]["subnets"]
    assert [subnet["name"] for subnet in subnets] == ["theirs"]


def test_an_adopted_network_outlives_a_destroy_that_failed_and_its_repetition(
    simulation: Any, lean: Json
) -> None:
    network = foreign_network(simulation, lean)
    simulation.deploy(lean | {"adopt": True})
    simulation.azure.fail(
        method="DELETE", type="*/routeTables", times=0, status=409, code="ScopeLocked"
    )
    assert simulation.destroy(lean["name"])["status"] == "Failed"
    assert inventory(simulation, lean["name"])[network]["provenance"] == "updated"
    simulation.azure.clear_faults()
    told = simulation.destroy(lean["name"])
    assert told["status"] == "Succeeded", told["failure"]
    assert network in simulation.resources()


def test_an_adopted_network_outlives_a_destroy_whose_orchestration_was_lost(
    still: Any, lean: Json
) -> None:
    network = foreign_network(still, lean)
    still.request("POST", "deployments", json=lean | {"adopt": True})
    still.advance(hours=2)
    lost = still.request("DELETE", f"deployments/{lean['name']}?deleteData=true").json()["id"]
    still.advance(minutes=5)
    lose(still, lost)
    again = still.request("DELETE", f"deployments/{lean['name']}?deleteData=true").json()["id"]
    still.advance(hours=3)
    told = still.operation(again)
    assert told["status"] == "Succeeded", told["failure"]
    subnets = still.resources()[network]["properties"]["subnets"]
    assert [subnet["name"] for subnet in subnets] == ["theirs"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("resourceGroups", {"tags": {"of": "somebody"}}),
        (
            "routeTables/rt-database-",
            {
                "tags": {"of": "somebody", "environment": "theirs"},
                "properties": {"disableBgpRoutePropagation": True},
            },
        ),
        ("networkSecurityGroups/nsg-database-", {"tags": {"of": "somebody"}, "properties": {}}),
    ],
)
def test_what_was_added_to_an_adopted_resource_is_taken_out_of_it_again(
    simulation: Any, lean: Json, kind: str, body: Json
) -> None:
    group = f"{SUBSCRIPTION}/resourceGroups/{lean['resourceGroup']}"
    simulation.azure.put(group, {"location": "eastus", "tags": {"of": "somebody"}})
    theirs = group
    if kind != "resourceGroups":
        theirs = f"{group}/providers/Microsoft.Network/{kind}{lean['name']}"
        simulation.azure.put(theirs, {"location": "eastus", **body})
    told = simulation.deploy(lean | {"adopt": True})
    assert told["status"] == "Succeeded", told["failure"]
    assert set(simulation.resources()[theirs]["tags"]) >= {"of", "purpose"}
    gone = simulation.destroy(lean["name"])
    assert (gone["status"], gone["residue"]) == ("Succeeded", []), gone["failure"]
    left = simulation.resources()
    assert {i for i in left if i.startswith(group)} == {group, theirs}
    assert "purpose" not in left[theirs]["tags"]
    assert left[theirs]["tags"]["of"] == "somebody"
    assert not left[theirs].get("properties", {}).get("securityRules")
