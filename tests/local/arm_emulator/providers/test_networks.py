"""Virtual networks and subnets: what Azure refuses, fills in and keeps."""

from collections.abc import Callable
from typing import Any

import pytest

Refusal = Callable[..., str]


def vnet(
    *subnets: tuple[str, str], space: tuple[str, ...] = ("10.1.0.0/16",), **more: Any
) -> dict[str, Any]:
    listed = [{"name": name, "properties": {"addressPrefix": prefix}} for name, prefix in subnets]
    properties = {"addressSpace": {"addressPrefixes": list(space)}, "subnets": listed}
    return {"location": "eastus", "properties": properties, **more}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (vnet(("s", "10.2.0.0/24")), "400 NetcfgInvalidSubnet"),
        (vnet(("s", "10.1.0.0/30")), "400 NetcfgInvalidSubnet"),
        (vnet(("a", "10.1.0.0/24"), ("b", "10.1.0.128/25")), "400 NetcfgSubnetRangesOverlap"),
        (vnet(("a", "10.1.0.0/24"), ("A", "10.1.1.0/24")), "400 duplicate_child_code"),
        (vnet(("s", "10.1.0.1/24")), "400 InvalidAddressPrefixFormat"),
        (vnet(("s", "nonsense")), "400 InvalidAddressPrefixFormat"),
        (vnet(("s", "")), "400 AddressPrefixStringCannotBeNullOrEmpty"),
        (vnet(space=("10.1.0.0/33",)), "400 InvalidAddressPrefixFormat"),
        (vnet(space=()), "400 address_space_empty_code"),
        (vnet(space=("224.0.0.0/8",)), "400 address_space_reserved_code"),
        (vnet(space=("10.0.0.0/8", "10.1.0.0/16")), "400 address_space_reserved_code"),
        ({"properties": {}}, "400 LocationRequired"),
        (vnet() | {"location": "atlantis"}, "400 LocationNotAvailableForResourceType"),
        (vnet(colour="red"), "400 InvalidRequestFormat"),
    ],
)
def test_an_unsound_network_is_refused(
    azure: Any, refusal: Refusal, body: dict[str, Any], told: str
) -> None:
    write = azure.network.virtual_networks.begin_create_or_update
    assert refusal(write, "rg", "v", body, polling=False) == azure.told(told)
    assert azure.emulator.resources("Microsoft.Network/virtualNetworks") == []


def test_a_name_that_breaks_the_rule_is_refused(azure: Any, refusal: Refusal) -> None:
    write = azure.network.virtual_networks.begin_create_or_update
    assert refusal(write, "rg", "ends-with-", vnet(), polling=False) == "400 InvalidResourceName"


def test_a_network_without_its_group_is_refused(azure: Any, refusal: Refusal) -> None:
    write = azure.network.virtual_networks.begin_create_or_update
    assert refusal(write, "no-rg", "v", vnet(), polling=False) == "404 ResourceGroupNotFound"


def test_the_location_of_a_network_never_changes(network: Any, refusal: Refusal) -> None:
    write = network.network.virtual_networks.begin_create_or_update
    told = refusal(write, "rg", "vnet", vnet() | {"location": "westus2"}, polling=False)
    assert told == "409 InvalidResourceLocation"


def test_what_the_service_fills_in(azure: Any) -> None:
    body = vnet(("s", "10.1.3.0/24"))
    properties = body["properties"]["subnets"][0]["properties"]
    properties["serviceEndpoints"] = [{"service": "Microsoft.Storage"}]
    service = {"serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}
    properties["delegations"] = [{"name": "pg", "properties": service}]
    azure.network.virtual_networks.begin_create_or_update("rg", "v", body).result()
    found = azure.network.virtual_networks.get("rg", "v").as_dict()
    assert found["properties"]["enableDdosProtection"] is False
    assert found["properties"]["virtualNetworkPeerings"] == []
    subnet = found["properties"]["subnets"][0]
    assert subnet["id"] == azure.id("virtualNetworks/v/subnets/s")
    assert subnet["type"] == "Microsoft.Network/virtualNetworks/subnets"
    inner = subnet["properties"]
    assert inner["serviceEndpoints"][0]["locations"] == ["eastus", "westus"]
    assert inner["privateEndpointNetworkPolicies"] == "Disabled"
    delegation = inner["delegations"][0]
    assert delegation["id"].endswith("/subnets/s/delegations/pg")
    assert delegation["properties"]["provisioningState"] == "Succeeded"
    assert delegation["properties"]["actions"]


def test_a_put_that_leaves_a_subnet_out_deletes_it(network: Any) -> None:
    body = vnet(("only", "10.1.9.0/24"))
    network.network.virtual_networks.begin_create_or_update("rg", "vnet", body).result()
    assert [each.name for each in network.network.subnets.list("rg", "vnet")] == ["only"]


def put_interface(network: Any, subnet: str = "ManagementSubnet") -> None:
    target = {"id": network.id(f"virtualNetworks/vnet/subnets/{subnet}")}
    configuration = {"name": "ipc", "properties": {"subnet": target}}
    body = {"location": "eastus", "properties": {"ipConfigurations": [configuration]}}
    network.emulator.put(network.id("networkInterfaces/nic"), body)


def test_a_subnet_in_use_is_neither_deleted_nor_left_out_nor_moved(
    network: Any, refusal: Refusal
) -> None:
    put_interface(network)
    clients = network.network
    in_use = "400 InUseSubnetCannotBeDeleted"
    gone = clients.subnets.begin_delete
    assert refusal(gone, "rg", "vnet", "ManagementSubnet", polling=False) == in_use
    write = clients.virtual_networks.begin_create_or_update
    assert refusal(write, "rg", "vnet", vnet(), polling=False) == in_use
    assert refusal(clients.virtual_networks.begin_delete, "rg", "vnet", polling=False) == in_use
    moved = {"properties": {"addressPrefix": "10.1.4.0/25"}}
    told = refusal(
        clients.subnets.begin_create_or_update,
        "rg",
        "vnet",
        "ManagementSubnet",
        moved,
        polling=False,
    )
    assert told == "400 InUsePrefixCannotBeDeleted"


def test_who_is_in_a_subnet_is_shown_on_it(network: Any) -> None:
    put_interface(network)
    subnet = network.network.subnets.get("rg", "vnet", "ManagementSubnet")
    expected = network.id("networkInterfaces/nic/ipConfigurations/ipc")
    assert [each.id for each in subnet.properties.ip_configurations] == [expected]


def test_delegations_stay_while_somebody_else_is_in_the_subnet(
    network: Any, refusal: Refusal
) -> None:
    put_interface(network)
    service = {"serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}
    body = {
        "properties": {
            "addressPrefix": "10.1.4.0/24",
            "delegations": [{"name": "pg", "properties": service}],
        }
    }
    write = network.network.subnets.begin_create_or_update
    told = refusal(write, "rg", "vnet", "ManagementSubnet", body, polling=False)
    assert told == "400 SubnetDelegationsCannotChangeWhenSubnetUsedByResource"


def test_default_outbound_access_changes_only_while_the_subnet_is_empty(
    network: Any, refusal: Refusal
) -> None:
    write = network.network.subnets.begin_create_or_update
    body = {"properties": {"addressPrefix": "10.1.4.0/24", "defaultOutboundAccess": False}}
    write("rg", "vnet", "ManagementSubnet", body).result()
    put_interface(network)
    body["properties"]["defaultOutboundAccess"] = True
    told = refusal(write, "rg", "vnet", "ManagementSubnet", body, polling=False)
    assert told == "400 InUseSubnetCannotBeUpdated"


def test_the_gateway_subnet_takes_no_security_group_and_no_default_route(
    network: Any, refusal: Refusal
) -> None:
    network.emulator.put(network.id("networkSecurityGroups/nsg"), {"location": "eastus"})
    route = {"addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}
    table = {"location": "eastus", "properties": {"routes": [{"name": "d", "properties": route}]}}
    network.emulator.put(network.id("routeTables/rt"), table)
    write = network.network.subnets.begin_create_or_update
    for via, target, code in (
        (
            "networkSecurityGroup",
            "networkSecurityGroups/nsg",
            "NetworkSecurityGroupCannotBeAttachedToGatewaySubnet",
        ),
        ("routeTable", "routeTables/rt", "gateway_subnet_route_code"),
    ):
        body = {"properties": {"addressPrefix": "10.1.1.0/27", via: {"id": network.id(target)}}}
        told = refusal(write, "rg", "vnet", "GatewaySubnet", body, polling=False)
        assert told == network.told(f"400 {code}")


def test_a_reference_must_lead_somewhere_and_into_the_same_region(
    network: Any, refusal: Refusal
) -> None:
    network.emulator.put(network.id("networkSecurityGroups/west"), {"location": "westus2"})
    write = network.network.subnets.begin_create_or_update
    for name in ("absent", "west"):
        group = {"id": network.id(f"networkSecurityGroups/{name}")}
        body = {"properties": {"addressPrefix": "10.1.9.0/24", "networkSecurityGroup": group}}
        told = refusal(write, "rg", "vnet", "s", body, polling=False)
        assert told == "400 InvalidResourceReference"


def test_tags_are_patched_at_once(network: Any) -> None:
    changed = network.network.virtual_networks.update_tags("rg", "vnet", {"tags": {"a": "b"}})
    assert changed.tags == {"a": "b"}
    assert len(changed.properties.subnets) == 5


def peer(azure: Any, here: str, there: str) -> dict[str, Any]:
    remote = {"id": azure.id(f"virtualNetworks/{there}")}
    return {"properties": {"remoteVirtualNetwork": remote, "allowVirtualNetworkAccess": True}}


def test_a_peering_is_connected_once_both_sides_have_it(network: Any) -> None:
    network.emulator.put(network.id("virtualNetworks/far"), vnet(space=("10.9.0.0/16",)))
    peerings = network.network.virtual_network_peerings
    made = peerings.begin_create_or_update(
        "rg", "vnet", "to-far", peer(network, "vnet", "far")
    ).result()
    assert made.properties.peering_state == "Initiated"
    peerings.begin_create_or_update("rg", "far", "to-hub", peer(network, "far", "vnet")).result()
    assert peerings.get("rg", "vnet", "to-far").properties.peering_state == "Connected"


def test_peers_may_not_overlap(network: Any, refusal: Refusal) -> None:
    network.emulator.put(network.id("virtualNetworks/same"), vnet(space=("10.1.128.0/17",)))
    write = network.network.virtual_network_peerings.begin_create_or_update
    told = refusal(write, "rg", "vnet", "p", peer(network, "vnet", "same"), polling=False)
    assert told == "400 VnetAddressSpacesOverlap"


def test_a_peered_network_may_grow_and_its_peer_has_to_be_told(network: Any) -> None:
    network.emulator.put(network.id("virtualNetworks/far"), vnet(space=("10.9.0.0/16",)))
    peerings = network.network.virtual_network_peerings
    write = peerings.begin_create_or_update
    write("rg", "vnet", "to-far", peer(network, "vnet", "far")).result()
    write("rg", "far", "to-hub", peer(network, "far", "vnet")).result()
    grown = vnet(space=("10.9.0.0/16", "10.11.0.0/16"))
    network.network.virtual_networks.begin_create_or_update("rg", "far", grown).result()

    def levels() -> list[str]:
        found = peerings.get("rg", "vnet", "to-far"), peerings.get("rg", "far", "to-hub")
        return [each.as_dict()["properties"]["peeringSyncLevel"] for each in found]

    assert levels() == ["RemoteNotInSync", "LocalNotInSync"]
    body, sync = peer(network, "vnet", "far"), {"sync_remote_address_space": "true"}
    write("rg", "vnet", "to-far", body).result()
    assert levels() == ["RemoteNotInSync", "LocalNotInSync"]  # nobody has asked for it
    write("rg", "vnet", "to-far", body, **sync).result()
    assert levels() == ["FullyInSync", "FullyInSync"]
