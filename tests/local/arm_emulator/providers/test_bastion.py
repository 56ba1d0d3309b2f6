"""Bastion hosts: what Azure refuses, and what it asks of their subnet."""

from collections.abc import Callable
from typing import Any

import pytest

Refusal = Callable[..., str]


def bastion(network: Any, subnet: str = "AzureBastionSubnet", **more: Any) -> dict[str, Any]:
    inner = {
        "subnet": {"id": network.id(f"virtualNetworks/vnet/subnets/{subnet}")},
        "publicIPAddress": {"id": network.id("publicIPAddresses/pip-bastion")},
    }
    properties = {"ipConfigurations": [{"name": "ipc", "properties": inner}], **more}
    return {"location": "eastus", "sku": {"name": "Standard"}, "properties": properties}


@pytest.mark.parametrize(
    ("more", "chosen", "code"),
    [
        ({"subnet": "ManagementSubnet"}, "Standard", "SubnetNameMustBeAzureBastionSubnet"),
        ({"scaleUnits": 51}, "Standard", "bastion_scale_code"),
        ({"scaleUnits": 3}, "Basic", "bastion_scale_code"),
        ({"enableTunneling": True}, "Basic", "bastion_feature_code"),
        ({"ipConfigurations": []}, "Standard", "BastionHostMustHaveAtleastOneHostIpConfiguration"),
    ],
)
def test_an_impossible_bastion_is_refused(
    network: Any, refusal: Refusal, more: dict[str, Any], chosen: str, code: str
) -> None:
    body = bastion(network, **more) | {"sku": {"name": chosen}}
    write = network.network.bastion_hosts.begin_create_or_update
    assert refusal(write, "rg", "b", body, polling=False) == network.told(f"400 {code}")


def test_a_bastion_is_made_once_per_network_and_never_goes_down_in_sku(
    network: Any, refusal: Refusal
) -> None:
    write = network.network.bastion_hosts.begin_create_or_update
    made = write("rg", "b", bastion(network)).result()
    assert made.properties.dns_name.endswith(".bastion.azure.com")
    told = refusal(write, "rg", "c", bastion(network), polling=False)
    assert told == network.told("400 bastion_exists_code")
    down = bastion(network) | {"sku": {"name": "Basic"}}
    told = refusal(write, "rg", "b", down, polling=False)
    assert told == network.told("400 bastion_downgrade_code")


def test_a_group_on_the_bastion_subnet_must_hold_all_of_its_rules(
    network: Any, refusal: Refusal
) -> None:
    network.emulator.put(network.id("networkSecurityGroups/nsg"), {"location": "eastus"})
    group = {"id": network.id("networkSecurityGroups/nsg")}
    body = {"properties": {"addressPrefix": "10.1.5.0/26", "networkSecurityGroup": group}}
    network.network.subnets.begin_create_or_update(
        "rg", "vnet", "AzureBastionSubnet", body
    ).result()
    write = network.network.bastion_hosts.begin_create_or_update
    told = refusal(write, "rg", "b", bastion(network), polling=False)
    assert told == "400 NetworkSecurityGroupNotCompliantForAzureBastionSubnet"


def test_a_route_table_on_the_bastion_subnet_is_refused_from_both_sides(
    network: Any, refusal: Refusal
) -> None:
    network.emulator.put(network.id("routeTables/rt"), {"location": "eastus"})
    table = {"id": network.id("routeTables/rt")}
    plain = {"addressPrefix": "10.1.5.0/26"}
    routed = {"properties": plain | {"routeTable": table}}
    subnet = network.network.subnets.begin_create_or_update
    write = network.network.bastion_hosts.begin_create_or_update
    told = "400 RouteTableCannotBeAttachedForAzureBastionSubnet"
    assert refusal(subnet, "rg", "vnet", "AzureBastionSubnet", routed, polling=False) == told
    bent = {"properties": {"subnets": [{"name": "AzureBastionSubnet", **routed}]}}
    network.emulator.edit(network.id("virtualNetworks/vnet"), bent)
    assert refusal(write, "rg", "b", bastion(network), polling=False) == told
    straight = {"properties": {"subnets": [{"name": "AzureBastionSubnet", "properties": plain}]}}
    network.emulator.edit(network.id("virtualNetworks/vnet"), straight)
    write("rg", "b", bastion(network)).result()
    assert refusal(subnet, "rg", "vnet", "AzureBastionSubnet", routed, polling=False) == told


def test_two_places_are_too_many_for_a_bastion(network: Any, refusal: Refusal) -> None:
    body = bastion(network)
    places = body["properties"]["ipConfigurations"]
    places.append(places[0] | {"name": "second"})
    write = network.network.bastion_hosts.begin_create_or_update
    told = refusal(write, "rg", "b", body, polling=False)
    assert told == "400 BastionHostMustHaveMaximumOneHostIpConfiguration"


def test_a_developer_bastion_names_its_network(network: Any, refusal: Refusal) -> None:
    body: dict[str, Any] = {"location": "eastus", "sku": {"name": "Developer"}, "properties": {}}
    write = network.network.bastion_hosts.begin_create_or_update
    assert refusal(write, "rg", "b", body, polling=False) == "400 BastionHostVnetIdNotProvided"
    body["properties"]["virtualNetwork"] = {"id": network.id("virtualNetworks/vnet")}
    assert write("rg", "b", body).result().sku.name == "Developer"


def test_a_bastion_without_a_public_address_is_premium_and_private(
    network: Any, refusal: Refusal
) -> None:
    body = bastion(network, enablePrivateOnlyBastion=True)
    del body["properties"]["ipConfigurations"][0]["properties"]["publicIPAddress"]
    write = network.network.bastion_hosts.begin_create_or_update
    told = refusal(write, "rg", "b", body, polling=False)
    assert told == network.told("400 bastion_public_address_code")
    assert write("rg", "b", body | {"sku": {"name": "Premium"}}).result().name == "b"
