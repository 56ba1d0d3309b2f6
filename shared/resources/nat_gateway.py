"""The way out of the jump box: a NAT gateway with its public address, where the spec asks for it.

What a machine's agent has to tell (the outcome of a query, for one) goes to Azure's public
addresses, which a subnet without a way out does not reach. Nothing comes in by it.
https://learn.microsoft.com/azure/nat-gateway/nat-overview
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.ids import Ids
from shared.resources.prices import Meter, hourly
from shared.resources.public_ips import PublicIp
from shared.resources.sdk_calls import OperationGroup
from shared.resources.timing import Timing, minutes, seconds
from shared.resources.virtual_network import (
    MANAGEMENT_SUBNET,
    HubVirtualNetwork,
    ManagementSubnet,
)

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients


class NatPublicIp(PublicIp):
    """The address by which the jump box is seen from outside."""

    key = "public-ip-nat"

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.leads_out

    def name(self, spec: DeploymentSpec) -> str:
        return f"pip-nat-{spec.name}"


class NatGateway(Resource):
    """Serves the management subnet, in whose place in the hub network it writes itself."""

    key = "nat-gateway"
    arm_type = "Microsoft.Network/natGateways"
    depends_on = (NatPublicIp,)
    amends = (HubVirtualNetwork, ManagementSubnet)
    verbs = (*Resource.verbs, "join/action")
    # create and delete 10-15 s (recorded in azure-service-operator)
    timing = Timing(create=seconds(12), delete=seconds(15), timeout=minutes(30))
    paths = Rules(
        (
            Path(at="sku", fixed=True),
            Path(at="zones", fixed=True),
            # Shown in recordings; no definition takes them back.
            Path(at="sku.tier", shown=True),
            Path(at="properties.type", shown=True),
            Path(at="properties.scope", shown=True),
        )
    )

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.leads_out

    def name(self, spec: DeploymentSpec) -> str:
        return f"nat-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        properties = {
            "idleTimeoutInMinutes": 4,  # the default; all that goes out is short
            "publicIpAddresses": [{"id": ids[NatPublicIp]}],
        }
        return {"location": spec.location, "sku": {"name": "Standard"}, "properties": properties}

    def amend(self, other: type[Resource], body: Json, resource_id: str) -> None:
        subnets = [body] if other is ManagementSubnet else body["properties"]["subnets"]
        for subnet in subnets:
            if subnet.get("name", MANAGEMENT_SUBNET) == MANAGEMENT_SUBNET:
                subnet["properties"]["natGateway"] = {"id": resource_id}

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.network.nat_gateways

    def meters(self, body: Json) -> Iterable[Meter]:
        yield hourly("NAT gateway")
