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
from local.arm_emulator.providers.network.watcher.endpoints import (
    gateway_at,
    interface_at,
    passed_on,
)
from local.arm_emulator.providers.network.watcher.name_resolution import resolve, server_at
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.messages import ArmError, Json
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
    network = network_of(source.subnet)
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
    elif within(address, _spaces(world, network)):
        found.inbound.append(issue("Unknown", "Inbound", Address=address))  # in no subnet
    elif not within(address, inside) and ipaddress.ip_address(address).is_private:
        found.outbound.append(issue("UserDefinedRoute", "Outbound", NextHopType="None"))
    _arrive(world, port, found)
    return found


def reach(world: World, network_key: str) -> list[str]:
    """The prefixes of the tag VirtualNetwork: the network's own, its peers', and on-premises."""
    network = world.store.get(network_key)
    if network is None:
        return []
    prefixes = _spaces(world, network_key)
    for subnet in network.properties.get("subnets") or []:
        if subnet["name"].lower() == "gatewaysubnet":
            prefixes += _on_premises(world, subnet["id"])
    return prefixes


def _spaces(world: World, network_key: str) -> list[str]:
    """The address space of a network and of those that it is peered with."""
    network = world.store.get(network_key)
    found = _space(network) if network is not None else []
    for peering in (network.properties.get("virtualNetworkPeerings") or []) if network else []:
        remote = str((peering["properties"].get("remoteVirtualNetwork") or {}).get("id", ""))
        peer = world.store.get(remote)
        found += _space(peer) if peer is not None else []
    return found


def start_of(world: World, machine: Resource) -> tuple[Resource, Source]:
    """The interface of a machine, and what starts there.

    Raises:
        ArmError: 400, it has none.
    """
    profile = machine.properties.get("networkProfile") or {}
    for named in profile.get("networkInterfaces") or []:
        interface = world.store.get(str(named["id"]))
        if interface is None:
            continue
        inner = interface.properties["ipConfigurations"][0]["properties"]
        group = (interface.properties.get("networkSecurityGroup") or {}).get("id")
        address, subnet = inner["privateIPAddress"], inner["subnet"]["id"]
        return interface, Source(subnet, address, (group,) if group else ())
    # [K] A machine without an interface cannot be made.
    message = f"The source {machine.id} has no network interface."
    raise ArmError(400, "InvalidConnectivityCheckSource", message)


def subnet_source(world: World, subnet_id: str, offset: int = 4) -> Source:
    """A source somewhere in a subnet; the first four addresses are Azure's."""
    prefixes = _prefixes(world, subnet_id) or ["10.0.0.0/24"]
    first = ipaddress.ip_network(prefixes[0]).network_address
    return Source(subnet_id, str(first + offset))


def _leave(world: World, source: Source, flow: Flow, found: Verdict) -> None:
    subnet = world.store.find(source.subnet) or {"properties": {}}
    for group in (*source.groups, associated(subnet, "networkSecurityGroup")):
        allowed, rule = verdict(world.store.find(group) if group else None, flow, "Outbound")
        if not allowed:
            found.outbound.append(issue("NetworkSecurityRule", "Outbound", RuleName=rule))
    table = world.store.find(associated(subnet, "routeTable"))
    route = _best_route(table, flow.destination)
    if route is not None and route["properties"].get("nextHopType") == "None":
        found.outbound.append(issue("UserDefinedRoute", "Outbound", RouteName=route["name"]))


def _enter(world: World, subnet: Json, flow: Flow, found: Verdict) -> None:
    group = associated(subnet, "networkSecurityGroup")
    allowed, rule = verdict(world.store.find(group) if group else None, flow, "Inbound")
    if not allowed:
        found.inbound.append(issue("NetworkSecurityRule", "Inbound", RuleName=rule))
    found.resource = subnet["id"]


def _arrive(world: World, port: int, found: Verdict) -> None:
    """Who answers at the address, and at its port; nobody does where nothing has it."""
    gateway = gateway_at(world, found.address)
    server = server_at(world, found.address)
    if gateway is not None:
        found.resource = str(gateway.id)
        state = str(gateway.properties.get("operationalState", "Running"))
        if gateway.state == "Failed" or state != "Running":
            found.inbound.append(issue("Platform", "Inbound", OperationalState=state))
        elif not passed_on(gateway, found.address, port):
            found.inbound.append(issue("GuestFirewall", "Inbound", Port=str(port)))
    elif server is not None:
        found.resource = str(server.id)
        state = world.show(server)["properties"].get("state", "Unknown")
        if state != "Ready":
            found.inbound.append(issue("Platform", "Inbound", ServerState=state))
        elif not _listens(world, server, port):
            found.inbound.append(issue("GuestFirewall", "Inbound", Port=str(port)))
    elif found.resource and not interface_at(world, found.address):
        found.inbound.append(issue("Unknown", "Inbound", Address=found.address))


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
                prefixes += world.settings.announced_prefixes
    return prefixes


def _space(network: Resource) -> list[str]:
    return list((network.properties.get("addressSpace") or {}).get("addressPrefixes") or [])


def _prefixes(world: World, subnet_id: str) -> list[str]:
    properties = (world.store.find(subnet_id) or {"properties": {}})["properties"]
    single = properties.get("addressPrefix")
    return list(properties.get("addressPrefixes") or ([single] if single else []))


def associated(subnet: Json, association: str) -> str:
    """The id of what a subnet is associated with, such as its networkSecurityGroup."""
    return str((subnet["properties"].get(association) or {}).get("id", ""))


def network_of(subnet_id: str) -> str:
    """The key of the network that a subnet is in."""
    subnet = parse_id(subnet_id)
    return subnet.parent.key if subnet is not None and subnet.parent is not None else ""
