"""What a name resolves to inside a virtual network.

A network asks Azure's DNS, or the servers of its own that it names; of these only the inbound
endpoints of resolvers answer here, for the network that they are in. Azure's DNS knows the private
zones linked to a network, then what the network's ruleset forwards; the names of database servers
lead into such zones. What a network interface says of its own DNS servers is not looked at.
https://learn.microsoft.com/azure/dns/private-resolver-endpoints-rulesets
"""

import ipaddress

from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.resource_ids import parse_id

SERVER = "Microsoft.DBforPostgreSQL/flexibleServers"
ZONE = "Microsoft.Network/privateDnsZones"
DOMAIN = ".postgres.database.azure.com"
INBOUND = "Microsoft.Network/dnsResolvers/inboundEndpoints"
RULESET = "Microsoft.Network/dnsForwardingRulesets"
AZURE_DNS = "168.63.129.16"
FORWARDS = 4  # our own bound of how often a query is passed on
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
        seen = answering(world, network_key)
        return _ask(world, seen, name, FORWARDS) if seen else None


def answering(world: World, network_key: str) -> str | None:
    """The network whose view of Azure's DNS the machines of a network get; None: nobody answers."""
    network = world.store.get(network_key)
    options = (network.properties.get("dhcpOptions") or {}) if network is not None else {}
    servers = [str(each) for each in options.get("dnsServers") or []]
    if not servers:
        return network_key
    answers = (_behind(world, network_key, each) for each in servers)
    return next((each for each in answers if each), None)


def _behind(world: World, network_key: str, server: str) -> str | None:
    """The network that a DNS server answers for: Azure's own, or one with an inbound endpoint."""
    if server == AZURE_DNS:
        return network_key
    for subscription in world.subscriptions:
        for each in world.store.of_type(subscription, INBOUND):
            for place in each.properties.get("ipConfigurations") or []:
                there = str(place["subnet"]["id"]).lower().rpartition("/subnets/")[0]
                ours = place.get("privateIpAddress") == server and each.state == "Succeeded"
                if ours and _reaches(world, network_key, there):
                    return there
    return None


def _reaches(world: World, network_key: str, other: str) -> bool:
    network = world.store.get(network_key)
    peerings = network.properties.get("virtualNetworkPeerings") or [] if network else []
    remote = {str(p["properties"]["remoteVirtualNetwork"]["id"]).lower() for p in peerings}
    return other in {network_key.lower(), *remote}


def _ask(world: World, network_key: str, name: str, forwards: int) -> str | None:
    """What Azure's DNS says to a network; a query is forwarded a bounded number of times."""
    server = server_named(world, name)
    if server is not None:
        found = _server_address(world, network_key, server)
        return found or _forward(world, network_key, name, forwards)
    zones = sorted(linked_zones(world, network_key), key=lambda each: -len(each.id.name))
    for zone in zones:
        suffix = f".{zone.id.name}".lower()
        if name.lower().endswith(suffix):
            record = world.store.get(zone.id.child("A", name[: -len(suffix)]).key)
            return next(iter(addresses_of(record)), None) if record is not None else None
    return _forward(world, network_key, name, forwards)


def _forward(world: World, network_key: str, name: str, forwards: int) -> str | None:
    """What the servers say that the network's ruleset names for the longest fitting domain."""
    fitting = [
        rule
        for rule in _rules(world, network_key)
        if rule.properties.get("forwardingRuleState") == "Enabled"
        and f".{name.lower()}.".endswith(f".{rule.properties['domainName'].lower().lstrip('.')}")
    ]
    if not fitting or not forwards:
        return None
    rule = max(fitting, key=lambda each: len(each.properties["domainName"]))
    for target in rule.properties["targetDnsServers"]:
        there = _behind(world, network_key, str(target["ipAddress"]))
        if there is not None:
            return _ask(world, there, name, forwards - 1)
    return None


def _rules(world: World, network_key: str) -> list[Resource]:
    """The rules of the ruleset that a network is linked to."""
    for reference in world.store.references_to(network_key):
        link, owner = world.store.get(reference.owner), parse_id(reference.owner)
        if link is None or owner is None or owner.parent is None or link.state != "Succeeded":
            continue
        if owner.parent.type.lower() == RULESET.lower():
            return list(world.store.in_collection(f"{owner.parent}/forwardingRules"))
    return []


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
