"""The public addresses of Application Gateway and of Bastion; the ExpressRoute gateway has none.

They are zone-redundant where the region has zones.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.ids import Ids
from shared.resources.prices import Meter, hourly
from shared.resources.sdk_calls import OperationGroup
from shared.resources.timing import Timing, minutes, seconds

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients


class PublicIp(Resource):
    """Base of both: a static Standard address. Basic ones are retired since September 2025.

    Azure may add ipTags of its own (FirstPartyUsage) and shuffles the zones: neither is compared.
    """

    arm_type = "Microsoft.Network/publicIPAddresses"
    verbs = (*Resource.verbs, "join/action")
    # 1-5 s (recorded by azure-cli, 2026); deletion waits for the former owner to let go
    timing = Timing(create=seconds(5), delete=seconds(10), timeout=minutes(30))
    paths = Rules(
        (
            Path(at="sku", fixed=True),
            Path(at="zones", fixed=True),
            Path(at="properties.publicIPAllocationMethod", fixed=True),
            Path(at="properties.publicIPAddressVersion", fixed=True),
            Path(at="properties.natGateway", shown=True),  # whose address it is
        )
    )

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        body: Json = {
            "location": spec.location,
            "sku": {"name": "Standard"},
            "properties": {
                "publicIPAllocationMethod": "Static",
                "publicIPAddressVersion": "IPv4",
                "idleTimeoutInMinutes": 30,
            },
        }
        return body | ({"zones": list(spec.zones)} if spec.zones else {})

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.network.public_ip_addresses

    def meters(self, body: Json) -> Iterable[Meter]:
        yield hourly("public address")


class GatewayPublicIp(PublicIp):
    """Which an Application Gateway v2 must have, although no listener of ours uses it."""

    key = "public-ip-gateway"

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.proxied

    def name(self, spec: DeploymentSpec) -> str:
        return f"pip-appgw-db-{spec.name}"


class BastionPublicIp(PublicIp):
    """The only public door, to Bastion's own HTTPS endpoint."""

    key = "public-ip-bastion"

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.bastioned

    def name(self, spec: DeploymentSpec) -> str:
        return f"pip-bastion-{spec.name}"
