"""Destroy: only what we created, data only where that is said."""

from typing import Any

Json = dict[str, Any]
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"


def test_destroy_leaves_what_was_there_before_and_an_empty_record(
    simulation: Any, spec: Json
) -> None:
    there = simulation.resources()  # what stands already was made beside others
    deployed = simulation.deploy(spec)
    assert deployed["status"] == "Succeeded", deployed["failure"]
    told = simulation.destroy(spec["name"])
    assert told["status"] == "Succeeded", told["failure"]
    assert simulation.resources() == there
    record = simulation.request("GET", f"deployments/{spec['name']}").json()
    assert (record["status"], record["inventory"], record["outputs"]) == ("Destroyed", {}, {})
    listed = simulation.request("GET", "deployments").json()["value"]
    assert spec["name"] not in {each["name"] for each in listed}
    listed = simulation.request("GET", "deployments?destroyed=true&top=200").json()["value"]
    assert spec["name"] in {each["name"] for each in listed}


def test_what_is_there_again_after_its_deletion_is_told(
    simulation: Any, spec: Json, lean: Json
) -> None:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{spec['resourceGroup']}"
    simulation.azure.put(group, {"location": "eastus"})
    simulation.deploy(lean | {"adopt": True})
    table = next(i for i in simulation.resources() if "/routeTables/" in i)
    simulation.host.stop()
    plans = []

    def boundary(place: str) -> None:
        if place.startswith(f"before call: activity prove_absence of {spec['name']}"):
            plans.append(place)
            if len(plans) == 1:
                simulation.azure.put(table, {"location": "eastus", "properties": {}})

    simulation.start(boundary=boundary)
    told = simulation.destroy(spec["name"])
    assert (told["status"], told["failure"]["code"]) == ("Failed", "NotAbsent")
    assert [(left["key"], left["id"]) for left in told["residue"]] == [("route-table", table)]
    assert told["residue"][0]["command"] == f"az resource delete --ids '{table}'"
    assert [kept["key"] for kept in told["retained"]] == ["resource-group"]


def test_data_is_not_deleted_without_the_word(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    writes = len(simulation.writes())
    refused = simulation.request("DELETE", f"deployments/{lean['name']}")
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "DataDeletionNotConfirmed"
    assert "/flexibleServers/" in refused.json()["error"]["message"]
    record = simulation.request("GET", f"deployments/{lean['name']}").json()
    assert (record["status"], record["lastOperation"]["kind"]) == ("Deployed", "deploy")
    assert len(simulation.writes()) == writes


def test_a_group_with_foreign_resources_stays_with_them(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    group = next(i for i in simulation.resources() if i.endswith(f"/{lean['resourceGroup']}"))
    foreign = f"{group}/providers/Microsoft.Network/routeTables/not-ours"
    simulation.azure.put(foreign, {"location": "eastus", "properties": {}})
    before = simulation.resources()[foreign]
    told = simulation.destroy(lean["name"])
    assert told["status"] == "Succeeded", told["failure"]
    assert [kept["key"] for kept in told["retained"]] == ["resource-group"]
    assert foreign in told["retained"][0]["reason"]
    assert {i for i in simulation.resources() if i.startswith(group)} == {group, foreign}
    assert simulation.resources()[foreign] == before
