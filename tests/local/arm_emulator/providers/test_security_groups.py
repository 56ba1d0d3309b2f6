"""Security groups, route tables, public addresses and interfaces."""

from collections.abc import Callable
from typing import Any

import pytest

Refusal = Callable[..., str]
GOOD = {
    "priority": 100,
    "direction": "Inbound",
    "access": "Allow",
    "protocol": "Tcp",
    "sourceAddressPrefix": "10.0.0.0/8",
    "sourcePortRange": "*",
    "destinationAddressPrefix": "VirtualNetwork",
    "destinationPortRange": "5432",
}


def group(*rules: dict[str, Any]) -> dict[str, Any]:
    named = [{"name": f"r{at}", "properties": rule} for at, rule in enumerate(rules)]
    return {"location": "eastus", "properties": {"securityRules": named}}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"priority": 99}, "SecurityRuleInvalidPriority"),
        ({"priority": 4097}, "SecurityRuleInvalidPriority"),
        ({"priority": None}, "InvalidRequestFormat"),
        ({"direction": "Sideways"}, "InvalidRequestFormat"),
        ({"access": "Maybe"}, "InvalidRequestFormat"),
        ({"priority": "high"}, "InvalidRequestFormat"),
        ({"sourceAddressPrefix": "10.0.0.1/8"}, "SecurityRuleInvalidAddressPrefix"),
        ({"sourceAddressPrefix": "NoSuchTag"}, "SecurityRuleInvalidAddressPrefix"),
        ({"destinationPortRange": "70000"}, "SecurityRuleInvalidPortRange"),
        ({"destinationPortRange": "9-5"}, "SecurityRuleInvalidPortRange"),
        (
            {"destinationPortRanges": ["5432"]},
            "SecurityRuleParameterContainsUnsupportedValue",
        ),
        ({"sourceAddressPrefix": None}, "SecurityRuleParameterContainsUnsupportedValue"),
    ],
)
def test_an_unsound_rule_is_refused(
    azure: Any, refusal: Refusal, wrong: dict[str, Any], code: str
) -> None:
    write = azure.network.network_security_groups.begin_create_or_update
    told = refusal(write, "rg", "nsg", group({**GOOD, **wrong}), polling=False)
    assert told == azure.told(f"400 {code}")


def test_two_rules_with_one_priority_and_direction_conflict(azure: Any, refusal: Refusal) -> None:
    write = azure.network.network_security_groups.begin_create_or_update
    assert refusal(write, "rg", "nsg", group(GOOD, GOOD), polling=False) == (
        "400 SecurityRuleConflict"
    )
    write("rg", "nsg", group(GOOD, {**GOOD, "direction": "Outbound"})).result()


def test_a_group_gets_six_default_rules_and_empty_plurals(azure: Any) -> None:
    made = azure.network.network_security_groups.begin_create_or_update(
        "rg", "nsg", group(GOOD)
    ).result()
    assert len(made.properties.default_security_rules) == 6
    assert made.properties.security_rules[0].properties.destination_port_ranges == []


@pytest.mark.parametrize(
    ("kind", "via", "code"),
    [
        (
            "networkSecurityGroups",
            "networkSecurityGroup",
            "400 InUseNetworkSecurityGroupCannotBeDeleted",
        ),
        ("routeTables", "routeTable", "400 InUseRouteTableCannotBeDeleted"),
    ],
)
def test_what_is_attached_cannot_be_deleted_nor_shortly_after(
    network: Any, refusal: Refusal, kind: str, via: str, code: str
) -> None:
    network.emulator.put(network.id(f"{kind}/x"), {"location": "eastus"})
    subnets = network.network.subnets
    body: dict[str, Any] = {"properties": {"addressPrefix": "10.1.4.0/24"}}
    attached = {"properties": {**body["properties"], via: {"id": network.id(f"{kind}/x")}}}
    subnets.begin_create_or_update("rg", "vnet", "ManagementSubnet", attached).result()
    client = (
        network.network.network_security_groups
        if via == "networkSecurityGroup"
        else network.network.route_tables
    )
    assert client.get("rg", "x").properties.subnets[0].id.endswith("/ManagementSubnet")
    assert refusal(client.begin_delete, "rg", "x", polling=False) == code
    subnets.begin_create_or_update("rg", "vnet", "ManagementSubnet", body).result()
    assert refusal(client.begin_delete, "rg", "x", polling=False) == code
    network.advance(seconds=60)
    client.begin_delete("rg", "x").result()


@pytest.mark.parametrize(
    ("route", "code"),
    [
        ({"addressPrefix": "10.0.0.1/8", "nextHopType": "Internet"}, "InvalidAddressPrefixFormat"),
        ({"addressPrefix": "10.0.0.0/8", "nextHopType": "Moon"}, "InvalidRequestFormat"),
        (
            {"addressPrefix": "10.0.0.0/8", "nextHopType": "VirtualAppliance"},
            "route_next_hop_code",
        ),
        (
            {
                "addressPrefix": "10.0.0.0/8",
                "nextHopType": "None",
                "nextHopIpAddress": "10.0.0.4",
            },
            "route_next_hop_code",
        ),
    ],
)
def test_an_unsound_route_is_refused(
    azure: Any, refusal: Refusal, route: dict[str, Any], code: str
) -> None:
    body = {"location": "eastus", "properties": {"routes": [{"name": "r", "properties": route}]}}
    write = azure.network.route_tables.begin_create_or_update
    assert refusal(write, "rg", "rt", body, polling=False) == azure.told(f"400 {code}")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"sku": {"name": "Basic"}}, "IPv4BasicSkuPublicIpCountLimitReached"),
        (
            {"location": "westus", "zones": ["1"]},
            "zones_code",
        ),
        (
            {"properties": {"publicIPAllocationMethod": "Dynamic"}},
            "public_address_method_code",
        ),
        ({"properties": {"idleTimeoutInMinutes": 31}}, "idle_timeout_code"),
    ],
)
def test_an_impossible_public_address_is_refused(
    azure: Any, refusal: Refusal, body: dict[str, Any], code: str
) -> None:
    whole = {"location": "eastus", "sku": {"name": "Standard"}, **body}
    write = azure.network.public_ip_addresses.begin_create_or_update
    assert refusal(write, "rg", "pip", whole, polling=False) == azure.told(f"400 {code}")


def test_a_public_address_keeps_its_zones_and_may_carry_injected_tags(
    azure: Any, refusal: Refusal
) -> None:
    azure.emulator.settings({"injected_ip_tags": True})
    body = {"location": "eastus", "sku": {"name": "Standard"}, "zones": ["1", "2", "3"]}
    write = azure.network.public_ip_addresses.begin_create_or_update
    made = write("rg", "pip", body).result()
    assert made.properties.ip_address.startswith("203.0.113.")
    assert made.properties.ip_tags[0].ip_tag_type == "FirstPartyUsage"
    assert made.sku.tier == "Regional"
    told = refusal(write, "rg", "pip", {**body, "zones": ["1"]}, polling=False)
    assert told == azure.told("400 public_address_fixed_code")
    assert write("rg", "pip", body).result().properties.ip_address == made.properties.ip_address


def interface(azure: Any, subnet: str, **inner: Any) -> dict[str, Any]:
    target = {"id": azure.id(f"virtualNetworks/vnet/subnets/{subnet}")}
    configuration = {"name": "ipc", "properties": {"subnet": target, **inner}}
    return {"location": "eastus", "properties": {"ipConfigurations": [configuration]}}


@pytest.mark.parametrize(
    ("subnet", "address", "code"),
    [
        ("ManagementSubnet", "10.1.9.4", "PrivateIPAddressNotInSubnet"),
        ("ManagementSubnet", "10.1.4.3", "PrivateIPAddressInReservedRange"),
        ("ManagementSubnet", "10.1.4.255", "PrivateIPAddressInReservedRange"),
        ("ManagementSubnet", "10.1.4.10", "PrivateIPAddressIsAllocated"),
        ("GatewaySubnet", "10.1.1.10", "GatewaySubnet"),
        ("DatabaseSubnet", "10.1.3.10", "ResourceNotPermittedOnDelegatedSubnet"),
    ],
)
def test_an_interface_gets_no_address_that_is_not_its_to_have(
    network: Any, refusal: Refusal, subnet: str, address: str, code: str
) -> None:
    taken = interface(network, "ManagementSubnet", privateIPAddress="10.1.4.10")
    network.emulator.put(network.id("networkInterfaces/first"), taken)
    write = network.network.network_interfaces.begin_create_or_update
    body = interface(network, subnet, privateIPAddress=address, privateIPAllocationMethod="Static")
    assert refusal(write, "rg", "nic", body, polling=False) == network.told(f"400 {code}")


def test_addresses_are_handed_out_from_the_fifth_on_and_kept(network: Any) -> None:
    write = network.network.network_interfaces.begin_create_or_update

    def address(name: str) -> str:
        made = write("rg", name, interface(network, "ManagementSubnet")).result()
        return str(made.properties.ip_configurations[0].properties.private_ip_address)

    assert [address("a"), address("b"), address("a")] == ["10.1.4.4", "10.1.4.5", "10.1.4.4"]


def test_a_public_address_has_one_user_and_stays_while_it_has_one(
    network: Any, refusal: Refusal
) -> None:
    pip = {"id": network.id("publicIPAddresses/pip-appgw")}
    write = network.network.network_interfaces.begin_create_or_update
    write("rg", "a", interface(network, "ManagementSubnet", publicIPAddress=pip)).result()
    told = refusal(
        write, "rg", "b", interface(network, "ManagementSubnet", publicIPAddress=pip), polling=False
    )
    assert told == "400 PublicIPAddressInUse"
    addresses = network.network.public_ip_addresses
    used = addresses.get("rg", "pip-appgw").properties.ip_configuration
    assert used.id == network.id("networkInterfaces/a/ipConfigurations/ipc")
    in_use = "400 PublicIPAddressCannotBeDeleted"
    assert refusal(addresses.begin_delete, "rg", "pip-appgw", polling=False) == in_use
    network.network.network_interfaces.begin_delete("rg", "a").result()
    assert refusal(addresses.begin_delete, "rg", "pip-appgw", polling=False) == in_use
    network.advance(seconds=90)
    addresses.begin_delete("rg", "pip-appgw").result()
