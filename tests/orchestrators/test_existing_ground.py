"""Deployments where people really are: a circuit that is weeks away, or none at all."""

from typing import Any

import pytest

Json = dict[str, Any]

SAMPLES = ("deferred", "hub", "spoke")

every_sample = pytest.mark.parametrize("sample", SAMPLES)


def actions(told: Json) -> dict[str, str]:
    """What each step of a plan does that does something."""
    return {s["key"]: s["action"] for s in told["plan"] if s["action"] not in {"no-op", "check"}}


@every_sample
def test_a_sample_deploys_stays_and_goes_without_a_trace(
    simulation: Any, load_sample: Any, sample: str
) -> None:
    spec, before = load_sample(sample), simulation.resources()
    told = simulation.deploy(spec)
    assert told["status"] == "Succeeded", told["failure"]
    validated = simulation.finish(
        simulation.request("POST", f"deployments/{spec['name']}/validate")
    )
    assert validated["status"] == "Succeeded", validated["failure"]
    assert simulation.drift(spec["name"])["status"] == "inSync"
    assert actions(simulation.deploy(spec)) == {}
    assert simulation.destroy(spec["name"])["status"] == "Succeeded"
    assert without_etags(simulation.resources()) == without_etags(before)


def without_etags(body: Any) -> Any:
    """A body less what every write around it moves."""
    if isinstance(body, dict):
        return {name: without_etags(value) for name, value in body.items() if name != "etag"}
    return [without_etags(item) for item in body] if isinstance(body, list) else body


def circuit_of(spec: Json) -> str:
    """The circuit of the surroundings."""
    return str(spec["expressRoute"]["circuitId"])


def test_a_deferred_connection_is_all_that_a_later_update_makes(
    simulation: Any, lean: Json, load_sample: Any
) -> None:
    later = lean | {"expressRoute": "deferred"}
    told = simulation.deploy(later)
    assert told["status"] == "Succeeded", told["failure"]
    assert actions(told)["express-route-gateway"] == "create"
    assert "express-route-connection" not in actions(told)
    assert "ConnectionDeferred" in {w["code"] for w in told["warnings"]}
    assert actions(simulation.deploy(lean)) == {"express-route-connection": "create"}


def test_a_deferred_circuit_may_be_named_before_it_is_ready(
    simulation: Any, azure: Any, lean: Json
) -> None:
    waiting = {"serviceProviderProvisioningState": "NotProvisioned"}
    azure.edit(circuit_of(lean), {"properties": waiting})
    mode = {**lean["expressRoute"], "mode": "deferred"}
    assert simulation.deploy(lean | {"expressRoute": mode})["status"] == "Succeeded"


def test_without_express_route_there_is_neither_gateway_nor_connection(
    simulation: Any, lean: Json
) -> None:
    lean = simulation.standing(lean)
    told = simulation.deploy(lean | {"expressRoute": "none"})
    assert told["status"] == "Succeeded", told["failure"]
    gone = {"express-route-connection": "delete", "express-route-gateway": "delete"}
    assert actions(told) == gone
    assert not [i for i in simulation.resources() if f"/ergw-hub-{lean['name']}" in i]


@pytest.mark.parametrize("kind", ["*/subnets", "*/flexibleServers"])
def test_a_failure_in_a_network_of_others_leaves_it_as_it_was(
    simulation: Any, load_sample: Any, kind: str
) -> None:
    spec, before = load_sample("hub"), simulation.resources()
    simulation.azure.fail(type=kind, method="PUT", status=400, code="QuotaExceeded")
    told = simulation.deploy(spec)
    assert (told["status"], told["failure"]["code"]) == ("Failed", "QuotaExceeded")
    assert told["residue"] == []
    assert without_etags(simulation.resources()) == without_etags(before)


def test_a_subnet_of_ours_in_a_network_of_others_is_watched_and_repaired(
    simulation: Any, load_sample: Any
) -> None:
    spec = load_sample("hub")
    simulation.deploy(spec)
    subnet = f"{spec['existing']['virtualNetwork']}/subnets/snet-orders"
    simulation.azure.edit(subnet, {"properties": {"networkSecurityGroup": None}})
    [change] = simulation.drift(spec["name"])["changes"]
    assert change["key"] == "subnet-database"
    simulation.finish(simulation.request("POST", f"deployments/{spec['name']}/drift/repair"))
    assert simulation.drift(spec["name"])["status"] == "inSync"
    given = {i.casefold() for i in spec["existing"].values()}
    assert [w["target"] for w in simulation.writes() if w["target"].casefold() in given] == []


def test_everything_around_the_database_can_stand_in_a_network_of_others(
    simulation: Any, load_sample: Any
) -> None:
    subnets = {"applicationGateway": "10.60.4.0/24", "database": "10.60.8.0/28"}
    subnets["management"] = "10.60.9.0/28"
    spec = load_sample("hub") | {
        "network": {"addressSpace": ["10.60.0.0/16"], "subnets": subnets},
        "names": "{type}-{name}-{region}",
        "gateway": {"privateAddress": "10.60.4.10"},
        "jumpBox": {"enabled": True, "egress": "natGateway"},
    }
    before = simulation.resources()
    told = simulation.deploy(spec)
    assert told["status"] == "Succeeded", told["failure"]
    names = {step["key"]: step["id"].rpartition("/")[2] for step in told["plan"]}
    assert names["subnet-application-gateway"] == f"snet-application-gateway-{spec['name']}-eastus"
    assert actions(simulation.deploy(spec)) == {}
    assert actions(simulation.deploy(spec | {"jumpBox": {"enabled": True}})) == {
        "subnet-management": "update",
        "nat-gateway": "delete",
        "public-ip-nat": "delete",
    }
    assert simulation.destroy(spec["name"])["status"] == "Succeeded"
    assert without_etags(simulation.resources()) == without_etags(before)


NETWORK = "10.60.0.0/16"
WRONG: dict[str, tuple[Json, tuple[str, str]]] = {
    "a network that is not there": (
        {"existing": {"virtualNetwork": "vnet-nowhere"}},
        ("ExistingNotFound", "existing.virtualNetwork"),
    ),
    "a subnet outside of the network": (
        {"network": {"addressSpace": ["10.61.0.0/16"], "subnets": {"database": "10.61.8.0/28"}}},
        ("SubnetOutsideExisting", "network.subnets.database"),
    ),
    "a range that another subnet has": (
        {"network": {"addressSpace": [NETWORK], "subnets": {"database": "10.60.1.0/28"}}},
        ("SubnetTaken", "network.subnets.database"),
    ),
    "another region": ({"location": "westus3"}, ("ExistingElsewhere", "existing.virtualNetwork")),
    "a second link to the zone": (
        {"existing": {"privateDnsLink": None}},
        ("ZoneLinkedAlready", "existing.privateDnsLink"),
    ),
    "a name that no subnet can have": (
        {"names": {"subnet-database": "x" * 90}},
        ("NameInvalid", "names.subnet-database"),
    ),
    "a name for what is named elsewhere": (
        {"names": {"postgres-server": "psql-orders"}},
        ("NameGivenElsewhere", "names.postgres-server"),
    ),
    "a name for nothing": ({"names": {"bastions": "b"}}, ("NameUnknown", "names.bastions")),
}


@pytest.mark.parametrize(("changes", "expected"), WRONG.values(), ids=WRONG.keys())
def test_a_plan_refuses(
    simulation: Any, load_sample: Any, changes: Json, expected: tuple[str, str]
) -> None:
    spec = load_sample("hub") | {k: v for k, v in changes.items() if k != "existing"}
    network = spec["existing"]["virtualNetwork"]
    for field, name in changes.get("existing", {}).items():
        spec["existing"][field] = name and network.replace("vnet-corp", name)
    started = simulation.request("POST", f"deployments/{spec['name']}/plan", json=spec)
    told = simulation.finish(started)
    assert expected in {(a["code"], a["target"]) for a in told["refusals"]}


def test_a_failure_at_either_side_of_a_peering_takes_both_back(
    simulation: Any, load_sample: Any
) -> None:
    spec, before = load_sample("spoke"), simulation.resources()
    kind = "*/virtualNetworkPeerings"
    for nth in (1, 2):
        simulation.azure.fail(type=kind, method="PUT", nth=nth, status=400, code="QuotaExceeded")
        told = simulation.deploy(spec)
        assert (told["status"], told["failure"]["code"]) == ("Failed", "QuotaExceeded")
        assert told["residue"] == []
        assert without_etags(simulation.resources()) == without_etags(before)


def test_a_spoke_of_ours_is_peered_both_ways_and_uses_the_gateway_of_the_hub(
    simulation: Any, load_sample: Any
) -> None:
    spec = load_sample("spoke")
    assert simulation.deploy(spec)["status"] == "Succeeded"
    ours, theirs = (peering(simulation, name) for name in ("vnet-hub-", "vnet-corp"))
    assert (ours["peeringState"], theirs["peeringState"]) == ("Connected", "Connected")
    assert (ours["useRemoteGateways"], theirs["allowGatewayTransit"]) == (True, True)


def peering(simulation: Any, network: str) -> Json:
    """The properties of the one peering of a network."""
    found = [
        each["properties"]
        for i, body in simulation.resources().items()
        if f"/virtualNetworks/{network}" in i and "virtualNetworkPeerings" in body["properties"]
        for each in body["properties"]["virtualNetworkPeerings"]
    ]
    [only] = found
    properties: Json = only
    return properties


def test_the_owner_of_a_hub_is_told_the_command_that_is_theirs(
    simulation: Any, load_sample: Any
) -> None:
    spec = load_sample("spoke")
    spec["hub"] = {**spec["hub"], "side": "owners"}
    told = simulation.deploy(spec)
    assert told["status"] == "Succeeded", told["failure"]
    [step] = [s for s in told["steps"] if s["key"] == "peering-to-hub"]
    assert "az network vnet peering create" in step["warning"]
    assert "--vnet-name vnet-corp" in step["warning"]
    assert "--allow-gateway-transit" in step["warning"]
    [network] = [i for i in simulation.resources() if i.endswith(f"/vnet-hub-{spec['name']}")]
    hub = spec["hub"]["virtualNetwork"]
    sides = {"remoteVirtualNetwork": {"id": network}, "allowGatewayTransit": True}
    simulation.azure.put(f"{hub}/virtualNetworkPeerings/theirs", {"properties": sides})
    assert actions(simulation.deploy(spec)) == {"peering-to-hub": "update"}
    assert peering(simulation, "vnet-hub-")["useRemoteGateways"] is True
    assert actions(simulation.deploy(spec)) == {}


def test_a_spoke_that_overlaps_its_hub_is_refused(simulation: Any, load_sample: Any) -> None:
    spec = load_sample("spoke")
    spec["network"] = {"addressSpace": ["10.1.0.0/16", "10.60.128.0/24"]}
    told = simulation.deploy(spec)
    assert "HubOverlapsNetwork" in {refusal["code"] for refusal in told["refusals"]}
