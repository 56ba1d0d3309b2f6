"""A deployment from nothing, over itself, over what is there, and with two callers at once."""

from typing import Any

import pytest

Json = dict[str, Any]


MONITORS = ("diagnosticSettings", "metricAlerts", "actionGroups")


RECIPE = {
    *("resource-group", "virtual-network", "route-table", "private-dns-zone", "private-dns-link"),
    *("nsg-database", "nsg-application-gateway", "nsg-management", "nsg-bastion"),
    *("postgres-server", "postgres-parameters"),
    *("express-route-gateway", "express-route-connection"),
    *("application-gateway", "public-ip-gateway", "waf-policy"),
    *("bastion", "public-ip-bastion"),
    *("jump-box", "jump-box-nic", "watcher-agent"),
}
"""What the recipe makes, and nothing that only other samples ask for."""


def test_a_deployment_creates_exactly_the_resources_of_its_plan(
    simulation: Any, spec: Json
) -> None:
    before = set(simulation.resources())
    told = simulation.deploy(spec)
    assert told["status"] == "Succeeded", told["failure"]
    made = {i.casefold() for i in set(simulation.resources()) - before}
    keys = {step["key"]: step["id"].casefold() for step in told["plan"]}
    assert set(keys) == RECIPE
    parameters = keys.pop("postgres-parameters")  # not a resource, but values of the server
    own = {i for i in made if "/a/" not in i and "/disks/" not in i and parameters not in i}
    assert own == set(keys.values())


def test_the_same_spec_again_writes_nothing(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    before, reads = len(simulation.writes()), len(simulation.azure.calls())
    told = simulation.deploy(lean)
    assert told["status"] == "Succeeded"
    assert len(simulation.writes()) == before
    assert told["unchanged"] == len(told["plan"])
    arm = [c for c in simulation.azure.calls()[reads:] if not c["path"].startswith("/secrets/")]
    assert len(arm) <= len(told["plan"])


def test_a_changed_spec_changes_only_what_differs(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    there = simulation.resources()
    changed = lean | {"onPremises": {"prefixes": ["10.99.0.0/16"]}}
    told = simulation.deploy(changed)
    assert told["status"] == "Succeeded"
    updated = [step["key"] for step in told["plan"] if step["action"] != "no-op"]
    assert updated == ["nsg-database", "nsg-application-gateway"]
    now = simulation.resources()
    others = {i for i in there if "networkSecurityGroups" not in i}
    assert {i: now[i] for i in others if "etag" not in now[i]} == {
        i: there[i] for i in others if "etag" not in there[i]
    }


def test_what_the_spec_no_longer_wants_is_deleted(simulation: Any, spec: Json, lean: Json) -> None:
    simulation.deploy(spec | {"gateway": {"mode": "none"}, "bastion": {"enabled": False}})
    told = simulation.deploy(lean)
    assert told["status"] == "Succeeded", told["failure"]
    gone = {step["key"] for step in told["plan"] if step["action"] == "delete"}
    assert gone == {"jump-box", "jump-box-nic", "watcher-agent"}
    assert not [i for i in simulation.resources() if "/virtualMachines/" in i]


def test_an_identical_foreign_resource_is_adopted_and_left_alone(
    simulation: Any, spec: Json, lean: Json
) -> None:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{spec['resourceGroup']}"
    simulation.azure.put(
        group, {"location": "eastus", "tags": {"owner": "somebody"} | spec["tags"]}
    )
    there = simulation.resources()[group]
    told = simulation.deploy(lean)
    assert told["status"] == "Succeeded", told["failure"]
    assert told["plan"][0]["provenance"] == "adopted"
    simulation.destroy(spec["name"])
    assert simulation.resources()[group] == there


def test_a_foreign_resource_that_differs_is_refused_before_the_first_write(
    simulation: Any, spec: Json, lean: Json
) -> None:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{spec['resourceGroup']}"
    table = f"{group}/providers/Microsoft.Network/routeTables/rt-database-{spec['name']}"
    simulation.azure.put(group, {"location": "eastus", "tags": spec["tags"]})
    route = {
        "name": "everything",
        "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "None"},
    }
    simulation.azure.put(table, {"location": "eastus", "properties": {"routes": [route]}})
    writes, there = len(simulation.writes()), simulation.resources()
    told = simulation.deploy(lean)
    assert told["status"] == "Failed"
    assert "route-table" in told["failure"]["message"]
    assert told["failure"]["code"] == "ForeignResourceDiffers"
    assert len(simulation.writes()) == writes
    assert simulation.resources() == there


def test_a_throttled_subscription_only_delays(simulation: Any, lean: Json) -> None:
    simulation.azure.fail(
        method="PUT",
        type="Microsoft.Network/networkSecurityGroups",
        times=4,
        status=429,
        code="TooManyRequests",
        retry_after_seconds=17,
    )
    told = simulation.deploy(lean)
    assert told["status"] == "Succeeded", told["failure"]


def test_no_look_is_made_before_the_retry_after_has_passed(simulation: Any, lean: Json) -> None:
    simulation.azure.fail(
        method="PUT", type="Microsoft.Network/virtualNetworks", retry_after_seconds=200
    )
    told = simulation.deploy(lean)
    network = next(step for step in told["steps"] if step["key"] == "virtual-network")
    waited = _moment(network["settledAt"]) - _moment(network["startedAt"])
    assert waited.total_seconds() >= 200


def test_a_stuck_operation_fails_at_its_deadline_and_is_rolled_back(
    simulation: Any, lean: Json
) -> None:
    there = simulation.resources()
    simulation.azure.fail(method="PUT", type="*/routeTables", stuck=True)
    started = simulation.request("POST", "deployments", json=lean)
    told = simulation.finish(started)
    assert told["status"] == "Failed"
    assert told["failure"]["code"] == "OperationTimedOut"
    stuck = [left for left in told["residue"] if left["key"] == "route-table"]
    assert [left["command"] for left in stuck] == [f"az resource delete --ids '{stuck[0]['id']}'"]
    kept = {i for i in simulation.resources() if i not in there}
    assert {left["id"] for left in told["residue"]} == kept


@pytest.mark.parametrize("sample", ["lean", "direct", "full"])
def test_every_sample_deploys_and_then_plans_no_change(
    simulation: Any, sample: str, load_sample: Any
) -> None:
    spec = load_sample(sample) | {"approval": None}  # nobody is here to approve
    told = simulation.deploy(spec)
    assert told["status"] == "Succeeded", told["failure"]
    again = simulation.deploy(spec)
    assert again["unchanged"] == len(again["plan"]) > 0


def _moment(text: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(text)


SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"


def test_a_plan_of_another_spec_leaves_the_recorded_one_alone(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    writes = len(simulation.writes())
    other = lean | {"onPremises": {"prefixes": ["10.99.0.0/16"]}}
    path = f"deployments/{lean['name']}/plan"
    told = simulation.finish(simulation.request("POST", path, json=other))
    assert told["status"] == "Succeeded"
    assert any(step["action"] == "update" for step in told["plan"])
    assert len(simulation.writes()) == writes
    recorded = simulation.request("GET", f"deployments/{lean['name']}").json()
    assert recorded["spec"]["onPremises"] == lean["onPremises"]
    assert simulation.drift(lean["name"])["status"] == "inSync"


def test_a_plan_for_a_new_name_leaves_no_record(simulation: Any, lean: Json) -> None:
    told = simulation.finish(
        simulation.request("POST", f"deployments/{lean['name']}/plan", json=lean)
    )
    assert {step["action"] for step in told["plan"]} == {"create"}
    assert simulation.request("GET", f"deployments/{lean['name']}").status_code == 404


def test_a_failed_update_keeps_the_spec_that_is_deployed(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    simulation.azure.fail(
        method="PUT", type="*/networkSecurityGroups", times=0, status=400, code="InvalidParameter"
    )
    told = simulation.deploy(lean | {"onPremises": {"prefixes": ["10.99.0.0/16"]}})
    assert told["status"] == "Failed"
    recorded = simulation.request("GET", f"deployments/{lean['name']}").json()
    assert recorded["spec"]["onPremises"] == lean["onPremises"]
