"""Would a connection come about? Judged from everything that is emulated, hop by hop.

The name must resolve in the source's network, routes must lead there, security groups on both
sides must let it pass, and behind the address a server must be ready. No packet is sent.
"""

import ipaddress
from dataclasses import dataclass, field

from local.arm_emulator.providers.network.virtual_networks.security_rules import (
    Flow,
    verdict,
    within,
)
from local.arm_emulator.providers.network.watcher.name_resolution import (
    resolve,
    server_at,
    server_named,
)
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.messages import Json
from local.arm_emulator.wire.resource_ids import parse_id

POSTGRESQL, PGBOUNCER = 5432, 6432  # the ports of a server


@dataclass(frozen=True, slots=True)
class Source:
    """Where a connection starts."""

    subnet: str  # id
    address: str
    groups: tuple[str, ...] = ()  # ids of security groups nearer than the subnet's


@dataclass(slots=True)
class Verdict:
    """What was found; issues as ConnectivityIssue, by the side on which they are."""

    address: str = ""  # of the destination, if its name resolves
    resource: str = ""  # id of what was found there
    outbound: list[Json] = field(default_factory=list)
    inbound: list[Json] = field(default_factory=list)

    @property
    def reachable(self) -> bool:
        """Whether nothing is in the way."""
        return not self.outbound and not self.inbound


def issue(kind: str, origin: str, **context: str) -> Json:
    """One entry of `issues`, as azure.mgmt.network.models.ConnectivityIssue names it."""
    found = [{"key": key, "value": value} for key, value in context.items()]
    return {"origin": origin, "severity": "Error", "type": kind, "context": found}


def judge(world: World, source: Source, name: str, port: int) -> Verdict:
    """Follow a TCP connection from a source to a name or an address."""
    found = Verdict()
    network = _network_of(source.subnet)
    address = resolve(world, network, name)
    if address is None:
        found.outbound.append(issue("DnsResolution", "Local", Name=name))
        return found
    found.address = address
    inside = reach(world, network)
    flow = Flow(source.address, address, port, "Tcp", tuple(inside))
    _leave(world, source, flow, found)
    subnet = _subnet_at(world, network, address)
    if subnet is not None:
        _enter(world, subnet, flow, found)
    elif not within(address, inside) and ipaddress.ip_address(address).is_private:
        found.outbound.append(issue("UserDefinedRoute", "Outbound", NextHopType="None"))
    _arrive(world, name, port, found)
    return found


def reach(world: World, network_key: str) -> list[str]:
    """The prefixes of the tag VirtualNetwork: the network's own, its peers', and on-premises."""
    network = world.store.get(network_key)
    if network is None:
        return []
    prefixes = _space(network)
    for peering in network.properties.get("virtualNetworkPeerings") or []:
        remote = str((peering["properties"].get("remoteVirtualNetwork") or {}).get("id", ""))
        peer = world.store.get(remote)
        prefixes += _space(peer) if peer is not None else []
    for subnet in network.properties.get("subnets") or []:
        if subnet["name"].lower() == "gatewaysubnet":
            prefixes += _on_premises(world, subnet["id"])
    return prefixes


def subnet_source(world: World, subnet_id: str, offset: int = 4) -> Source:
    """A source somewhere in a subnet; the first four addresses are Azure's."""
    prefixes = _prefixes(world, subnet_id) or ["10.0.0.0/24"]
    first = ipaddress.ip_network(prefixes[0]).network_address
    return Source(subnet_id, str(first + offset))


def _leave(world: World, source: Source, flow: Flow, found: Verdict) -> None:
    subnet = world.store.find(source.subnet) or {"properties": {}}
    for group in (*source.groups, _named(subnet, "networkSecurityGroup")):
        allowed, rule = verdict(world.store.find(group) if group else None, flow, "Outbound")
        if not allowed:
            found.outbound.append(issue("NetworkSecurityRule", "Outbound", RuleName=rule))
    table = world.store.find(_named(subnet, "routeTable"))
    route = _best_route(table, flow.destination)
    if route is not None and route["properties"].get("nextHopType") == "None":
        found.outbound.append(issue("UserDefinedRoute", "Outbound", RouteName=route["name"]))


def _enter(world: World, subnet: Json, flow: Flow, found: Verdict) -> None:
    group = _named(subnet, "networkSecurityGroup")
    allowed, rule = verdict(world.store.find(group) if group else None, flow, "Inbound")
    if not allowed:
        found.inbound.append(issue("NetworkSecurityRule", "Inbound", RuleName=rule))
    found.resource = subnet["id"]


def _arrive(world: World, name: str, port: int, found: Verdict) -> None:
    server = server_named(world, name) or server_at(world, found.address)
    if server is None:
        return
    found.resource = str(server.id)
    state = world.show(server)["properties"].get("state", "Unknown")
    if state != "Ready":
        found.inbound.append(issue("Platform", "Inbound", ServerState=state))
    elif not _listens(world, server, port):
        found.inbound.append(issue("GuestFirewall", "Inbound", Port=str(port)))


def _listens(world: World, server: Resource, port: int) -> bool:
    """PgBouncer listens once its parameter is on."""
    switch = world.store.get(server.id.child("configurations", "pgbouncer.enabled").key)
    on = switch is not None and str(switch.properties.get("value")).lower() == "true"
    return port == POSTGRESQL or (port == PGBOUNCER and on)


def _best_route(table: Json | None, address: str) -> Json | None:
    """The longest prefix wins; tags are no prefixes."""
    best: tuple[int, Json | None] = (-1, None)
    for route in (table or {"properties": {}})["properties"].get("routes") or []:
        try:
            network = ipaddress.ip_network(route["properties"]["addressPrefix"], strict=False)
        except ValueError:
            continue
        if ipaddress.ip_address(address) in network and network.prefixlen > best[0]:
            best = (network.prefixlen, route)
    return best[1]


def _subnet_at(world: World, network_key: str, address: str) -> Json | None:
    network = world.store.get(network_key)
    peerings = (network.properties.get("virtualNetworkPeerings") or []) if network else []
    remote = [(p["properties"].get("remoteVirtualNetwork") or {}).get("id", "") for p in peerings]
    for key in (network_key, *remote):
        there = world.store.get(str(key))
        for subnet in (there.properties.get("subnets") or []) if there else []:
            if within(address, _prefixes(world, subnet["id"])):
                found: Json = subnet
                return found
    return None


def _on_premises(world: World, gateway_subnet: str) -> list[str]:
    """What connected circuits bring, through whatever gateway sits in the subnet."""
    prefixes: list[str] = []
    for reference in world.store.references_to(gateway_subnet):
        for use in world.store.references_to(reference.owner):
            connection = world.store.get(use.owner)
            if connection is not None and connection.id.types == ("connections",):
                prefixes += connection.notes.get("onPremisesPrefixes", ["10.200.0.0/16"])
    return prefixes


def _space(network: Resource) -> list[str]:
    return list((network.properties.get("addressSpace") or {}).get("addressPrefixes") or [])


def _prefixes(world: World, subnet_id: str) -> list[str]:
    properties = (world.store.find(subnet_id) or {"properties": {}})["properties"]
    single = properties.get("addressPrefix")
    return list(properties.get("addressPrefixes") or ([single] if single else []))


def _named(subnet: Json, association: str) -> str:
    return str((subnet["properties"].get(association) or {}).get("id", ""))


def _network_of(subnet_id: str) -> str:
    subnet = parse_id(subnet_id)
    return subnet.parent.key if subnet is not None and subnet.parent is not None else ""
