"""Drift: a plan that should be empty, found by the timer, put right by a repair."""

from typing import Any

Json = dict[str, Any]


def test_an_untouched_deployment_is_in_sync_for_one_read_a_resource(
    simulation: Any, spec: Json
) -> None:
    told = simulation.deploy(spec)
    before = len(simulation.azure.calls())
    assert simulation.drift(spec["name"])["changes"] == []
    assert len(simulation.azure.calls()) - before <= 1.1 * len(told["plan"])


def test_the_timer_finds_an_opened_security_group(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    group = next(i for i in simulation.resources() if "nsg-database" in i)
    rules = simulation.resources()[group]["properties"]["securityRules"]
    rules[0]["properties"]["access"] = "Deny"
    simulation.azure.edit(group, {"properties": {"securityRules": rules}})
    simulation.advance(hours=1, minutes=1)
    report = simulation.request("GET", f"deployments/{lean['name']}/drift").json()["drift"]
    assert report["status"] == "drifted"
    assert [(c["key"], c["class"], c["severity"]) for c in report["changes"]] == [
        ("nsg-database", "changed", "high")
    ]


def test_a_rule_that_somebody_added_is_drift(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    group = next(i for i in simulation.resources() if "nsg-database" in i)
    rules = simulation.resources()[group]["properties"]["securityRules"]
    added = {**rules[0], "name": "LetMeIn", "id": f"{group}/securityRules/LetMeIn"}
    added["properties"] = {**rules[0]["properties"], "priority": 100}
    simulation.azure.edit(group, {"properties": {"securityRules": [*rules, added]}})
    [change] = simulation.drift(lean["name"])["changes"]
    assert change["path"] == "properties.securityRules[LetMeIn]"
    repaired = simulation.finish(
        simulation.request("POST", f"deployments/{lean['name']}/drift/repair")
    )
    assert repaired["status"] == "Succeeded", repaired["failure"]
    assert simulation.drift(lean["name"])["status"] == "inSync"


def test_a_deleted_resource_is_missing_and_repaired(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    links = (i for i in simulation.resources() if "/virtualNetworkLinks/" in i)
    link = next(i for i in links if f"/{lean['resourceGroup']}/" in i)
    simulation.azure.remove(link)
    [change] = simulation.drift(lean["name"])["changes"]
    assert (change["key"], change["class"]) == ("private-dns-link", "missing")
    simulation.finish(simulation.request("POST", f"deployments/{lean['name']}/drift/repair"))
    assert link in simulation.resources()


def test_a_deleted_group_is_missing_with_all_that_was_in_it(simulation: Any, lean: Json) -> None:
    there = set(simulation.resources())
    deployed = simulation.deploy(lean)
    for identity in set(simulation.resources()) - there:
        simulation.azure.remove(identity)
    changes = simulation.drift(lean["name"])["changes"]
    assert {change["class"] for change in changes} == {"missing"}
    assert {c["key"] for c in changes} == {step["key"] for step in deployed["plan"]}


def test_a_strange_resource_in_our_group_is_extra(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    group = next(i for i in simulation.resources() if i.endswith(f"/{lean['resourceGroup']}"))
    stranger = f"{group}/providers/Microsoft.Network/routeTables/not-ours"
    simulation.azure.put(stranger, {"location": "eastus", "properties": {}})
    [change] = simulation.drift(lean["name"])["changes"]
    assert (change["class"], change["id"]) == ("extra", stranger)
