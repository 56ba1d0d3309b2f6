"""A name of the customer's own for the way through the gateway."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Json
from shared.deployment.specs.access import Alias
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.application_gateway import ApplicationGateway
from shared.resources.by_id import ResourceById
from shared.resources.ids import Ids
from shared.resources.timing import Timing, minutes, seconds

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients


class GatewayAlias(ResourceById):
    """An A record in a private zone of the customer, which may lie in another subscription."""

    key = "gateway-alias"
    arm_type = "Microsoft.Network/privateDnsZones/A"
    free = "https://azure.microsoft.com/pricing/details/dns"  # zones and queries have prices
    api_version = "2024-06-01"
    depends_on = (ApplicationGateway,)
    # synchronous, under a second (recorded by azure-cli, 2026)
    timing: ClassVar[Timing] = Timing(create=seconds(1), delete=seconds(1), timeout=minutes(15))
    taggable = False
    named_by = "gateway.alias.recordName"
    paths = Rules(
        tuple(Path(at=f"properties.{name}", shown=True) for name in ("fqdn", "isAutoRegistered"))
    )

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.proxied and spec.gateway.alias is not None

    def name(self, spec: DeploymentSpec) -> str:
        return _alias(spec).record_name

    def taker(self, clients: "AzureClients") -> Callable[..., Any]:
        return clients.private_dns.record_sets.create_or_update

    def parent_id(self, spec: DeploymentSpec) -> str:
        return _alias(spec).zone_id

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        records = [{"ipv4Address": spec.gateway.private_address}]
        return {"properties": {"ttl": 300, "aRecords": records}}


def _alias(spec: DeploymentSpec) -> Alias:
    if spec.gateway.alias is None:
        raise ValueError(f"{spec.name} asks for no alias: check wanted() first")
    return spec.gateway.alias
