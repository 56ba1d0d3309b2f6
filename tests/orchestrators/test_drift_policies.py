"""What is done about drift: put right by path or by policy, accepted, or told when undone."""

import copy
from typing import Any

import pytest

Json = dict[str, Any]


def test_a_scan_repairs_what_the_policy_says_and_tells_the_rest(
    simulation: Any, lean: Json
) -> None:
    lean["drift"] = {"policies": [{"resource": "nsg-*", "then": "repair"}]}
    assert simulation.deploy(lean)["status"] == "Succeeded"
    group = open_database(simulation, lean["name"])
    network = edit_network(simulation)
    simulation.advance(hours=1, minutes=30)
    rules = simulation.resources()[group]["properties"]["securityRules"]
    assert rules[0]["properties"].get("sourceAddressPrefix") != "*"
    report = drift_of(simulation, lean)
    assert [(c["id"], c["policy"]) for c in report["changes"]] == [(network, "report")]
    [repair] = [o for o in operations(simulation, lean) if o["kind"] == "repair"]
    assert (repair["status"], repair["actor"]["name"]) == ("Succeeded", "drift policy")


def test_a_repair_by_path_leaves_the_rest_and_puts_back_what_nobody_declared(
    simulation: Any, lean: Json
) -> None:
    lean = simulation.standing(lean)
    group = open_database(simulation, lean["name"])
    network = edit_network(simulation)
    simulation.drift(lean["name"])
    told = ask(simulation, lean, "repair", {"paths": ["virtual-network:properties.dhcpOptions*"]})
    assert told["status"] == "Succeeded", told["failure"]
    there = simulation.resources()[network]["properties"]
    assert (there.get("dhcpOptions") or {}).get("dnsServers", []) == []
    assert {c["id"] for c in drift_of(simulation, lean)["changes"]} == {group}
    assert len(reports(simulation, lean)) >= 3


@pytest.mark.parametrize("what", ["repair", "accept"])
def test_paths_that_fit_nothing_that_was_reported_are_told(
    simulation: Any, lean: Json, what: str
) -> None:
    lean = simulation.standing(lean)
    edit_network(simulation)
    simulation.drift(lean["name"])
    told = ask(simulation, lean, what, {"paths": ["virtual-network:properties.dhcpOption"]})
    assert (told["status"], told["failure"]["code"]) == ("Failed", "NothingChosen")


def test_a_repair_of_what_was_put_right_meanwhile_has_nothing_to_do(
    simulation: Any, lean: Json
) -> None:
    lean = simulation.standing(lean)
    network = edit_network(simulation)
    simulation.drift(lean["name"])
    simulation.azure.edit(network, {"properties": {"dhcpOptions": None}})
    told = ask(simulation, lean, "repair", {"paths": ["virtual-network"]})
    assert told["status"] == "Succeeded", told["failure"]


def test_what_is_accepted_is_the_spec_from_then_on_and_an_update_that_undoes_it_says_so(
    simulation: Any, lean: Json
) -> None:
    lean = simulation.standing(lean)
    server = one(simulation, "/flexibleServers/psql")["id"]
    simulation.azure.edit(server, {"properties": {"backup": {"backupRetentionDays": 21}}})
    edit_network(simulation)
    simulation.drift(lean["name"])
    told = ask(simulation, lean, "accept", {"comment": "CHG-7"})
    assert told["status"] == "Succeeded", told["failure"]
    accepted = told["accepted"]
    assert accepted["patch"]["postgres"] == {"backupRetentionDays": 21}
    assert [each["path"] for each in accepted["exceptions"]] == [
        "properties.dhcpOptions.dnsServers"
    ]
    record = simulation.request("GET", f"deployments/{lean['name']}").json()
    assert (record["generation"], record["status"]) == (2, "Deployed")
    assert simulation.drift(lean["name"])["status"] == "inSync"
    kept = simulation.finish(
        simulation.request("PUT", f"deployments/{lean['name']}", json=record["spec"])
    )
    assert (kept["status"], len(simulation_changes(kept))) == ("Succeeded", 0)
    undone = simulation.finish(
        simulation.request("POST", f"deployments/{lean['name']}/plan", json=lean)
    )
    warned = [w for w in undone["warnings"] if w["code"] == "AcceptedChangeUndone"]
    assert {w["target"].partition(":")[0] for w in warned} == {
        "postgres.backupRetentionDays",
        "virtual-network",
    }
    assert all("CHG-7" in warning["message"] for warning in warned)


def test_a_scan_accepts_what_the_policy_says(simulation: Any, lean: Json) -> None:
    accepting = {"policies": [{"resource": "postgres-*", "path": "*backup*", "then": "accept"}]}
    lean = simulation.standing(lean | {"drift": accepting})
    server = one(simulation, "/flexibleServers/psql")["id"]
    simulation.azure.edit(server, {"properties": {"backup": {"backupRetentionDays": 21}}})
    before = len(simulation.writes())
    simulation.advance(hours=1, minutes=30)
    record = simulation.request("GET", f"deployments/{lean['name']}").json()
    assert record["spec"]["postgres"]["backupRetentionDays"] == 21
    assert (record["generation"], record["status"]) == (2, "Deployed")
    assert drift_of(simulation, lean)["changes"] == []
    assert len(simulation.writes()) == before


def test_nobody_makes_up_an_exception(simulation: Any, lean: Json) -> None:
    made_up = {"resource": "nsg-database", "path": "properties.securityRules", "value": []}
    lean["drift"] = {"accepted": [{**made_up, "by": "me", "at": "now"}]}
    told = simulation.deploy(lean)
    assert (told["status"], told["failure"]["code"]) == ("Failed", "ExceptionNotAccepted")
    assert simulation.writes() == []


def test_a_scan_ends_while_the_repair_that_it_began_waits_for_a_person(
    still: Any, lean: Json
) -> None:
    lean["drift"] = {"policies": [{"resource": "postgres-server", "then": "repair"}]}
    still.request("POST", "deployments", json=lean)
    still.advance(hours=2)
    server = one(still, "/flexibleServers/psql")["id"]
    still.azure.edit(server, {"sku": {"name": "Standard_D4s_v3"}})
    still.advance(hours=1)
    [repair] = [o for o in operations(still, lean) if o["kind"] == "repair"]
    assert still.operation(repair["id"])["phase"] == "awaiting-approval"
    path = f"{still.host.url}/runtime/webhooks/durabletask/instances/scan-drift"
    assert still.http.get(path).json()["runtimeStatus"] == "Completed"
    still.request("POST", f"operations/{repair['id']}/approve")
    still.advance(hours=1)
    assert still.operation(repair["id"])["status"] == "Succeeded"
    assert one(still, "/flexibleServers/psql")["sku"]["name"] == lean["postgres"]["sku"]


def test_what_half_a_rollback_left_is_told_at_once_and_left_to_a_person(
    simulation: Any, lean: Json
) -> None:
    lean["drift"] = {"policies": [{"resource": "*", "then": "repair"}]}
    simulation.azure.fail(method="PUT", type="*/flexibleServers", status=400, code="Refused")
    simulation.azure.fail(
        method="DELETE", type="*/routeTables", times=99, status=400, code="Refused"
    )
    told = simulation.deploy(lean)
    assert [left["key"] for left in told["residue"]] == ["route-table", "resource-group"]
    check = simulation.host.wait_for(f"{told['id']}-drift")
    assert check["runtimeStatus"] == "Completed"
    assert drift_of(simulation, lean)["status"] == "drifted"
    assert [o["kind"] for o in operations(simulation, lean)] == ["deploy"]
    scheduled = [event.get("Name") for event in simulation.host.history(told["id"])]
    assert "report_drift" not in scheduled


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"paths": []}, "paths"),
        ({"paths": [7]}, "paths"),
        ({"path": ["nsg-database"]}, "path"),
        ({"paths": ["nsg-database"], "comment": 7}, "comment"),
    ],
)
def test_a_choice_that_cannot_be_read_is_refused(
    simulation: Any, spec: Json, body: Json, target: str
) -> None:
    answer = simulation.request("POST", f"deployments/{spec['name']}/drift/accept", json=body)
    assert (answer.status_code, answer.json()["error"]["target"]) == (400, target)


def ask(world: Any, spec: Json, verb: str, body: Json) -> Json:
    path = f"deployments/{spec['name']}/drift/{verb}"
    told: Json = world.finish(world.request("POST", path, json=body))
    return told


def open_database(world: Any, name: str) -> str:
    group = one(world, f"nsg-database-{name}")
    rules = copy.deepcopy(group["properties"]["securityRules"])
    rules[0]["properties"]["sourceAddressPrefix"] = "*"
    rules[0]["properties"].pop("sourceAddressPrefixes", None)
    world.azure.edit(group["id"], {"properties": {"securityRules": rules}})
    return str(group["id"])


def edit_network(world: Any) -> str:
    network = one(world, "/virtualNetworks/vnet-hub")["id"]
    world.azure.edit(network, {"properties": {"dhcpOptions": {"dnsServers": ["10.9.9.9"]}}})
    return str(network)


def drift_of(world: Any, spec: Json) -> Json:
    report: Json = world.request("GET", f"deployments/{spec['name']}/drift").json()["drift"]
    return report


def reports(world: Any, spec: Json) -> list[Json]:
    found: list[Json] = world.request("GET", f"deployments/{spec['name']}/drift/reports").json()[
        "value"
    ]
    return found


def operations(world: Any, spec: Json) -> list[Json]:
    found: list[Json] = world.request("GET", f"operations?deployment={spec['name']}").json()[
        "value"
    ]
    return found


def simulation_changes(told: Json) -> list[Json]:
    return [step for step in told["plan"] if step["action"] != "no-op"]


def one(world: Any, part: str) -> Json:
    found = [r for r in world.azure.resources() if part.casefold() in r["id"].casefold()]
    shortest: Json = min(found, key=lambda r: len(r["id"]))
    return shortest
