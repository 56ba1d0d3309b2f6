"""Whether what a spec says is there is there, and can be used as it is: it is never changed."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from azure.core.exceptions import ResourceNotFoundError
from pydantic.alias_generators import to_camel

from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.preflight.findings import Finding, Subject, folded, plain, refused
from shared.resources.catalogue import catalogue
from shared.resources.sdk_calls import path_of

LINK = "private-dns-link"


def check_existing(subject: Subject) -> Iterator[Finding]:
    """Everything in `existing`, one read each."""
    found: dict[str, Json] = {}
    for name, given in subject.spec.existing.model_dump(exclude_none=True).items():
        target = f"existing.{to_camel(name)}"
        resource = catalogue()[name.replace("_", "-")]
        try:
            found[name] = resource.read(subject.clients_of(given), given).json()
        except ResourceNotFoundError:
            text = f"there is no {given}: correct the id, or leave it out to have one made"
            yield refused("ExistingNotFound", target, text)
            continue
        if resource.state(found[name]) == "failed":
            text = f"{given} is in a failed state: have its owner repair it first"
            yield refused("ExistingNotReady", target, text)
    if subject.spec.hub:
        yield from _check_hub(subject, subject.spec.hub.virtual_network)
    if network := found.get("virtual_network"):
        yield from judge_network(subject.spec, network, _ours(subject))
    if gateway := found.get("express_route_gateway"):
        yield from judge_gateway(gateway, subject.id("virtual-network"))
    if connection := found.get("express_route_connection"):
        yield from judge_connection(connection, subject.id("express-route-gateway"))
    if zone := subject.spec.existing.private_dns_zone:
        yield from _judge_links(subject, zone)


def _ours(subject: Subject) -> set[str]:
    """Names of the subnets that the deployment makes, or has made."""
    return {
        resource.named(subject.spec).casefold()
        for resource in subject.wanted
        if resource.arm_type.endswith("/subnets")
    }


def judge_network(spec: DeploymentSpec, network: Json, ours: set[str]) -> Iterator[Finding]:
    """A network of another region, or without room for the subnets.

    https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-private
    """
    target, properties = "existing.virtualNetwork", network["properties"]
    if folded(network["location"]) != folded(spec.location):
        yield refused(
            "ExistingElsewhere",
            target,
            f"it lies in {network['location']}, and what is put into it has to as well: deploy "
            "there, or peer a network of this region with it (hub)",
        )
    space = _prefixes(properties.get("addressSpace") or {})
    taken = {
        subnet["name"]: prefix
        for subnet in properties.get("subnets") or []
        if subnet["name"].casefold() not in ours
        for prefix in _prefixes(subnet["properties"])
    }
    for field, wanted in spec.prefixes.items():
        subnet, path = IPv4Network(wanted), f"network.subnets.{to_camel(field)}"
        if not any(subnet.subnet_of(prefix) for prefix in space):
            inside = ", ".join(map(str, space))
            text = f"{subnet} lies outside {inside}, the address space of the network: move it"
            yield refused("SubnetOutsideExisting", path, text)
        for name, prefix in taken.items():
            if subnet.overlaps(prefix):
                text = f"{subnet} overlaps {prefix} of {name} in the network: choose a free range"
                yield refused("SubnetTaken", path, text)


def _check_hub(subject: Subject, hub: str) -> Iterator[Finding]:
    target = "hub.virtualNetwork"
    networks = subject.clients_of(hub).network.virtual_networks
    try:
        space = networks.get(*path_of(hub)).as_dict()["properties"]["addressSpace"]
    except ResourceNotFoundError:
        yield refused("HubNotFound", target, f"there is no network {hub}: correct the id")
        return
    yield from judge_hub(subject.spec, _prefixes(space))


def judge_hub(spec: DeploymentSpec, space: list[IPv4Network]) -> Iterator[Finding]:
    """Networks with addresses in common cannot be peered.

    https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering
    """
    ours = [IPv4Network(prefix) for prefix in spec.network.address_space]
    common = [str(prefix) for prefix in space if any(prefix.overlaps(one) for one in ours)]
    if common:
        text = f"it overlaps {', '.join(common)} of the hub, so they cannot be peered: move it"
        yield refused("HubOverlapsNetwork", "network.addressSpace", text)


def judge_gateway(gateway: Json, network: str) -> Iterator[Finding]:
    """Of another kind, or not of the network whose routes it should carry."""
    target, properties = "existing.expressRouteGateway", gateway["properties"]
    kind = properties.get("gatewayType")
    if kind != "ExpressRoute":
        text = f"it is a gateway of type {kind}: give the ExpressRoute gateway of the network"
        yield refused("ExistingOfAnotherKind", target, text)
    subnets = [
        ((each.get("properties") or {}).get("subnet") or {}).get("id", "").casefold()
        for each in properties.get("ipConfigurations") or []
    ]
    if subnets and not any(s.startswith(f"{network}/".casefold()) for s in subnets):
        text = f"it lies in another network than {network}: give that of this one"
        yield refused("ExistingOfAnotherKind", target, text)


def judge_connection(connection: Json, gateway: str) -> Iterator[Finding]:
    """Of another gateway."""
    end = (connection["properties"].get("virtualNetworkGateway1") or {}).get("id", "")
    if end.casefold() != gateway.casefold():
        text = f"it connects {end or 'another gateway'} and not {gateway}: give one of that"
        yield refused("ExistingOfAnotherKind", "existing.expressRouteConnection", text)


def _judge_links(subject: Subject, zone: str) -> Iterator[Finding]:
    """A network is linked to a zone once.

    https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links
    """
    network, ours = subject.id("virtual-network"), subject.id(LINK)
    if not subject.makes(LINK):
        return
    links = subject.clients_of(zone).private_dns.virtual_network_links
    for link in plain(links.list(*path_of(zone))):
        to = link["properties"]["virtualNetwork"]["id"]
        if to.casefold() == network.casefold() and link["id"].casefold() != ours.casefold():
            text = f"the network is linked to it already: give {link['id']} here"
            yield refused("ZoneLinkedAlready", "existing.privateDnsLink", text)


def _prefixes(part: Json) -> list[IPv4Network]:
    """One prefix or several; those of IPv6 are left out."""
    given = [part.get("addressPrefix"), *(part.get("addressPrefixes") or [])]
    return [IPv4Network(prefix) for prefix in given if prefix and ":" not in prefix]
