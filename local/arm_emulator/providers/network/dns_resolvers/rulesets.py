"""DNS forwarding rulesets: whom a network asks for which names, through an outbound endpoint.

https://learn.microsoft.com/azure/dns/private-resolver-endpoints-rulesets
"""

from typing import ClassVar

from local.arm_emulator.providers.network.dns_resolvers.resolvers import (
    OVERVIEW,
    ResolverType,
    check_region,
)
from local.arm_emulator.types.bounds import LEARN, Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing, Where
from local.arm_emulator.wire.messages import ArmError
from local.arm_emulator.wire.resource_ids import ResourceId

LIMITS = (
    f"{LEARN}azure/azure-resource-manager/management/azure-subscription-service-limits"
    "#azure-dns-limits"
)
AZURE_DNS = "168.63.129.16"
MOST_ENDPOINTS, MOST_RULESETS, MOST_SERVERS = 2, 2, 6
DOMAIN = r"\.|([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.){1,34}"
ADDRESS = r"(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}"


class ForwardingRulesets(ResolverType):
    """Rulesets, each behind one or two outbound endpoints."""

    type = "Microsoft.Network/dnsForwardingRulesets"

    def check(self, change: Change) -> None:
        """So many endpoints to a ruleset, and rulesets to an endpoint, all in one region."""
        ends = [each["id"] for each in change.properties["dnsResolverOutboundEndpoints"]]
        if not 1 <= len(ends) <= MOST_ENDPOINTS:
            raise self.refuse(change, f"a ruleset has 1 to {MOST_ENDPOINTS} outbound endpoints.")
        for end in ends:
            check_region(self, change, end.lower())
            users = {each.owner for each in self.world.store.references_to(end)} - {change.id.key}
            if len(users) >= MOST_RULESETS:
                raise self.refuse(change, f"{end} has {len(users)} rulesets, as many as it may.")


class RuleType(ResolverType):
    """What belongs to a ruleset, and is told without a region."""

    location: ClassVar[Where] = "none"
    has_guid = False

    def not_found(self, target: ResourceId) -> ArmError:
        """The provider's own 404 (recorded in azure-service-operator)."""
        self.world.require_group(target.subscription, target.group)
        return ArmError(404, "NotFound", f"{target.types[-1]} not found in database: {target}.")


class ForwardingRules(RuleType):
    """Rules: who is asked for a domain. Written and deleted at once, as recorded."""

    type = "Microsoft.Network/dnsForwardingRulesets/forwardingRules"
    synchronous_put = True
    synchronous_patch = True
    synchronous_delete = True
    timing = Timing(0, 0, 0)
    bounds = (
        Bound("properties.domainName", OVERVIEW, pattern=DOMAIN),
        Bound("properties.targetDnsServers[].ipAddress", OVERVIEW, pattern=ADDRESS),
        Bound("properties.targetDnsServers[].port", OVERVIEW, 1, 65535),
        Bound("properties.forwardingRuleState", OVERVIEW, choices=("Enabled", "Disabled")),
    )
    bound_code = "resolver_code"

    def check(self, change: Change) -> None:
        """Up to six servers, Azure's own not among them; a domain has one rule for life."""
        super().check(change)
        servers = [each["ipAddress"] for each in change.properties["targetDnsServers"]]
        if not 1 <= len(servers) <= MOST_SERVERS or AZURE_DNS in servers:
            raise self.refuse(change, f"a rule has 1 to {MOST_SERVERS} servers, not {AZURE_DNS}.")
        domain = change.properties["domainName"].lower()
        if change.before("properties", "domainName") not in (None, change.properties["domainName"]):
            raise self.refuse(change, "the domain of a rule does not change.")
        for each in self.world.store.in_collection(change.id.collection):
            if each.key != change.id.key and each.properties["domainName"].lower() == domain:
                raise self.refuse(change, f"{each.id} is for {domain} already.")

    def fill(self, change: Change) -> None:
        """Enabled, at port 53."""
        super().fill(change)
        change.properties.setdefault("forwardingRuleState", "Enabled")
        for each in change.properties["targetDnsServers"]:
            each.setdefault("port", 53)


class RulesetLinks(RuleType):
    """Links to the networks that go by a ruleset."""

    type = "Microsoft.Network/dnsForwardingRulesets/virtualNetworkLinks"

    def check(self, change: Change) -> None:
        """A network in the ruleset's region goes by one ruleset."""
        super().check(change)
        assert change.id.parent is not None  # noqa: S101 - a link is below a ruleset
        ruleset = self.world.store.get(change.id.parent.key)
        assert ruleset is not None  # noqa: S101 - refused before
        network = change.properties["virtualNetwork"]["id"]
        there = self.world.store.get(network)
        if there is not None and there.body["location"] != ruleset.body["location"]:
            raise self.refuse(change, f"{network} is in {there.body['location']}, another region.")
        for each in self.world.store.of_type(change.id.subscription, self.type):
            same = each.properties["virtualNetwork"]["id"].lower() == network.lower()
            if same and each.key != change.id.key:
                raise self.refuse(change, f"{network} goes by another ruleset: {each.id}.")
