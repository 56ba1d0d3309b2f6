"""Drift of what no spec declares: found beside what it was, and none of what Azure moves itself."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

Json = dict[str, Any]
Edit = Callable[[Json], None]


@pytest.fixture
def deployed(simulation: Any, spec: Json) -> Any:
    """The recipe, at rest; nobody has checked it for drift."""
    told = simulation.deploy(spec)
    assert told["status"] == "Succeeded", told["failure"]
    simulation.name = spec["name"]
    return simulation


def peering(body: Json) -> None:
    body["virtualNetworkPeerings"] = [
        {"name": "to-them", "properties": {"remoteVirtualNetwork": {"id": "/theirs"}}}
    ]


def dns_servers(body: Json) -> None:
    body["dhcpOptions"] = {"dnsServers": ["10.9.9.9"]}


def forwarding(body: Json) -> None:
    body["enableIPForwarding"] = True


def public_address(body: Json) -> None:
    body["ipConfigurations"][0]["properties"]["publicIPAddress"] = {"id": "/theirs"}


def listener(body: Json) -> None:
    foreign = copy.deepcopy(body["listeners"][0]) | {"name": "foreign"}
    body["listeners"].append(foreign)


def pool(body: Json) -> None:
    body["backendAddressPools"].append(
        {"name": "foreign", "properties": {"backendAddresses": [{"ipAddress": "10.9.9.9"}]}}
    )


def custom_rule(body: Json) -> None:
    body["customRules"] = [{"name": "let", "priority": 1, "action": "Allow"}]


def override(body: Json) -> None:
    body["managedRules"]["managedRuleSets"][0]["ruleGroupOverrides"] = [{"ruleGroupName": "SQLI"}]


def route_table(body: Json) -> None:
    gateway = next(s for s in body["subnets"] if s["name"] == "GatewaySubnet")
    gateway["properties"]["routeTable"] = {"id": "/theirs"}


def subnet(body: Json) -> None:
    body["subnets"].append({"name": "extra", "properties": {"addressPrefix": "10.1.9.0/24"}})


def sign_in(body: Json) -> None:
    body["authConfig"] = {"activeDirectoryAuth": "Enabled", "passwordAuth": "Disabled"}


def maintenance(body: Json) -> None:
    body["maintenanceWindow"] = {"customWindow": "Enabled", "dayOfWeek": 2, "startHour": 4}


EDITS: list[tuple[str, Edit, str, bool]] = [
    ("/virtualNetworks/vnet-hub", peering, "virtualNetworkPeerings[to-them]", True),
    ("/virtualNetworks/vnet-hub", dns_servers, "dhcpOptions.dnsServers", True),
    ("/virtualNetworks/vnet-hub", subnet, "subnets[extra]", False),
    ("/virtualNetworks/vnet-hub", route_table, "[GatewaySubnet].properties.routeTable", True),
    ("/networkInterfaces/", forwarding, "enableIPForwarding", True),
    ("/networkInterfaces/", public_address, "publicIPAddress", True),
    ("/applicationGateways/", listener, "listeners[foreign]", True),
    ("/applicationGateways/", pool, "backendAddressPools[foreign]", True),
    ("WebApplicationFirewallPolicies/", custom_rule, "customRules[let]", True),
    ("WebApplicationFirewallPolicies/", override, "managedRules.managedRuleSets", True),
    ("/flexibleServers/psql", sign_in, "authConfig", True),
    ("/flexibleServers/psql", maintenance, "maintenanceWindow", False),
]


def test_what_nobody_declared_and_somebody_changed_is_drift(deployed: Any) -> None:
    for part, edit, _, _ in EDITS:
        there = one(deployed, part)
        properties = copy.deepcopy(there["properties"])
        edit(properties)
        deployed.azure.edit(there["id"], {"properties": properties})
    changes = deployed.drift(deployed.name)["changes"]
    for part, _, path, grave in EDITS:
        identity = one(deployed, part)["id"]
        found = [c for c in changes if c["id"] == identity and path in c["path"]]
        assert found, path
        assert {c["undeclared"] for c in found} == {True}, path
        assert {c["severity"] for c in found} == {"high" if grave else "low"}, path
    fitting = [path for _, _, path, _ in EDITS]
    assert [c["path"] for c in changes if not any(path in c["path"] for path in fitting)] == []
    deployed.azure.reset()  # bodies that Azure would not show


def test_a_parameter_that_nobody_declared_and_somebody_weakened_is_drift(deployed: Any) -> None:
    server = one(deployed, "/flexibleServers/psql")["id"]
    deployed.azure.put(
        f"{server}/configurations/require_secure_transport",
        {"properties": {"value": "off", "source": "user-override"}},
    )
    [change] = deployed.drift(deployed.name)["changes"]
    assert (change["key"], change["path"], change["severity"]) == (
        "postgres-parameters",
        "properties.require_secure_transport",
        "high",
    )
    assert change["why"]


def test_a_lock_that_somebody_put_on_the_group_is_drift(deployed: Any, spec: Json) -> None:
    group = one(deployed, f"/resourceGroups/{spec['resourceGroup']}")["id"].split("/providers")[0]
    lock = f"{group}/providers/Microsoft.Authorization/locks/keep"
    deployed.azure.put(lock, {"properties": {"level": "CanNotDelete"}})
    [change] = deployed.drift(deployed.name)["changes"]
    assert (change["path"], change["undeclared"]) == ("locks[keep]", True)


def test_the_record_of_the_server_is_drift_outside_of_its_subnet_alone(
    simulation: Any, lean: Json
) -> None:
    lean = simulation.standing(lean)
    record = one(
        simulation, f"/{lean['resourceGroup']}/providers/Microsoft.Network/privateDns", "/A/"
    )
    moved_by_azure = {"properties": {"aRecords": [{"ipv4Address": "10.1.3.77"}]}}
    simulation.azure.edit(record["id"], moved_by_azure)
    assert simulation.drift(lean["name"])["changes"] == []
    simulation.azure.edit(record["id"], {"properties": {"aRecords": [{"ipv4Address": "10.9.9.9"}]}})
    [change] = simulation.drift(lean["name"])["changes"]
    assert (change["key"], change["severity"]) == ("private-dns-zone", "high")
    assert change["why"] == "names may lead elsewhere"
    assert change["before"] == ["10.9.9.9"]


def test_an_update_does_not_make_somebody_elses_edit_the_baseline(
    deployed: Any, spec: Json
) -> None:
    network = one(deployed, "/virtualNetworks/vnet-hub")
    properties = copy.deepcopy(network["properties"])
    dns_servers(properties)
    deployed.azure.edit(network["id"], {"properties": properties})
    assert len(deployed.drift(deployed.name)["changes"]) == 1
    changed = spec | {"tags": {"cost-center": "42"}}
    told = deployed.finish(deployed.request("PUT", f"deployments/{deployed.name}", json=changed))
    assert told["status"] == "Succeeded", told["failure"]
    report = deployed.request("GET", f"deployments/{deployed.name}/drift").json()["drift"]
    assert ["dhcpOptions" in c["path"] for c in report["changes"]] == [True]


def test_what_the_spec_says_does_not_count_is_counted_and_not_told(
    simulation: Any, lean: Json
) -> None:
    lean["drift"] = {"undeclared": [{"path": "*dhcpOptions*", "then": "ignore"}]}
    assert simulation.deploy(lean)["status"] == "Succeeded"
    network = one(simulation, "/virtualNetworks/vnet-hub")
    simulation.azure.edit(
        network["id"], {"properties": {"dhcpOptions": {"dnsServers": ["10.9.9.9"]}}}
    )
    report = simulation.drift(lean["name"])
    assert (report["status"], report["changes"], report["ignored"]) == ("inSync", [], 1)


def one(world: Any, *parts: str) -> Json:
    found = [
        r
        for r in world.azure.resources()
        if all(part.casefold() in r["id"].casefold() for part in parts)
    ]
    shortest: Json = min(found, key=lambda r: len(r["id"]))
    return shortest


def test_a_gateway_that_is_gone_is_no_change_of_its_subnet(deployed: Any) -> None:
    [gateway] = [i for i in deployed.azure.cloud.store.resources if "/applicationgateways/" in i]
    deployed.azure.remove(gateway)
    report = deployed.drift(deployed.name)
    assert {change["key"] for change in report["changes"]} == {"application-gateway"}
