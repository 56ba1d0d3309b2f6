"""A copy of the database follows in another region."""

from typing import Any

import pytest

from tests.orchestrators.test_existing_ground import actions

Json = dict[str, Any]


def replica_of(simulation: Any) -> Json:
    [found] = [b for i, b in simulation.resources().items() if i.endswith("-replica")]
    replica: Json = found
    return replica


def assert_like_the_server(simulation: Any, replica: Json) -> None:
    """A planned promotion asks for the same size and disk, and carries nothing else over."""
    there = simulation.resources()
    server = there[replica["id"].removesuffix("-replica")]
    assert replica["sku"] == server["sku"]
    for part in ("storage", "authConfig"):
        assert replica["properties"][part] == server["properties"][part], part
    for each in (server, replica):
        name, values = each["id"], {"pgbouncer.enabled": "true", "max_connections": "200"}
        for parameter, value in values.items():
            shown = there[f"{name}/configurations/{parameter}"]
            assert shown["properties"]["value"] == value
        assert [i for i in there if i.startswith(f"{name}/administrators/")]


def test_two_regions_are_made_stay_and_go(simulation: Any, load_sample: Any) -> None:
    spec, before = load_sample("two-regions"), simulation.resources()
    told = simulation.deploy(spec)
    assert told["status"] == "Succeeded", told["failure"]
    replica = replica_of(simulation)
    assert replica["properties"]["replicationRole"] == "AsyncReplica"
    assert replica["location"].replace(" ", "").casefold() == "westus3"
    assert_like_the_server(simulation, replica)
    writer = told["outputs"]["endpoints"]["writer"]
    assert writer == "orders-db-two-regions.writer.postgres.database.azure.com"
    [gateway] = [b for i, b in simulation.resources().items() if "/applicationGateways/" in i]
    [pool] = gateway["properties"]["backendAddressPools"]
    assert pool["properties"]["backendAddresses"] == [{"fqdn": writer}]
    found = simulation.drift(spec["name"])
    assert (found["status"], found["changes"]) == ("inSync", []), found.get("failure")
    assert actions(simulation.deploy(spec)) == {}
    proven = simulation.finish(simulation.request("POST", f"deployments/{spec['name']}/validate"))
    assert proven["status"] == "Succeeded", proven["failure"]
    simulation.azure.edit(replica["id"], {"properties": {"replicationRole": "Primary"}})
    found = simulation.drift(spec["name"])["changes"]
    assert any("properties.replicationRole is Primary" in c.get("message", "") for c in found), (
        found
    )
    assert {c["key"] for c in found} == {"postgres-replica"}, found
    simulation.azure.edit(replica["id"], {"properties": {"replicationRole": "AsyncReplica"}})
    gone = simulation.destroy(spec["name"])
    assert gone["status"] == "Succeeded", gone["failure"]
    assert simulation.resources() == before


FAULTS = {
    "*/networkSecurityGroups": "nsg-database-second*",
    "*/virtualNetworks": "vnet-second*",
    "*/virtualNetworkPeerings": "peer-to-first*",
    "*/virtualNetworkLinks": "link-vnet-second*",
    "*/flexibleServers": "*-replica",
    "*/virtualEndpoints": "*",
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_failure_in_the_second_region_takes_both_back(
    simulation: Any, load_sample: Any, kind: str
) -> None:
    spec, before = (
        load_sample("two-regions") | {"gateway": {"mode": "none"}},
        simulation.resources(),
    )
    fault = {"type": kind, "method": "PUT", "name": FAULTS[kind]}
    simulation.azure.fail(**fault, status=400, code="QuotaExceeded")
    told = simulation.deploy(spec)
    assert (told["status"], told["failure"]["code"]) == ("Failed", "QuotaExceeded")
    assert told["residue"] == []
    assert simulation.resources() == before
