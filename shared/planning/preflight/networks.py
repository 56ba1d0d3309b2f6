"""What other virtual networks mean for the hub network, and what an existing one holds already.

One list of all networks of the subscription answers everything here.
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

from azure.mgmt.postgresqlflexibleservers.models import VirtualNetworkSubnetUsageParameter

from shared.deployment.messages import Json
from shared.deployment.specs.checks.addresses import FIRST_RESERVED
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.preflight.findings import Finding, Subject, plain, refused, warned

SPACE = "network.addressSpace"
SUBNET = "network.subnets.database"
SERVER = "postgres-server"
DELEGATED_TO = "Microsoft.DBforPostgreSQL/flexibleServers"
AZURE_DNS = "168.63.129.16"
NAMED = 5  # networks named in one warning
RESERVED = FIRST_RESERVED + 1  # and the last
# https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-private
ADDRESSES = {"Disabled": 1, "SameZone": 4, "ZoneRedundant": 4}


def check_networks(subject: Subject) -> Iterator[Finding]:
    """Overlaps, name servers, and room for the server."""
    own = subject.id("virtual-network")
    networks = plain(subject.clients_of(own).network.virtual_networks.list_all())
    yield from judge_neighbours(subject.spec, networks, own)
    hub = next((n for n in networks if _same(n["id"], own)), None)
    if hub is None:
        return
    yield from judge_name_servers(hub)
    if not subject.has(SERVER):
        question = VirtualNetworkSubnetUsageParameter(virtual_network_arm_resource_id=own)
        usage = subject.clients_of(own).postgres.virtual_network_subnet_usage
        answer = usage.list(subject.spec.location, question).as_dict()
        used = answer.get("delegatedSubnetsUsage") or []
        name = subject.id("subnet-database").rpartition("/")[2]
        yield from judge_database_subnet(subject.spec, hub, used, name)


def judge_neighbours(spec: DeploymentSpec, networks: list[Json], own: str) -> Iterator[Finding]:
    """Networks with the same addresses: a peered one cuts routes, others can never be peered.

    https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering
    """
    ours = [IPv4Network(prefix) for prefix in spec.network.address_space]
    hub = next((n for n in networks if _same(n["id"], own)), None)
    peers = _peers(hub) if hub else {}
    others = {n["id"].casefold(): n for n in networks if not _same(n["id"], own)}
    peers |= {key: _space(n) for key, n in others.items() if own.casefold() in _peers(n)}
    for peer, space in sorted(peers.items()):
        if common := _common(ours, space):
            yield refused(
                "PeerOverlapsNetwork",
                SPACE,
                f"it overlaps {common} of {peer}, with which the network is peered: choose "
                "another range",
            )
    alike = [n["id"] for key, n in others.items() if key not in peers and _common(ours, _space(n))]
    if alike:
        more = f" and {len(alike) - NAMED} more" if len(alike) > NAMED else ""
        yield warned(
            "NetworkOverlapsAnother",
            SPACE,
            f"it overlaps {', '.join(sorted(alike)[:NAMED])}{more}: they can never be peered with "
            "it, nor share its circuit",
        )


def _peers(network: Json) -> dict[str, list[str]]:
    """The networks that one is peered with, in whatever subscription: id -> address space."""
    peers = {}
    for peering in network["properties"].get("virtualNetworkPeerings") or []:
        properties = peering["properties"]
        space = properties.get("remoteAddressSpace") or {}
        remote = properties["remoteVirtualNetwork"]["id"].casefold()
        peers[remote] = list(space.get("addressPrefixes") or [])
    return peers


def _space(network: Json) -> list[str]:
    return list((network["properties"].get("addressSpace") or {}).get("addressPrefixes") or [])


def _common(ours: Iterable[IPv4Network], theirs: Iterable[str]) -> str:
    """The prefixes of theirs that overlap ours; a network may have some of IPv6 as well."""
    spaces = {p: IPv4Network(p, strict=False) for p in theirs if ":" not in p}
    return ", ".join(p for p, space in spaces.items() if any(space.overlaps(one) for one in ours))


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def judge_name_servers(hub: Json) -> Iterator[Finding]:
    """Name servers of its own know the private zone only if they ask Azure's.

    https://learn.microsoft.com/azure/virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances
    """
    servers = (hub["properties"].get("dhcpOptions") or {}).get("dnsServers") or []
    foreign = [server for server in servers if server != AZURE_DNS]
    if foreign:
        yield warned(
            "CustomNameServers",
            "network",
            f"{hub['name']} asks {', '.join(foreign)} for names: let them forward "
            f"postgres.database.azure.com to {AZURE_DNS}, or nobody finds the server",
        )


def judge_database_subnet(
    spec: DeploymentSpec, hub: Json, usages: list[Json], name: str = "DatabaseSubnet"
) -> Iterator[Finding]:
    """A subnet that something else holds, or that is full; a shared one fills up earlier.

    https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-private
    """
    subnets = {s["name"]: s["properties"] for s in hub["properties"].get("subnets") or []}
    subnet = subnets.get(name)
    if subnet is None:
        return
    services = {d["properties"]["serviceName"] for d in subnet.get("delegations") or []}
    others = sorted(s for s in services if not _same(s, DELEGATED_TO))
    delegated = len(services) > len(others)
    users = [u["id"] for u in subnet.get("ipConfigurations") or []]
    if others:
        text = f"{name} is delegated to {', '.join(others)}: take another network"
        yield refused("SubnetDelegatedElsewhere", SUBNET, text)
    elif users and not delegated:
        text = f"{name} is in use by {users[0]}: only an empty one can be delegated"
        yield refused("SubnetInUse", SUBNET, text)
    used = next((u.get("usage", 0) for u in usages if u.get("subnetName") == name), 0)
    prefix = subnet.get("addressPrefix") or (subnet.get("addressPrefixes") or ["0.0.0.0/0"])[0]
    needed = ADDRESSES[spec.postgres.high_availability]
    if IPv4Network(prefix).num_addresses - RESERVED - used < needed:
        text = f"{prefix} has no {needed} addresses left: take a larger one, or another network"
        yield refused("SubnetFull", SUBNET, text)
    elif used:
        yield warned("SubnetShared", SUBNET, f"other servers use {name} already ({used})")
