"""Refusals that belong to no one type's own tests: what is in use, fixed, full or nonsense."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.local.arm_emulator.lives import (
    SERVER,
    application_gateway,
    east,
    gateway,
    interface,
    machine,
    replica,
    server,
    subnet,
)
from tests.local.arm_emulator.lives import connection as connection_to_er

Refusal = Callable[..., str]

INVALID = "400 InvalidParameterValue"


def put(azure: Any, path: str, body: dict[str, Any], group: str = "rg") -> None:
    azure.emulator.put(azure.id(path, group), body)


def test_a_peering_of_another_network_keeps_none_from_deletion(network: Any) -> None:
    put(network, "virtualNetworks/far", east(addressSpace={"addressPrefixes": ["10.9.0.0/16"]}))
    peer = {"properties": {"remoteVirtualNetwork": {"id": network.id("virtualNetworks/far")}}}
    peerings = network.network.virtual_network_peerings
    peerings.begin_create_or_update("rg", "vnet", "to-far", peer).result()
    network.network.virtual_networks.begin_delete("rg", "far").result()
    left = peerings.get("rg", "vnet", "to-far")
    assert left.properties.peering_state == "Disconnected"


def test_a_network_with_a_gateway_cannot_be_deleted(network: Any, refusal: Refusal) -> None:
    put(network, "virtualNetworkGateways/gw", gateway(network))
    gone = network.network.virtual_networks.begin_delete
    assert refusal(gone, "rg", "vnet", polling=False) == "400 InUseSubnetCannotBeDeleted"


def test_a_link_that_must_go_first_is_a_setting(network: Any, refusal: Refusal) -> None:
    zone = "privateDnsZones/db.private.postgres.database.azure.com"
    put(network, zone, {"location": "global"})
    inner = {"virtualNetwork": {"id": network.id("virtualNetworks/vnet")}}
    put(network, f"{zone}/virtualNetworkLinks/l", {"location": "global", "properties": inner})
    network.emulator.settings({"dns_link_blocks_vnet_deletion": True})
    gone = network.network.virtual_networks.begin_delete
    told = "400 InUseVirtualNetworkCannotBeDeleted"
    assert refusal(gone, "rg", "vnet", polling=False) == told
    network.emulator.settings({"dns_link_blocks_vnet_deletion": False})
    gone("rg", "vnet").result()


def test_a_peering_names_its_remote_network(network: Any, refusal: Refusal) -> None:
    write = network.network.virtual_network_peerings.begin_create_or_update
    told = refusal(write, "rg", "vnet", "p", {"properties": {}}, polling=False)
    assert told == network.told("400 remote_network_missing_code")


def routed(azure: Any, hop: str) -> dict[str, Any]:
    route = {"addressPrefix": "0.0.0.0/0", "nextHopType": hop}
    body = east(routes=[{"name": "default", "properties": route}])
    put(azure, "routeTables/rt", body)
    table = {"id": azure.id("routeTables/rt")}
    return {"properties": {"addressPrefix": "10.1.2.0/24", "routeTable": table}}


def test_an_application_gateway_reaches_the_internet_directly(
    network: Any, refusal: Refusal
) -> None:
    through = routed(network, "VirtualNetworkGateway")
    write_subnet = network.network.subnets.begin_create_or_update
    write_subnet("rg", "vnet", "ApplicationGatewaySubnet", through).result()
    write = network.network.application_gateways.begin_create_or_update
    body = application_gateway(network)
    told = "400 ApplicationGatewaySubnetUserDefinedRouteNotAllowed"
    assert refusal(write, "rg", "agw", body, polling=False) == told
    routed(network, "Internet")
    write("rg", "agw", body).result()
    table = network.network.route_tables.begin_create_or_update
    route = {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualNetworkGateway"}
    body = east(routes=[{"name": "default", "properties": route}])
    assert refusal(table, "rg", "rt", body, polling=False) == told


def test_a_new_gateway_takes_no_inline_firewall(network: Any, refusal: Refusal) -> None:
    body = application_gateway(network)
    inline = {"enabled": True, "firewallMode": "Prevention", "ruleSetType": "OWASP"}
    body["properties"]["webApplicationFirewallConfiguration"] = inline | {"ruleSetVersion": "3.2"}
    write = network.network.application_gateways.begin_create_or_update
    told = network.told("400 application_gateway_inline_waf_code")
    assert refusal(write, "rg", "agw", body, polling=False) == told


@pytest.mark.parametrize(
    ("configurations", "told"),
    [
        ([], "400 InvalidIPConfigCount"),
        ([{"name": "ipc", "properties": {}}], "400 SubnetIsRequired"),
        (
            [{"name": "ipc", "properties": {"subnet": {"id": "/subscriptions/nonsense"}}}],
            "400 LinkedInvalidPropertyId",
        ),
    ],
)
def test_an_interface_without_a_place_is_refused(
    network: Any, refusal: Refusal, configurations: list[Any], told: str
) -> None:
    write = network.network.network_interfaces.begin_create_or_update
    body = east(ipConfigurations=configurations)
    assert refusal(write, "rg", "nic", body, polling=False) == told


def test_an_address_that_is_none_is_refused(network: Any, refusal: Refusal) -> None:
    body = interface(network)
    body["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"] = "10.1.4"
    write = network.network.network_interfaces.begin_create_or_update
    told = network.told("400 address_malformed_code")
    assert refusal(write, "rg", "nic", body, polling=False) == told


def test_a_subnet_runs_out_of_addresses(network: Any, refusal: Refusal) -> None:
    small = {"properties": {"addressPrefix": "10.1.9.0/29"}}
    network.network.subnets.begin_create_or_update("rg", "vnet", "small", small).result()
    write = network.network.network_interfaces.begin_create_or_update
    place = {"name": "ipc", "properties": {"subnet": subnet(network, "small")}}
    for name in ("a", "b", "c"):
        write("rg", name, east(ipConfigurations=[place])).result()
    told = refusal(write, "rg", "d", east(ipConfigurations=[place]), polling=False)
    assert told == "400 SubnetIsFull"


def test_two_routes_of_one_prefix_conflict(azure: Any, refusal: Refusal) -> None:
    route = {"addressPrefix": "10.9.0.0/16", "nextHopType": "VnetLocal"}
    body = east(routes=[{"name": name, "properties": route} for name in ("a", "b")])
    write = azure.network.route_tables.begin_create_or_update
    told = azure.told("400 route_conflict_code")
    assert refusal(write, "rg", "rt", body, polling=False) == told


@pytest.mark.parametrize(
    ("quota", "group", "body", "told"),
    [
        (
            "NetworkInterfaces",
            "network_interfaces",
            interface,
            "400 network_interface_quota_code",
        ),
        (
            "ApplicationGateways",
            "application_gateways",
            application_gateway,
            "400 application_gateway_quota_code",
        ),
    ],
)
def test_what_sits_in_subnets_has_quotas_as_well(
    network: Any, refusal: Refusal, quota: str, group: str, body: Any, told: str
) -> None:
    network.emulator.settings({"quotas": {quota: 0}})
    write = getattr(network.network, group).begin_create_or_update
    assert refusal(write, "rg", "agw", body(network), polling=False) == network.told(told)


def test_an_attached_disk_cannot_be_deleted(network: Any, refusal: Refusal) -> None:
    put(network, "networkInterfaces/nic", interface(network))
    put(network, "Microsoft.Compute/virtualMachines/vm", machine(network))
    disk = network.id("Microsoft.Compute/disks/vm_OsDisk_1")
    gone = network.resources.resources.begin_delete_by_id
    assert refusal(gone, disk, api_version="2025-01-02") == "409 OperationNotAllowed"


def test_a_lock_has_one_of_two_levels(azure: Any, refusal: Refusal) -> None:
    target = azure.id("Microsoft.Authorization/locks/keep")
    write = azure.resources.resources.begin_create_or_update_by_id
    body = {"properties": {"level": "Sometimes"}}
    assert refusal(write, target, body, api_version="2020-05-01") == "400 InvalidLockLevel"


@pytest.fixture
def circuits(network: Any) -> Any:
    put(network, "virtualNetworkGateways/gw", gateway(network))
    put(network, "expressRouteCircuits/er", {})
    return network


def test_a_connection_names_both_of_its_ends(circuits: Any, refusal: Refusal) -> None:
    body = connection_to_er(circuits)
    del body["properties"]["peer"]
    write = circuits.network.virtual_network_gateway_connections.begin_create_or_update
    told = circuits.told("400 connection_incomplete_code")
    assert refusal(write, "rg", "c", body, polling=False) == told


def test_a_network_takes_four_circuits_of_one_place(circuits: Any, refusal: Refusal) -> None:
    big = gateway(circuits)
    big["properties"]["sku"] = {"name": "ErGw2AZ", "tier": "ErGw2AZ"}
    put(circuits, "virtualNetworkGateways/gw", big)
    write = circuits.network.virtual_network_gateway_connections.begin_create_or_update
    for number in range(5):
        put(circuits, f"expressRouteCircuits/er{number}", {})
    for number in range(4):
        put(circuits, f"connections/c{number}", to_circuit(circuits, f"er{number}"))
    told = refusal(write, "rg", "c4", to_circuit(circuits, "er4"), polling=False)
    assert told == circuits.told("400 connection_limit_code")


def to_circuit(azure: Any, name: str, **more: Any) -> dict[str, Any]:
    body = connection_to_er(azure)
    body["properties"] |= {"peer": {"id": azure.id(f"expressRouteCircuits/{name}")}, **more}
    return body


KEY = "11111111-1111-1111-1111-111111111111"


def keyed(azure: Any) -> None:
    authorization = {"name": "for-us", "properties": {"authorizationKey": KEY}}
    put(azure, "expressRouteCircuits/far", {"properties": {"authorizations": [authorization]}})


def test_a_key_of_another_circuit_opens_nothing(circuits: Any, refusal: Refusal) -> None:
    keyed(circuits)
    body = to_circuit(circuits, "far", authorizationKey=KEY.replace("1", "2"))
    write = circuits.network.virtual_network_gateway_connections.begin_create_or_update
    told = circuits.told("200 authorization_key_unknown_code")
    assert refusal(write, "rg", "c", body) == told


def test_a_key_is_used_once(circuits: Any, refusal: Refusal) -> None:
    keyed(circuits)
    put(circuits, "connections/first", to_circuit(circuits, "far", authorizationKey=KEY))
    other = {"addressSpace": {"addressPrefixes": ["10.2.0.0/16"]}}
    place = {"name": "GatewaySubnet", "properties": {"addressPrefix": "10.2.1.0/27"}}
    put(circuits, "virtualNetworks/two", east(**other, subnets=[place]))
    second = gateway(circuits)
    there = {"id": circuits.id("virtualNetworks/two/subnets/GatewaySubnet")}
    second["properties"]["ipConfigurations"][0]["properties"]["subnet"] = there
    put(circuits, "virtualNetworkGateways/gw2", second)
    other_end = {"id": circuits.id("virtualNetworkGateways/gw2")}
    body = to_circuit(circuits, "far", authorizationKey=KEY, virtualNetworkGateway1=other_end)
    write = circuits.network.virtual_network_gateway_connections.begin_create_or_update
    told = circuits.told("200 authorization_key_used_code")
    assert refusal(write, "rg", "c", body) == told


@pytest.mark.parametrize(
    "properties",
    [{"administratorLogin": "other"}, {"backup": {"geoRedundantBackup": "Enabled"}}],
)
def test_what_a_server_was_created_with_stays(
    azure: Any, refusal: Refusal, properties: dict[str, Any]
) -> None:
    put(azure, f"{SERVER}/db-1", server(azure))
    azure.advance(seconds=30)
    body = server(azure)
    body["properties"] |= properties
    write = azure.postgresql.servers.begin_create_or_update
    assert refusal(write, "rg", "db-1", body, polling=False) == INVALID


def test_a_server_never_moves_to_another_subnet(network: Any, refusal: Refusal) -> None:
    zone = "privateDnsZones/db.private.postgres.database.azure.com"
    put(network, zone, {"location": "global"})
    body = server(network)
    place = {
        "delegatedSubnetResourceId": subnet(network, "DatabaseSubnet")["id"],
        "privateDnsZoneArmResourceId": network.id(zone),
    }
    body["properties"]["network"] = place
    put(network, f"{SERVER}/db-1", body)
    network.advance(seconds=30)
    moved = {"delegatedSubnetResourceId": subnet(network, "ManagementSubnet")["id"]}
    body["properties"]["network"] = place | moved
    write = network.postgresql.servers.begin_create_or_update
    assert refusal(write, "rg", "db-1", body, polling=False) == INVALID


def test_a_replica_waits_for_its_primary(azure: Any, refusal: Refusal) -> None:
    azure.postgresql.servers.begin_create_or_update("rg", "db-1", server(azure), polling=False)
    write = azure.postgresql.servers.begin_create_or_update
    told = refusal(write, "rg", "copy", replica(azure), polling=False)
    assert told == "409 ServerIsNotReady"


def test_a_standby_needs_a_region_with_zones(azure: Any, refusal: Refusal) -> None:
    azure.emulator.settings({"postgresql_without_ha": ("eastus",)})
    body = server(azure)
    body["properties"]["highAvailability"] = {"mode": "ZoneRedundant"}
    write = azure.postgresql.servers.begin_create_or_update
    told = refusal(write, "rg", "db-1", body, polling=False)
    assert told == azure.told("400 standby_code")
