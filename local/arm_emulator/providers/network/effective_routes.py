"""Which routes hold for what lies in a subnet: Azure's own, those learned, those of its table.

Among routes of one prefix a user's goes before one that BGP has brought, and that before Azure's.
https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from local.arm_emulator.providers.network.watcher.reachability import associated, network_of
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.messages import Json

RANKS = ("User", "VirtualNetworkGateway", "Default")
# What leads nowhere unless a network or a route claims it.
UNCLAIMED = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")


def effective_routes(world: World, subnet_id: str) -> list[Json]:
    """Every route, as EffectiveRoute has it; one that another goes before is Invalid."""
    network = world.store.get(network_of(subnet_id))
    if network is None:
        return []
    subnet = world.store.find(subnet_id) or {"properties": {}}
    table = world.store.find(associated(subnet, "routeTable")) or {"properties": {}}
    found = [*_of_table(table), *_default(world, network)]
    if not table["properties"].get("disableBgpRoutePropagation"):
        found += [
            _route("VirtualNetworkGateway", prefix, "VirtualNetworkGateway")
            for prefix in _learned(world, network)
        ]
    found.sort(key=lambda route: RANKS.index(route["source"]))
    seen: set[str] = set()
    for route in found:
        (prefix,) = route["addressPrefix"]
        route["state"] = "Invalid" if prefix in seen else "Active"
        seen.add(prefix)
    return found


def _of_table(table: Json) -> Iterator[Json]:
    for each in table["properties"].get("routes") or []:
        inner = each["properties"]
        hop = inner.get("nextHopIpAddress")
        yield _route("User", inner["addressPrefix"], inner["nextHopType"], *([hop] if hop else []))


def _default(world: World, network: Resource) -> Iterator[Json]:
    spaces = _space(network)
    for prefix in spaces:
        yield _route("Default", prefix, "VnetLocal")
    for peer in _peers(world, network):
        for prefix in _space(peer):
            yield _route("Default", prefix, "VNetPeering")
    yield _route("Default", "0.0.0.0/0", "Internet")
    for prefix in UNCLAIMED:
        if not any(IPv4Network(space).subnet_of(IPv4Network(prefix)) for space in spaces):
            yield _route("Default", prefix, "None")


def _learned(world: World, network: Resource) -> list[str]:
    """What circuits announce to the gateway of a network, its own or that of a hub."""
    found: list[str] = []
    for there in (network, *_peers(world, network, with_gateway=True)):
        for subnet in there.properties.get("subnets") or []:
            for gateway in world.store.references_to(subnet["id"]):
                for use in world.store.references_to(gateway.owner):
                    connection = world.store.get(use.owner)
                    if connection is not None and connection.id.types == ("connections",):
                        shown = world.show(connection)["properties"].get("connectionStatus")
                        found += world.settings.announced_prefixes if shown == "Connected" else ()
    return found


def _peers(world: World, network: Resource, *, with_gateway: bool = False) -> Iterator[Resource]:
    for peering in network.properties.get("virtualNetworkPeerings") or []:
        inner = peering["properties"]
        remote = world.store.get(str((inner.get("remoteVirtualNetwork") or {}).get("id", "")))
        if remote is not None and (inner.get("useRemoteGateways") or not with_gateway):
            yield remote


def _space(network: Resource) -> list[str]:
    return list((network.properties.get("addressSpace") or {}).get("addressPrefixes") or [])


def _route(source: str, prefix: str, hop: str, *addresses: str) -> Json:
    shown = {"source": source, "addressPrefix": [prefix], "nextHopType": hop}
    return {**shown, "nextHopIpAddress": list(addresses)}
