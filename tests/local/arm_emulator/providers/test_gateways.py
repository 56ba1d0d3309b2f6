"""ExpressRoute gateways, circuits and connections."""

from collections.abc import Callable
from typing import Any

import pytest

from local.arm_emulator.settings import OTHER_SUBSCRIPTION_ID

Refusal = Callable[..., str]


def gateway(azure: Any, sku: str = "ErGw1AZ", **more: Any) -> dict[str, Any]:
    subnet = {"id": azure.id("virtualNetworks/vnet/subnets/GatewaySubnet")}
    properties = {
        "gatewayType": "ExpressRoute",
        "sku": {"name": sku, "tier": sku},
        "ipConfigurations": [{"name": "default", "properties": {"subnet": subnet}}],
    }
    return {"location": "eastus", "properties": {**properties, **more}}


def connection(azure: Any, circuit: str, **more: Any) -> dict[str, Any]:
    properties = {
        "connectionType": "ExpressRoute",
        "virtualNetworkGateway1": {"id": azure.id("virtualNetworkGateways/gw")},
        "peer": {"id": circuit},
    }
    return {"location": "eastus", "properties": {**properties, **more}}


@pytest.fixture
def connected(network: Any) -> Any:
    """A gateway that is ready, and good circuit ``er`` beside it."""
    network.emulator.put(network.id("virtualNetworkGateways/gw"), gateway(network))
    network.emulator.put(network.id("expressRouteCircuits/er", "rg-er"), {})
    return network


def circuit_of(azure: Any) -> str:
    return str(azure.id("expressRouteCircuits/er", "rg-er"))


@pytest.mark.parametrize(
    ("sku", "more", "told"),
    [
        ("VpnGw1", {}, "400 InvalidGatewaySkuSpecifiedForGatewayDeploymentType"),
        (
            "ErGwScale",
            {},
            "400 ExpressRouteVirtualNetworkGatewayAutoscaleBoundsNotValid",
        ),
        (
            "ErGwScale",
            {"autoScaleConfiguration": {"bounds": {"min": 1, "max": 41}}},
            "400 ExpressRouteVirtualNetworkGatewayAutoscaleBoundsNotValid",
        ),
        ("ErGw1AZ", {"ipConfigurations": []}, "400 gateway_place_count_code"),
        ("ErGw1AZ", {"gatewayType": "Vpn"}, "501 NotEmulated"),
    ],
)
def test_an_impossible_gateway_is_refused(
    network: Any, refusal: Refusal, sku: str, more: dict[str, Any], told: str
) -> None:
    write = network.network.virtual_network_gateways.begin_create_or_update
    assert refusal(write, "rg", "gw", gateway(network, sku, **more), polling=False) == network.told(
        told
    )


def test_a_gateway_needs_the_gateway_subnet(network: Any, refusal: Refusal) -> None:
    subnet = {"id": network.id("virtualNetworks/vnet/subnets/ManagementSubnet")}
    configuration = {"name": "default", "properties": {"subnet": subnet}}
    write = network.network.virtual_network_gateways.begin_create_or_update
    body = gateway(network, ipConfigurations=[configuration])
    assert refusal(write, "rg", "gw", body, polling=False) == network.told(
        "400 gateway_subnet_name_code"
    )


def test_a_gateway_subnet_below_27_is_too_small(network: Any, refusal: Refusal) -> None:
    subnets = network.network.subnets.begin_create_or_update
    small = {"properties": {"addressPrefix": "10.1.1.0/28"}}
    subnets("rg", "vnet", "GatewaySubnet", small).result()
    write = network.network.virtual_network_gateways.begin_create_or_update
    assert refusal(write, "rg", "gw", gateway(network), polling=False) == network.told(
        "400 subnet_too_small_code"
    )


def test_a_network_has_one_gateway_of_a_kind(connected: Any, refusal: Refusal) -> None:
    write = connected.network.virtual_network_gateways.begin_create_or_update
    told = refusal(write, "rg", "second", gateway(connected), polling=False)
    assert told == connected.told("400 gateway_exists_code")


def test_a_sku_changes_within_its_family_only(connected: Any, refusal: Refusal) -> None:
    write = connected.network.virtual_network_gateways.begin_create_or_update
    told = refusal(write, "rg", "gw", gateway(connected, "Standard"), polling=False)
    assert told == "400 ExpressRouteVirtualNetworkGatewayAutoscaleBoundsNotValid"
    made = write("rg", "gw", gateway(connected, "ErGw2AZ")).result()
    assert made.properties.sku.name == "ErGw2AZ"


def test_a_gateway_takes_about_25_minutes_and_9_to_delete(network: Any) -> None:
    gateways, started = network.network.virtual_network_gateways, network.clock.now()
    made = gateways.begin_create_or_update("rg", "gw", gateway(network)).result()
    there = network.clock.now()
    assert made.properties.sku.capacity == 2
    assert made.properties.bgp_settings.asn == 65515
    gateways.begin_delete("rg", "gw").result()
    assert 25 <= (there - started).total_seconds() / 60 < 28
    assert 9 <= (network.clock.now() - there).total_seconds() / 60 < 12


def test_a_connection_comes_up_a_while_after_its_operation_has_succeeded(connected: Any) -> None:
    clients = connected.network
    clients.virtual_network_gateway_connections.begin_create_or_update(
        "rg", "c", connection(connected, circuit_of(connected))
    ).result()
    get = clients.virtual_network_gateway_connections.get
    assert get("rg", "c").properties.connection_status == "Connecting"
    connected.advance(minutes=3)
    assert get("rg", "c").properties.connection_status == "Connected"
    routes = clients.virtual_network_gateways.begin_get_learned_routes("rg", "gw").result()
    assert routes.value
    listed = clients.virtual_network_gateways.list_connections("rg", "gw")
    assert [each.name for each in listed] == ["c"]


@pytest.mark.parametrize(
    ("circuit", "told"),
    [
        (
            {"properties": {"serviceProviderProvisioningState": "NotProvisioned"}},
            "200 circuit_not_provisioned_code",
        ),
        (
            {"properties": {"circuitProvisioningState": "Disabled"}},
            "200 circuit_not_provisioned_code",
        ),
        ({"properties": {"peerings": []}}, "200 circuit_not_provisioned_code"),
        (
            {
                "sku": {"name": "Local_UnlimitedData", "tier": "Local", "family": "UnlimitedData"},
                "properties": {
                    "serviceProviderProperties": {
                        "serviceProviderName": "Equinix",
                        "peeringLocation": "Dallas",
                        "bandwidthInMbps": 1000,
                    }
                },
            },
            "200 InvalidParameter",
        ),
        (
            {
                "properties": {
                    "serviceProviderProperties": {
                        "serviceProviderName": "Equinix",
                        "peeringLocation": "London",
                        "bandwidthInMbps": 1000,
                    }
                }
            },
            "200 InvalidParameter",
        ),
    ],
)
def test_a_bad_circuit_shows_only_in_the_connection_which_then_blocks_the_gateway(
    connected: Any, refusal: Refusal, circuit: dict[str, Any], told: str
) -> None:
    connected.emulator.remove(circuit_of(connected))
    connected.emulator.put(circuit_of(connected), circuit)
    connections = connected.network.virtual_network_gateway_connections
    body = connection(connected, circuit_of(connected))
    assert refusal(connections.begin_create_or_update, "rg", "c", body) == connected.told(told)
    assert connections.get("rg", "c").properties.provisioning_state == "Failed"
    gone = connected.network.virtual_network_gateways.begin_delete
    in_use = "400 VirtualNetworkGatewayCannotBeDeleted"
    assert refusal(gone, "rg", "gw", polling=False) == in_use
    connections.begin_delete("rg", "c").result()
    gone("rg", "gw").result()


@pytest.mark.parametrize(
    ("tier", "place"),
    [("Premium", "London"), ("Standard", "Toronto"), ("Local", "Washington DC2")],
)
def test_a_circuit_reaches_the_regions_of_its_tier(connected: Any, tier: str, place: str) -> None:
    sku = {"name": f"{tier}_MeteredData", "tier": tier, "family": "MeteredData"}
    provider = {
        "serviceProviderName": "Equinix",
        "peeringLocation": place,
        "bandwidthInMbps": 1000,
    }
    connected.emulator.remove(circuit_of(connected))
    connected.emulator.put(
        circuit_of(connected), {"sku": sku, "properties": {"serviceProviderProperties": provider}}
    )
    made = connected.network.virtual_network_gateway_connections.begin_create_or_update(
        "rg", "c", connection(connected, circuit_of(connected))
    ).result()
    assert made.properties.provisioning_state == "Succeeded"


def test_a_circuit_of_another_subscription_needs_an_authorization_which_is_used_once(
    connected: Any, refusal: Refusal
) -> None:
    circuit = connected.id("expressRouteCircuits/far", "rg-far", OTHER_SUBSCRIPTION_ID)
    key = "11111111-1111-1111-1111-111111111111"
    authorization = {"name": "for-us", "properties": {"authorizationKey": key}}
    connected.emulator.put(circuit, {"properties": {"authorizations": [authorization]}})
    connections = connected.network.virtual_network_gateway_connections
    write = connections.begin_create_or_update
    assert refusal(write, "rg", "c", connection(connected, circuit)) == (
        "200 LinkedAuthorizationFailed"
    )
    connections.begin_delete("rg", "c").result()
    wrong = connection(connected, circuit, authorizationKey=key.replace("1", "2"))
    assert refusal(write, "rg", "c", wrong).endswith("AuthorizationKeyInvalid")
    connections.begin_delete("rg", "c").result()
    made = write("rg", "c", connection(connected, circuit, authorizationKey=key)).result()
    assert made.properties.authorization_key is None
    assert key not in str(connected.emulator.resources("Microsoft.Network/connections"))
    shown = connected.emulator.resources("Microsoft.Network/expressRouteCircuits", "rg-far")
    inner = shown[0]["properties"]["authorizations"][0]["properties"]
    assert inner["authorizationUseStatus"] == "InUse"


def test_a_gateway_and_a_circuit_are_connected_once(connected: Any, refusal: Refusal) -> None:
    write = connected.network.virtual_network_gateway_connections.begin_create_or_update
    body = connection(connected, circuit_of(connected))
    write("rg", "c", body).result()
    assert refusal(write, "rg", "d", body, polling=False) == connected.told(
        "400 connection_exists_code"
    )


def test_a_gateway_takes_as_many_connections_as_its_sku_allows(
    connected: Any, refusal: Refusal
) -> None:
    write = connected.network.virtual_network_gateway_connections.begin_create_or_update
    for number in range(5):
        connected.emulator.put(connected.id(f"expressRouteCircuits/er{number}", "rg-er"), {})
    for number in range(4):
        circuit = connected.id(f"expressRouteCircuits/er{number}", "rg-er")
        write("rg", f"c{number}", connection(connected, circuit)).result()
    body = connection(connected, connected.id("expressRouteCircuits/er4", "rg-er"))
    assert refusal(write, "rg", "c4", body, polling=False) == connected.told(
        "400 connection_limit_code"
    )


def test_the_links_of_a_new_port_are_down(azure: Any) -> None:
    body = {"location": "eastus", "properties": {"peeringLocation": "Equinix-Ashburn-DC2"}}
    made = azure.network.express_route_ports.begin_create_or_update("rg", "port", body).result()
    assert [link.properties.admin_state for link in made.properties.links] == ["Disabled"] * 2


def test_a_circuit_in_use_cannot_be_deleted(connected: Any, refusal: Refusal) -> None:
    connected.network.virtual_network_gateway_connections.begin_create_or_update(
        "rg", "c", connection(connected, circuit_of(connected))
    ).result()
    gone = connected.network.express_route_circuits.begin_delete
    assert refusal(gone, "rg-er", "er", polling=False) == connected.told("400 circuit_in_use_code")


def test_a_new_circuit_waits_for_its_provider(azure: Any) -> None:
    body = {
        "location": "eastus",
        "sku": {"name": "Standard_MeteredData", "tier": "Standard", "family": "MeteredData"},
        "properties": {
            "serviceProviderProperties": {
                "serviceProviderName": "Equinix",
                "peeringLocation": "Washington DC",
                "bandwidthInMbps": 50,
            }
        },
    }
    made = azure.network.express_route_circuits.begin_create_or_update("rg", "er", body).result()
    assert made.properties.service_provider_provisioning_state == "NotProvisioned"
    assert made.properties.service_key


def test_a_gateway_can_show_updating_for_a_moment_after_its_success(network: Any) -> None:
    network.emulator.settings({"gateway_updating_after_success_seconds": 300.0})
    gateways = network.network.virtual_network_gateways
    made = gateways.begin_create_or_update("rg", "gw", gateway(network)).result()
    assert made.properties.provisioning_state == "Updating"
    network.advance(seconds=300)
    assert gateways.get("rg", "gw").properties.provisioning_state == "Succeeded"


def test_a_gateway_can_show_the_address_of_the_platform_and_takes_it_back(network: Any) -> None:
    gateways = network.network.virtual_network_gateways
    made = gateways.begin_create_or_update("rg", "gw", gateway(network)).result()
    assert made.properties.ip_configurations[0].properties.public_ip_address is None
    network.emulator.settings({"echo_platform_public_ip": True})
    shown = gateways.get("rg", "gw")
    assert shown.properties.ip_configurations[0].properties.public_ip_address.id.endswith("/gw")
    again = gateways.begin_create_or_update("rg", "gw", shown).result()
    assert again.properties.provisioning_state == "Succeeded"


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ("serviceProviderProperties", "ExpressRouteCircuitCreateMissingPortProvisioningProperties"),
        ("peeringLocation", "ExpressRouteCircuitServiceProviderPeeringLocationNotSpecified"),
        ("serviceProviderName", "ExpressRouteCircuitServiceProviderNameNotSpecified"),
    ],
)
def test_a_circuit_names_its_provider(
    azure: Any, refusal: Refusal, missing: str, code: str
) -> None:
    provider = {
        "serviceProviderName": "Equinix",
        "peeringLocation": "Washington DC",
        "bandwidthInMbps": 50,
    }
    provider.pop(missing, None)
    sku = {"name": "Standard_MeteredData", "tier": "Standard", "family": "MeteredData"}
    properties = {} if missing.endswith("Properties") else {"serviceProviderProperties": provider}
    body = {"location": "eastus", "sku": sku, "properties": properties}
    write = azure.network.express_route_circuits.begin_create_or_update
    assert refusal(write, "rg", "er", body, polling=False) == f"400 {code}"
