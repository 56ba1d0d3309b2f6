"""Quotas of the network, what is there that would be in the way, and what the region offers."""

from collections import Counter
from collections.abc import Iterable, Iterator

from azure.core.exceptions import ResourceNotFoundError

from shared.cloud.preflight.findings import Finding, Subject, folded, plain, refused, warned
from shared.deployment.messages import Json
from shared.deployment.spec import DeploymentSpec
from shared.resources.base import Resource, path_of

SKUS_VERSION = "2021-07-01"
NETWORK = "virtual-network"
ER_GATEWAY = "express-route-gateway"
ZONE = "private-dns-zone"


def check_network_quota(subject: Subject) -> Iterable[Finding]:
    """Room for the new resources."""
    usages = plain(subject.clients.network.usages.list(subject.spec.location))
    return judge_network_quota(subject.new, usages)


def judge_network_quota(new: Iterable[Resource], usages: list[Json]) -> Iterator[Finding]:
    """Quotas that the new resources would exceed; they are named like the ARM types."""
    needed = Counter(r.arm_type.rpartition("/")[2].casefold() for r in new)
    needed["standardskupublicipaddresses"] = needed["publicipaddresses"]
    for usage in usages:
        name, used, limit = usage["name"]["value"], usage["currentValue"], usage["limit"]
        more = needed[name.casefold()]
        if more and used + more > limit:
            yield refused(
                "QuotaExceeded",
                "location",
                f"{name}: {used} of {limit} are used and {more} more needed: ask for a higher "
                "quota, or remove some",
            )


def check_existing_gateway(subject: Subject) -> Iterable[Finding]:
    """ExpressRoute gateways in the group that the network lies in."""
    try:
        gateways = plain(subject.clients.network.virtual_network_gateways.list(subject.spec.group))
    except ResourceNotFoundError:  # the group
        return ()
    return judge_existing_gateway(gateways, subject.id(NETWORK), subject.id(ER_GATEWAY))


def judge_existing_gateway(gateways: list[Json], network: str, ours: str) -> Iterator[Finding]:
    """A network takes one ExpressRoute gateway.

    https://learn.microsoft.com/azure/expressroute/expressroute-about-virtual-network-gateways
    """
    for gateway in gateways:
        properties = gateway["properties"]
        subnets = [
            configuration["properties"].get("subnet", {}).get("id", "")
            for configuration in properties.get("ipConfigurations") or []
        ]
        inside = any(s.casefold().startswith(f"{network}/".casefold()) for s in subnets)
        foreign = gateway["id"].casefold() != ours.casefold()
        if properties.get("gatewayType") == "ExpressRoute" and inside and foreign:
            yield refused(
                "GatewayExists",
                "expressRoute",
                f"{gateway['id']} is an ExpressRoute gateway in the same network, which takes "
                "only one: remove it, or choose another name for the deployment",
            )


def check_private_zones(subject: Subject) -> Iterator[Finding]:
    """Zones that the network is linked to already, and the customer's own zone."""
    clients = subject.clients.private_dns
    links: dict[str, list[Json]] = {}
    for zone in plain(clients.private_zones.list()):
        if overlap(zone["name"], subject.spec.zone_name):
            found = clients.virtual_network_links.list(*path_of(zone["id"]))
            links[zone["id"]] = plain(found)
    yield from judge_private_zones(links, subject.id(NETWORK), subject.id(ZONE))
    alias = subject.spec.gateway.alias
    if alias:
        zones = subject.clients_of(alias.zone_id).private_dns.private_zones
        try:
            zones.get(*path_of(alias.zone_id))
        except ResourceNotFoundError:
            text = f"there is no zone {alias.zone_id}: create it, or leave the alias out"
            yield refused("ZoneNotFound", "gateway.alias.zoneId", text)


def overlap(one: str, other: str) -> bool:
    """Whether one zone lies in the other."""
    shorter, longer = sorted((f".{one}".casefold(), f".{other}".casefold()), key=len)
    return longer.endswith(shorter)


def judge_private_zones(links: dict[str, list[Json]], network: str, ours: str) -> Iterator[Finding]:
    """A network takes one zone of overlapping names.

    https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links
    """
    for zone, linked in links.items():
        to = {link["properties"]["virtualNetwork"]["id"].casefold() for link in linked}
        if network.casefold() in to and zone.casefold() != ours.casefold():
            yield refused(
                "ZoneOverlap",
                "postgres.privateDnsZone",
                f"the network is linked to {zone}, whose name overlaps: remove that link, or "
                "choose another zone",
            )


def check_waf_rules(subject: Subject) -> Iterable[Finding]:
    """The rule sets of the WAF policy."""
    policies = [r for r in subject.wanted if r.key == "waf-policy"]
    if not policies:
        return ()
    offered = subject.clients.network.application_gateways.list_available_waf_rule_sets().as_dict()
    body = policies[0].tagged_body(subject.spec)
    return judge_waf_rules(body["properties"]["managedRules"]["managedRuleSets"], offered["value"])


def judge_waf_rules(wanted: list[Json], offered: list[Json]) -> Iterator[Finding]:
    """Rule sets that Azure does not offer."""
    known = {
        (each["properties"]["ruleSetType"], each["properties"]["ruleSetVersion"])
        for each in offered
    }
    for rules in wanted:
        pair = (rules["ruleSetType"], rules["ruleSetVersion"])
        if pair not in known:
            names = ", ".join(" ".join(each) for each in sorted(known))
            text = f"the rule set {' '.join(pair)} is not among those that are listed: {names}"
            yield warned("RuleSetNotListed", "gateway.sku", text)


def check_virtual_machine_size(subject: Subject) -> Iterable[Finding]:
    """The size of the jump box."""
    if not subject.spec.jump_box.enabled or subject.has("jump-box"):
        return ()
    location = subject.spec.location
    skus = subject.read(
        f"{subject.subscription}/providers/Microsoft.Compute/skus?api-version={SKUS_VERSION}"
        f"&$filter=location%20eq%20'{location}'"
    )["value"]
    return judge_virtual_machine_size(subject.spec, skus)


def judge_virtual_machine_size(spec: DeploymentSpec, skus: list[Json]) -> Iterator[Finding]:
    """A size that the region lacks, or that the subscription may not use there.

    A restriction of type Zone is harmless, as the jump box names no zone.
    https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-sku-not-available
    """
    usable = {}
    for sku in skus:
        here = folded(spec.location) in map(folded, sku.get("locations") or [spec.location])
        if sku.get("resourceType") == "virtualMachines" and here:
            kinds = {r.get("type") for r in sku.get("restrictions") or []}
            usable[sku["name"]] = "Location" not in kinds
    if usable.get(spec.jump_box.size):
        return
    small = [name for name, good in usable.items() if good and name.startswith("Standard_B")]
    yield refused(
        "SkuNotAvailable",
        "jumpBox.size",
        f"{spec.jump_box.size} cannot be had in {spec.location}: take one of "
        f"{', '.join(sorted(small)[:5]) or 'the sizes that az vm list-skus shows'}",
    )
