"""What is not well, and what can or cannot be put right: told, and mended as far as it goes."""

from typing import Any

import pytest

Json = dict[str, Any]

KIND = "Microsoft.DBforPostgreSQL/flexibleServers/configurations"


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [
        ("Stopped", 400, "ServerStoppedError"),
        ("Stopped", 409, "ServerNotReady"),
        ("Inaccessible", 400, "CustomerManagedKeyInaccessible"),
        ("Disabled", 409, "ServerDisabled"),
    ],
)
def test_what_azure_does_not_show_of_a_server_that_is_not_well_is_told_of_the_server(
    simulation: Any, lean: Json, state: str, status: int, code: str
) -> None:
    lean = simulation.standing(lean)
    server = one(simulation.azure, "/flexibleServers/psql")["id"]
    simulation.azure.edit(server, {"properties": {"state": state}})
    simulation.azure.fail(method="GET", type=KIND, times=0, status=status, code=code)
    report = simulation.drift(lean["name"])
    assert report["status"] == "drifted"
    assert [(c["key"], c["class"]) for c in report["changes"]] == [("postgres-server", "degraded")]


def test_a_refused_read_of_a_server_that_is_well_is_a_failed_check(
    simulation: Any, lean: Json
) -> None:
    lean = simulation.standing(lean)
    simulation.azure.fail(method="GET", type=KIND, times=0, status=400, code="Whatever")
    report = simulation.drift(lean["name"])
    assert (report["status"], report["failure"]["code"]) == ("failed", "Whatever")


@pytest.mark.parametrize("readable", [True, False])
def test_a_server_that_somebody_stopped_is_started_and_changed_by_one_update(
    simulation: Any, lean: Json, readable: bool
) -> None:
    lean = simulation.standing(lean)
    server = one(simulation.azure, "/flexibleServers/psql")["id"]
    simulation.azure.edit(server, {"properties": {"state": "Stopped"}})
    if not readable:
        simulation.azure.fail(
            method="GET", type=KIND, times=1, status=400, code="ServerStoppedError"
        )
    parameters = lean["postgres"]["parameters"] | {"work_mem": "65536"}
    postgres = lean["postgres"] | {"backupRetentionDays": 21, "parameters": parameters}
    answer = simulation.request(
        "PUT", f"deployments/{lean['name']}", json=lean | {"postgres": postgres}
    )
    told = simulation.finish(answer)
    assert told["status"] == "Succeeded", told["failure"]
    properties = one(simulation.azure, "/flexibleServers/psql")["properties"]
    assert (properties["state"], properties["backup"]["backupRetentionDays"]) == ("Ready", 21)
    found = one(simulation.azure, "/configurations/work_mem")
    assert found["properties"]["value"] == "65536"


def test_a_stopped_server_is_destroyed(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    server = one(simulation.azure, "/flexibleServers/psql")["id"]
    simulation.azure.edit(server, {"properties": {"state": "Stopped"}})
    told = simulation.destroy(lean["name"])
    assert told["status"] == "Succeeded", told["failure"]


def test_a_stopped_gateway_is_started_by_a_repair_and_by_nothing_else_changed(
    simulation: Any, lean: Json
) -> None:
    proxied = lean | {"gateway": {"sku": "Standard_v2"}}
    proxied = simulation.standing(proxied)
    gateway = one(simulation.azure, "/applicationGateways/appgw-db")["id"]
    simulation.azure.edit(gateway, {"properties": {"operationalState": "Stopped"}})
    before = len(simulation.azure.calls())
    told = repair(simulation, proxied)
    assert told["status"] == "Succeeded", told["failure"]
    properties = one(simulation.azure, "/applicationGateways/appgw-db")["properties"]
    assert properties["operationalState"] == "Running"
    written = [c for c in simulation.azure.calls()[before:] if c["method"] not in {"GET", "HEAD"}]
    assert [(c["method"], c["action"]) for c in written] == [("POST", "start")]
    assert simulation.drift(proxied["name"])["changes"] == []


def test_a_stopped_gateway_that_has_changed_is_started_and_put_right(
    simulation: Any, lean: Json
) -> None:
    proxied = lean | {"gateway": {"sku": "Standard_v2"}}
    proxied = simulation.standing(proxied)
    gateway = one(simulation.azure, "/applicationGateways/appgw-db")["id"]
    changed = {"operationalState": "Stopped", "enableHttp2": True}
    scale = {"autoscaleConfiguration": {"minCapacity": 1, "maxCapacity": 9}}
    simulation.azure.edit(gateway, {"properties": changed | scale})
    assert repair(simulation, proxied)["status"] == "Succeeded"
    properties = one(simulation.azure, "/applicationGateways/appgw-db")["properties"]
    assert properties["operationalState"] == "Running"
    assert properties["autoscaleConfiguration"] == {"minCapacity": 2, "maxCapacity": 5}


HOLE = {
    "priority": 100,
    "direction": "Inbound",
    "access": "Allow",
    "protocol": "Tcp",
    "sourcePortRange": "*",
    "sourceAddressPrefix": "Internet",
    "destinationAddressPrefix": "*",
    "destinationPortRange": "5432",
}


def open_a_hole(azure: Any) -> str:
    group = one(azure, "/networkSecurityGroups/nsg-database")
    rules = group["properties"]["securityRules"]
    hole = {"name": "Open", "id": f"{group['id']}/securityRules/Open", "properties": HOLE}
    azure.edit(group["id"], {"properties": {"securityRules": [*rules, hole]}})
    return str(group["id"])


def closed(azure: Any) -> bool:
    group = one(azure, "/networkSecurityGroups/nsg-database")
    return "Open" not in [rule["name"] for rule in group["properties"]["securityRules"]]


@pytest.mark.parametrize(
    ("part", "edit", "key"),
    [
        ("/bastionHosts/", {"sku": {"name": "Premium"}}, "bastion"),
        ("/publicIPAddresses/pip-bastion", {"zones": ["1"]}, "public-ip-bastion"),
        ("/flexibleServers/psql", {"properties": {"version": "18"}}, "postgres-server"),
    ],
)
def test_what_cannot_be_repaired_is_told_and_stops_no_other_repair(
    simulation: Any, spec: Json, part: str, edit: Json, key: str
) -> None:
    spec = spec | {"gateway": {"mode": "none"}}
    assert simulation.deploy(spec)["status"] == "Succeeded"
    open_a_hole(simulation.azure)
    simulation.azure.edit(one(simulation.azure, part)["id"], edit)
    told = repair(simulation, spec)
    assert (told["kind"], told["status"]) == ("repair", "Failed")
    assert told["failure"]["code"] == "NotRepaired"
    assert [w["target"] for w in told["warnings"] if w["code"] == "NotRepaired"] == [key]
    assert closed(simulation.azure)
    assert (told["residue"], told["refusals"]) == ([], [])


def test_a_repair_that_fails_undoes_nothing_and_goes_on_elsewhere(
    simulation: Any, lean: Json
) -> None:
    lean = simulation.standing(lean)
    group = open_a_hole(simulation.azure)
    connection = one(simulation.azure, "/connections/")["id"]
    simulation.azure.edit(connection, {"properties": {"routingWeight": 7}})
    simulation.azure.fail(
        method="PUT",
        type="Microsoft.Network/connections",
        times=0,
        status=400,
        code="InvalidParameter",
    )
    before = len(simulation.azure.calls())
    told = repair(simulation, lean)
    assert (told["status"], told["failure"]["code"]) == ("Failed", "InvalidParameter")
    assert closed(simulation.azure)
    puts = [c for c in simulation.azure.calls()[before:] if c["method"] == "PUT"]
    assert len([c for c in puts if c["target"] == group]) == 1
    states = {step["key"]: step["state"] for step in told["steps"]}
    assert (states["nsg-database"], states["express-route-connection"]) == ("succeeded", "failed")
    simulation.azure.clear_faults()
    assert repair(simulation, lean)["status"] == "Succeeded"
    assert simulation.drift(lean["name"])["changes"] == []


def repair(simulation: Any, spec: Json) -> Json:
    answer = simulation.request("POST", f"deployments/{spec['name']}/drift/repair")
    told: Json = simulation.finish(answer)
    return told


def one(azure: Any, part: str) -> Json:
    ours = (r for r in azure.resources() if "/rg-connectivity/" not in r["id"])
    found: Json = next(r for r in ours if part.casefold() in r["id"].casefold())
    return found
