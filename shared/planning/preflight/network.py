"""Quotas of the network, what is there that would be in the way, and what the region offers."""

from collections import Counter
from collections.abc import Iterable, Iterator

from azure.core.exceptions import ResourceNotFoundError

from shared.deployment.messages import Json
from shared.planning.preflight.findings import Finding, Subject, plain, refused, warned
from shared.resources.base import Resource
from shared.resources.sdk_calls import path_of
from shared.settings import PUBLIC_ARM

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
    """ExpressRoute gateways in the group that the network lies in; a new network has none."""
    network = subject.id(NETWORK)
    if subject.creates(NETWORK) or not subject.makes(ER_GATEWAY):
        return ()
    listed = subject.clients_of(network).network.virtual_network_gateways
    try:
        gateways = plain(listed.list(path_of(network)[0]))
    except ResourceNotFoundError:  # the group
        return ()
    return judge_existing_gateway(gateways, network, subject.id(ER_GATEWAY))


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
    """Zones that the network is linked to already, and the customer's own zone.

    A new network is linked to none: with the one before it its links went.
    https://learn.microsoft.com/azure/dns/private-dns-faq
    """
    if not subject.creates(NETWORK):
        links = dict(_overlapping_links(subject))
        yield from judge_private_zones(links, subject.id(NETWORK), subject.id(ZONE))
    alias = subject.spec.gateway.alias
    if alias:
        zones = subject.clients_of(alias.zone_id).private_dns.private_zones
        try:
            zones.get(*path_of(alias.zone_id))
        except ResourceNotFoundError:
            text = f"there is no zone {alias.zone_id}: create it, or leave the alias out"
            yield refused("ZoneNotFound", "gateway.alias.zoneId", text)


def _overlapping_links(subject: Subject) -> Iterator[tuple[str, list[Json]]]:
    """The links of every zone whose name overlaps that of the server's, by the zone's id."""
    clients = subject.clients.private_dns
    for zone in plain(clients.private_zones.list()):
        if overlap(zone["name"], subject.spec.zone_name):
            yield zone["id"], plain(clients.virtual_network_links.list(*path_of(zone["id"])))


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


def check_gateway_options(subject: Subject) -> Iterator[Finding]:
    """The TLS policy of the gateway, and the rule sets of its WAF policy.

    We name both, and the public cloud offers what we name; other clouds get it later.
    """
    if subject.clients.settings.arm_audience == PUBLIC_ARM:
        return
    spec, gateways = subject.spec, subject.clients.network.application_gateways
    wanted = {resource.key: resource for resource in subject.wanted}
    if gateway := wanted.get("application-gateway"):
        policy = gateway.tagged_body(spec)["properties"]["sslPolicy"]["policyName"]
        yield from judge_tls_policy(policy, gateways.list_available_ssl_options().as_dict())
    if waf := wanted.get("waf-policy"):
        rules = waf.tagged_body(spec)["properties"]["managedRules"]["managedRuleSets"]
        offered = gateways.list_available_waf_rule_sets().as_dict()["value"]
        yield from judge_waf_rules(rules, offered)


def judge_tls_policy(wanted: str, offered: Json) -> Iterator[Finding]:
    """A predefined policy that this cloud does not have (yet)."""
    listed = offered["properties"].get("predefinedPolicies") or []
    names = [policy["id"].rpartition("/")[2] for policy in listed]
    if wanted not in names:
        text = f"the TLS policy {wanted} is not among those that are listed: {', '.join(names)}"
        yield warned("TlsPolicyNotListed", "gateway", text)


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
