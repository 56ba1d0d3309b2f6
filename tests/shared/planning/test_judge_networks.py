"""What is made of the virtual networks that there are."""

from typing import Any

import pytest

from shared.deployment.messages import Json
from shared.planning.preflight.findings import Finding
from shared.planning.preflight.networks import (
    judge_database_subnet,
    judge_name_servers,
    judge_neighbours,
)
from tests.shared.planning.judging import SPEC, refusals, spec_with, warnings

OWN = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/hub"
OTHER = f"{OWN}-other"


def network(name: str, *space: str, peers: dict[str, str] | None = None) -> Json:
    peerings = [
        {
            "properties": {
                "remoteVirtualNetwork": {"id": remote},
                "remoteAddressSpace": {"addressPrefixes": [prefix]},
            }
        }
        for remote, prefix in (peers or {}).items()
    ]
    properties = {"addressSpace": {"addressPrefixes": space}, "virtualNetworkPeerings": peerings}
    return {"id": name, "name": name.rpartition("/")[2], "properties": properties}


def judged(*networks: Json) -> list[Finding]:
    return list(judge_neighbours(SPEC, list(networks), OWN))


def test_networks_with_other_addresses_are_no_matter() -> None:
    assert judged(network(OTHER, "10.2.0.0/16", "fd00:1::/48")) == []


def test_our_own_network_does_not_overlap_itself() -> None:
    assert judged(network(OWN.upper(), "10.1.0.0/16")) == []


def test_a_network_that_overlaps_another_is_a_warning() -> None:
    found = judged(network(OTHER, "10.0.0.0/8"), network(OWN, "10.1.0.0/16"))
    assert (refusals(found), warnings(found)) == ([], ["NetworkOverlapsAnother"])
    assert OTHER in found[0].advice["message"]


def test_many_overlapping_networks_are_one_warning() -> None:
    (finding,) = judged(*(network(f"{OTHER}{n}", "10.1.0.0/24") for n in range(8)))
    assert "and 3 more" in finding.advice["message"]


@pytest.mark.parametrize(
    "networks",
    [
        [network(OWN, "10.1.0.0/16", peers={OTHER: "10.1.8.0/24"})],
        [network(OWN, "10.9.0.0/16"), network(OTHER, "10.1.8.0/24", peers={OWN: "10.9.0.0/16"})],
    ],
    ids=["as our peering says", "as theirs says"],
)
def test_a_network_that_overlaps_its_peer_is_refused(networks: list[Json]) -> None:
    found = judged(*networks)
    assert refusals(found) == [("PeerOverlapsNetwork", "network.addressSpace")]
    assert warnings(found) == []
    assert "10.1.8.0/24" in found[0].advice["message"]


def test_a_peer_with_other_addresses_is_accepted() -> None:
    assert judged(network(OWN, "10.1.0.0/16", peers={OTHER: "10.2.0.0/16"})) == []


@pytest.mark.parametrize(
    ("servers", "found"),
    [
        ([], []),
        (["168.63.129.16"], []),
        (["10.1.4.4", "168.63.129.16"], ["CustomNameServers"]),
    ],
)
def test_name_servers_of_its_own_are_a_warning(servers: list[str], found: list[str]) -> None:
    hub = network(OWN, "10.1.0.0/16")
    hub["properties"]["dhcpOptions"] = {"dnsServers": servers}
    assert warnings(judge_name_servers(hub)) == found


DELEGATION = [{"properties": {"serviceName": "microsoft.dbforpostgresql/flexibleServers"}}]


def with_subnet(**properties: Any) -> Json:
    hub = network(OWN, "10.1.0.0/16")
    subnet = {"addressPrefix": "10.1.3.0/28", "delegations": DELEGATION, **properties}
    hub["properties"]["subnets"] = [{"name": "DatabaseSubnet", "properties": subnet}]
    return hub


def used(servers: int) -> list[Json]:
    return [{"subnetName": "DatabaseSubnet", "usage": servers}, {"subnetName": "x", "usage": 99}]


@pytest.mark.parametrize(
    ("properties", "refused"),
    [
        ({}, []),
        ({"delegations": []}, []),
        (
            {"delegations": [{"properties": {"serviceName": "Microsoft.Web/serverFarms"}}]},
            [("SubnetDelegatedElsewhere", "network.subnets.database")],
        ),
        (
            {"delegations": [], "ipConfigurations": [{"id": "/nics/n/ipConfigurations/c"}]},
            [("SubnetInUse", "network.subnets.database")],
        ),
    ],
)
def test_the_database_subnet_belongs_to_servers_alone(
    properties: Json, refused: list[tuple[str, str]]
) -> None:
    assert refusals(judge_database_subnet(SPEC, with_subnet(**properties), [])) == refused


@pytest.mark.parametrize(
    ("mode", "servers", "refused"),
    [
        ("Disabled", 10, False),
        ("Disabled", 11, True),
        ("ZoneRedundant", 7, False),
        ("ZoneRedundant", 8, True),
    ],
)
def test_a_subnet_without_room_for_the_server_is_refused(
    mode: str, servers: int, refused: bool
) -> None:
    spec = spec_with(postgres={"highAvailability": mode})
    found = list(judge_database_subnet(spec, with_subnet(), used(servers)))
    assert refusals(found) == ([("SubnetFull", "network.subnets.database")] if refused else [])
    assert warnings(found) == ([] if refused else ["SubnetShared"])


def test_a_network_without_a_database_subnet_gets_one() -> None:
    hub = network(OWN, "10.1.0.0/16")
    assert not list(judge_database_subnet(SPEC, hub, used(3)))
