"""Reads of Microsoft.Network that belong to no stored resource of their own."""

from local.arm_emulator.providers.network.application_gateways.application_gateways import RULE_SETS
from local.arm_emulator.providers.network.virtual_networks.association_links import (
    association_links,
)
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.messages import Json, Response
from local.arm_emulator.wire.resource_ids import ResourceId, parse_id
from local.arm_emulator.wire.router import Route

# https://learn.microsoft.com/azure/application-gateway/application-gateway-ssl-policy-overview
SSL_POLICIES = (
    "AppGwSslPolicy20150501",
    "AppGwSslPolicy20170401",
    "AppGwSslPolicy20170401S",
    "AppGwSslPolicy20220101",
    "AppGwSslPolicy20220101S",
)
CIPHERS = (
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_AES_128_GCM_SHA256",
)


def list_association_links(
    world: World, call: Call, subscription: str, group: str, network: str, subnet: str
) -> Response:
    """The services that hold a subnet."""
    id_ = _subnet(world, subscription, group, network, subnet)
    return Response(200, {"value": association_links(world, id_, call.time)})


def list_navigation_links(
    world: World, call: Call, subscription: str, group: str, network: str, subnet: str
) -> Response:
    """No emulated service holds a subnet in this older way."""
    _subnet(world, subscription, group, network, subnet)
    return Response(200, {"value": []})


def circuit_stats(
    world: World, call: Call, subscription: str, group: str, circuit: str, peering: str = ""
) -> Response:
    """Bytes since the circuit was provisioned: none without a connected gateway."""
    found = _circuit(world, subscription, group, circuit)
    users = [parse_id(each.owner) for each in world.store.references_to(found.key)]
    busy = any(each is not None and each.types == ("connections",) for each in users)
    minutes = int((call.time - found.created).total_seconds() // 60) if busy else 0
    names = ("primarybytesIn", "primarybytesOut", "secondarybytesIn", "secondarybytesOut")
    return Response(200, dict.fromkeys(names, minutes * 4096))


def circuit_connections(
    world: World, call: Call, subscription: str, group: str, circuit: str, peering: str
) -> Response:
    """No Global Reach is emulated."""
    _circuit(world, subscription, group, circuit)
    return Response(200, {"value": []})


def gateway_connections(
    world: World, call: Call, subscription: str, group: str, gateway: str
) -> Response:
    """The connections of a gateway, failed ones among them."""
    found = _stored(world, subscription, group, "virtualNetworkGateways", gateway)
    owners = {each.owner for each in world.store.references_to(found.key)}
    users = [world.store.get(owner) for owner in sorted(owners)]
    value = [world.show(u) for u in users if u is not None and u.id.types == ("connections",)]
    return Response(200, {"value": value})


def rule_sets(world: World, call: Call, subscription: str) -> Response:
    """The managed rule sets, without their rules."""
    base = f"/subscriptions/{subscription}/providers/Microsoft.Network"
    value = [
        {
            "name": f"{name}_{version}",
            "id": f"{base}/applicationGatewayAvailableWafRuleSets/{name}_{version}",
            "type": "Microsoft.Network/applicationGatewayAvailableWafRuleSets",
            "properties": {
                "provisioningState": "Succeeded",
                "ruleSetType": name,
                "ruleSetVersion": version,
                "ruleGroups": [],
                "tiers": ["WAF_v2"],
            },
        }
        for name, version in RULE_SETS
    ]
    return Response(200, {"value": value})


def ssl_options(world: World, call: Call, subscription: str) -> Response:
    """Policies, ciphers and protocols."""
    id_ = f"/subscriptions/{subscription}/providers/Microsoft.Network"
    id_ += "/applicationGatewayAvailableSslOptions/default"
    properties = {
        "predefinedPolicies": [{"id": f"{id_}/predefinedPolicies/{n}"} for n in SSL_POLICIES],
        "defaultPolicy": "AppGwSslPolicy20220101",
        "availableCipherSuites": list(CIPHERS),
        "availableProtocols": ["TLSv1_0", "TLSv1_1", "TLSv1_2", "TLSv1_3"],
    }
    kind = "Microsoft.Network/applicationGatewayAvailableSslOptions"
    return Response(200, {"id": id_, "name": "default", "type": kind, "properties": properties})


def _subnet(world: World, subscription: str, group: str, network: str, subnet: str) -> str:
    found = _stored(world, subscription, group, "virtualNetworks", network)
    id_ = found.id.child("subnets", subnet)
    body: Json | None = world.store.find(str(id_))
    if body is None:
        raise world.not_found(id_, inside=True)
    return str(body["id"])


def _circuit(world: World, subscription: str, group: str, circuit: str) -> Resource:
    return _stored(world, subscription, group, "expressRouteCircuits", circuit)


def _stored(world: World, subscription: str, group: str, kind: str, name: str) -> Resource:
    scope = f"/subscriptions/{subscription}/resourceGroups/{group}"
    id_ = ResourceId(scope, "Microsoft.Network", (kind,), (name,))
    found = world.store.get(id_.key)
    if found is None:
        raise world.not_found(id_)
    return found


_NETWORK = "/subscriptions/{subscription}/providers/Microsoft.Network"
_IN_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network"
_SUBNET = _IN_GROUP + "/virtualNetworks/{network}/subnets/{subnet}"
_CIRCUIT = _IN_GROUP + "/expressRouteCircuits/{circuit}"
ROUTES = (
    Route("GET", _SUBNET + "/serviceAssociationLinks", list_association_links),
    Route("GET", _SUBNET + "/resourceNavigationLinks", list_navigation_links),
    Route("GET", _CIRCUIT + "/stats", circuit_stats),
    Route("GET", _CIRCUIT + "/peerings/{peering}/stats", circuit_stats),
    Route("GET", _CIRCUIT + "/peerings/{peering}/connections", circuit_connections),
    Route("GET", _NETWORK + "/applicationGatewayAvailableWafRuleSets", rule_sets),
    Route("GET", _NETWORK + "/applicationGatewayAvailableSslOptions/default", ssl_options),
    Route("POST", _IN_GROUP + "/virtualNetworkGateways/{gateway}/connections", gateway_connections),
    Route("GET", _IN_GROUP + "/virtualNetworkGateways/{gateway}/connections", gateway_connections),
)
