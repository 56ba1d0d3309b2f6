"""What a name resolves to inside a virtual network: private zones linked to it, servers' names."""

import ipaddress

from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.resource_ids import parse_id

SERVER = "Microsoft.DBforPostgreSQL/flexibleServers"
ZONE = "Microsoft.Network/privateDnsZones"
DOMAIN = ".postgres.database.azure.com"
PUBLIC = "203.0.113.200"  # of every server that is not in a network (RFC 5737)


def server_named(world: World, name: str) -> Resource | None:
    """The database server with this fully qualified name."""
    for subscription in world.subscriptions:
        for each in world.store.of_type(subscription, SERVER):
            if str(each.properties.get("fullyQualifiedDomainName", "")).lower() == name.lower():
                return each
    return _endpoint_named(world, name)


def _endpoint_named(world: World, name: str) -> Resource | None:
    """The server that a virtual endpoint leads to now; its names are CNAMEs of its members'."""
    label, _, end = name.lower().removesuffix(DOMAIN).rpartition(".")
    for subscription in world.subscriptions:
        for each in world.store.of_type(subscription, f"{SERVER}/virtualEndpoints"):
            if each.id.name.lower() != label or each.id.parent is None:
                continue
            group = each.id.parent.collection
            members = [
                world.store.get(f"{group}/{member.rpartition('/')[2]}".lower())
                for member in each.properties.get("members") or []
            ]
            found = [m for m in members if m is not None]
            leads = [m for m in found if m.properties.get("replicationRole") == "Primary"]
            follows = [m for m in found if m not in leads]
            return next(iter(follows if end == "reader" and follows else leads), None)
    return None


def server_at(world: World, address: str) -> Resource | None:
    """The database server that has an address, wherever its record may lead by now."""
    for subscription in world.subscriptions:
        for each in world.store.of_type(subscription, SERVER):
            public = (each.properties.get("network") or {}).get("publicNetworkAccess") == "Enabled"
            if address == each.notes.get("address", PUBLIC if public else ""):
                return each
    return None


def resolve(world: World, network_key: str, name: str) -> str | None:
    """The address that machines of a network get for a name; None where they get none."""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        pass
    server = server_named(world, name)
    if server is not None:
        return _server_address(world, network_key, server)
    for zone in linked_zones(world, network_key):
        suffix = f".{zone.id.name}".lower()
        if name.lower().endswith(suffix):
            label = name[: -len(suffix)]
            record = world.store.get(zone.id.child("A", label).key)
            return next(iter(addresses_of(record)), None) if record is not None else None
    return None


def linked_zones(world: World, network_key: str) -> list[Resource]:
    """The private zones that a network sees through finished links."""
    zones = []
    for reference in world.store.references_to(network_key):
        owner = parse_id(reference.owner)
        link = world.store.get(reference.owner)
        if owner is None or link is None or owner.parent is None:
            continue
        zone = world.store.get(owner.parent.key)
        of_zone = owner.parent.type.lower() == ZONE.lower()
        if of_zone and zone is not None and link.state == "Succeeded":
            zones.append(zone)
    return zones


def addresses_of(record: Resource) -> list[str]:
    """The addresses in an A record."""
    return [each["ipv4Address"] for each in record.properties.get("aRecords") or []]


def _server_address(world: World, network_key: str, server: Resource) -> str | None:
    """The public name is a CNAME into the zone, where the server has written its own record."""
    network = server.properties.get("network") or {}
    zone_id = str(network.get("privateDnsZoneArmResourceId") or "").lower()
    if not zone_id:
        return PUBLIC if network.get("publicNetworkAccess") == "Enabled" else None
    if zone_id not in (zone.key for zone in linked_zones(world, network_key)):
        return None
    record = world.store.get(server.notes.get("record", ""))
    return next(iter(addresses_of(record)), None) if record is not None else None
