"""Connectivity checks and backend health, judged from what is emulated."""

from typing import Any

import pytest

from tests.local.arm_emulator.connected import (
    GATEWAY,
    MACHINE,
    NAME,
    ZONE,
    allow,
    connect,
    gateway_body,
)


@pytest.fixture
def stack(azure: Any) -> Any:
    """A machine, an application gateway and a database between which all is well."""
    return connect(azure)


def check(azure: Any, address: str = NAME, port: int = 5432) -> tuple[str, list[str]]:
    """The status, and the issues of all hops."""
    question = {
        "source": {"resourceId": azure.id(MACHINE)},
        "destination": {"address": address, "port": port},
        "protocol": "Tcp",
    }
    watchers = azure.network.network_watchers
    found = watchers.begin_check_connectivity("NetworkWatcherRG", "watcher", question).result()
    return found.connection_status, [i.type for hop in found.hops for i in hop.issues or []]


def health(azure: Any) -> list[list[str]]:
    found = azure.network.application_gateways.begin_backend_health("rg", "appgw").result()
    return [
        [s.health for used in pool.backend_http_settings_collection or [] for s in used.servers]
        for pool in found.backend_address_pools
    ]


def test_a_sound_stack_is_reachable_by_name_and_by_address(stack: Any) -> None:
    assert check(stack) == ("Reachable", [])
    assert check(stack, "10.1.3.4") == ("Reachable", [])


def test_a_backend_is_up_and_a_pool_without_a_rule_is_not_probed(stack: Any) -> None:
    assert health(stack) == [["Up"], []]


def test_without_a_link_the_name_does_not_resolve(stack: Any) -> None:
    stack.emulator.remove(stack.id(f"privateDnsZones/{ZONE}/virtualNetworkLinks/link"))
    assert check(stack) == ("Unreachable", ["DnsResolution"])
    assert health(stack)[0] == ["Unknown"]


def test_without_the_servers_record_the_name_does_not_resolve(stack: Any) -> None:
    (record,) = stack.dns.record_sets.list_by_type("rg", ZONE, "A")
    stack.emulator.remove(record.id)
    assert check(stack) == ("Unreachable", ["DnsResolution"])


def test_an_unknown_name_does_not_resolve(stack: Any) -> None:
    assert check(stack, "nobody.example") == ("Unreachable", ["DnsResolution"])


def test_a_rule_that_denies_is_named(stack: Any) -> None:
    rules = [allow("FromGateway", "10.1.2.0/24", 110), allow("DenyOthers", "*", 4096, "Deny")]
    group = stack.id("networkSecurityGroups/nsg")
    stack.emulator.edit(group, {"properties": {"securityRules": rules}})
    assert check(stack) == ("Unreachable", ["NetworkSecurityRule"])
    assert health(stack)[0] == ["Up"]


def test_a_gateway_that_may_not_pass_finds_its_backend_down(stack: Any) -> None:
    rules = [allow("FromMachines", "10.1.4.0/24", 100), allow("DenyOthers", "*", 4096, "Deny")]
    group = stack.id("networkSecurityGroups/nsg")
    stack.emulator.edit(group, {"properties": {"securityRules": rules}})
    assert health(stack)[0] == ["Down"]


def test_a_stopped_server_is_unreachable(stack: Any) -> None:
    stack.advance(seconds=30)
    stack.postgresql.servers.begin_stop("rg", "base").result()
    assert check(stack) == ("Unreachable", ["Platform"])
    assert health(stack)[0] == ["Down"]


def test_pgbouncer_is_reachable_once_it_is_on(stack: Any) -> None:
    assert check(stack, port=6432) == ("Unreachable", ["GuestFirewall"])
    stack.advance(seconds=30)
    stack.postgresql.configurations.begin_update(
        "rg", "base", "pgbouncer.enabled", {"properties": {"value": "true"}}
    ).result()
    assert check(stack, port=6432) == ("Reachable", [])


def test_a_route_to_nowhere_cuts_the_machines_off(stack: Any) -> None:
    route = {"name": "drop", "properties": {"addressPrefix": "10.1.3.0/24", "nextHopType": "None"}}
    table = {"location": "eastus", "properties": {"routes": [route]}}
    stack.emulator.put(stack.id("routeTables/rt"), table)
    subnet = stack.id("virtualNetworks/vnet/subnets/mgmt")
    changes = {"properties": {"routeTable": {"id": stack.id("routeTables/rt")}}}
    stack.emulator.edit(subnet, changes)
    assert check(stack) == ("Unreachable", ["UserDefinedRoute"])


def test_an_http_probe_of_a_database_fails(stack: Any) -> None:
    body = gateway_body(stack)
    properties, at = body["properties"], stack.id(GATEWAY)
    for name in ("backendSettingsCollection", "routingRules", "listeners"):
        del properties[name]
    settings = {"name": "http", "properties": {"protocol": "Http", "port": 5432}}
    properties["backendHttpSettingsCollection"] = [settings]
    inner = {
        "backendAddressPool": {"id": f"{at}/backendAddressPools/pool"},
        "backendHttpSettings": {"id": f"{at}/backendHttpSettingsCollection/http"},
    }
    properties["requestRoutingRules"] = [{"name": "rule", "properties": inner}]
    stack.emulator.put(at, body)
    assert health(stack)[0] == ["Down"]


RESOLVER = "dnsResolvers/asked"
ENDPOINT = f"{RESOLVER}/inboundEndpoints/in"


def with_dns_servers(stack: Any, *servers: str) -> None:
    """Let the network ask servers of its own instead of Azure's."""
    body = stack.network.virtual_networks.get("rg", "vnet").as_dict()
    body["properties"]["dhcpOptions"] = {"dnsServers": list(servers)}
    stack.network.virtual_networks.begin_create_or_update("rg", "vnet", body).result()


def with_a_resolver(stack: Any) -> str:
    """Add a resolver to the network; its inbound endpoint's address."""
    subnet = {"properties": {"addressPrefix": "10.1.9.0/28"}}
    stack.network.subnets.begin_create_or_update("rg", "vnet", "inbound", subnet).result()
    network = {"id": stack.id("virtualNetworks/vnet")}
    body = {"location": "eastus", "properties": {"virtualNetwork": network}}
    stack.emulator.put(stack.id(RESOLVER), body)
    place = {"subnet": {"id": stack.id("virtualNetworks/vnet/subnets/inbound")}}
    body = {"location": "eastus", "properties": {"ipConfigurations": [place]}}
    endpoint = stack.emulator.put(stack.id(ENDPOINT), body)
    return str(endpoint["properties"]["ipConfigurations"][0]["privateIpAddress"])


def test_dns_servers_that_do_not_answer_leave_the_name_unresolved(stack: Any) -> None:
    with_dns_servers(stack, "10.1.4.77")
    assert check(stack) == ("Unreachable", ["DnsResolution"])


def test_azures_own_dns_may_be_named_after_one_that_does_not_answer(stack: Any) -> None:
    with_dns_servers(stack, "10.1.4.77", "168.63.129.16")
    assert check(stack)[0] == "Reachable"


def test_a_resolvers_inbound_endpoint_answers_for_the_zones_of_its_network(stack: Any) -> None:
    address = with_a_resolver(stack)
    with_dns_servers(stack, address)
    assert check(stack)[0] == "Reachable"
    stack.emulator.remove(stack.id(ENDPOINT))
    assert check(stack) == ("Unreachable", ["DnsResolution"])
