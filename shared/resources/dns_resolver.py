"""The DNS Private Resolver and its inbound endpoint, where the spec asks for them.

The private zone answers inside of linked networks only. Name servers on-premises forward the
server's name to the endpoint, whose address is the spec's, so that it is known beforehand.
https://learn.microsoft.com/azure/dns/dns-private-resolver-overview
"""

from collections.abc import Iterable

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Json
from shared.deployment.specs.dns import Resolver
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.by_id import ResourceById
from shared.resources.ids import Ids
from shared.resources.prices import Meter, hourly
from shared.resources.timing import Timing, minutes, seconds
from shared.resources.virtual_network import HubVirtualNetwork, ResolverSubnet


class DnsResolver(ResourceById):
    """Answers with what the hub network sees."""

    key = "dns-resolver"
    arm_type = "Microsoft.Network/dnsResolvers"
    api_version = "2022-07-01"
    depends_on = (HubVirtualNetwork, ResolverSubnet)
    free = "https://azure.microsoft.com/pricing/details/dns"  # its endpoints are not
    # 15-30 s either way (recorded in azure-service-operator)
    timing = Timing(create=seconds(30), delete=seconds(30), timeout=minutes(30))
    paths = Rules((Path(at="properties.virtualNetwork", fixed=True), Path(at="etag", shown=True)))

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.dns.resolver is not None

    def name(self, spec: DeploymentSpec) -> str:
        return f"dnspr-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        properties = {"virtualNetwork": {"id": ids[HubVirtualNetwork]}}
        return {"location": spec.location, "properties": properties}


class DnsInboundEndpoint(ResourceById):
    """Where name servers on-premises send what they are asked for."""

    key = "dns-inbound-endpoint"
    arm_type = "Microsoft.Network/dnsResolvers/inboundEndpoints"
    api_version = "2022-07-01"
    depends_on = (DnsResolver, ResolverSubnet, HubVirtualNetwork)
    # create 1-3 min (Learn: Quickstart of the resolver), delete likewise
    timing = Timing(create=minutes(2), delete=minutes(2), timeout=minutes(30))
    paths = Rules((Path(at="properties.ipConfigurations", fixed=True), Path(at="etag", shown=True)))

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.dns.resolver is not None

    def name(self, spec: DeploymentSpec) -> str:
        return "inbound"

    def parent_id(self, spec: DeploymentSpec) -> str:
        return DnsResolver().id(spec)

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        at = {
            "privateIpAllocationMethod": "Static",
            "privateIpAddress": (spec.dns.resolver or Resolver()).address,
            "subnet": {"id": ids[ResolverSubnet]},
        }
        return {"location": spec.location, "properties": {"ipConfigurations": [at]}}

    def meters(self, body: Json) -> Iterable[Meter]:
        yield hourly("DNS resolver endpoint")
