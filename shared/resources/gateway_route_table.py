"""The way out of the Application Gateway where 0.0.0.0/0 is announced, if the spec asks for it.

With a public frontend it has to reach the Internet by itself; no other route of its subnet is
supported than this one. The subnet of the ExpressRoute gateway never has a table, nor Bastion's.
https://learn.microsoft.com/azure/application-gateway/configuration-infrastructure
"""

from typing import TYPE_CHECKING

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.ids import Ids
from shared.resources.route_table import EVERYTHING, INTERNET
from shared.resources.sdk_calls import OperationGroup
from shared.resources.timing import Timing, minutes, seconds
from shared.resources.virtual_network import GatewayInstancesSubnet, HubVirtualNetwork

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients


class GatewayRouteTable(Resource):
    """Leads everything that nothing else leads to the Internet."""

    key = "route-table-gateway"
    arm_type = "Microsoft.Network/routeTables"
    amends = (HubVirtualNetwork, GatewayInstancesSubnet)
    verbs = (*Resource.verbs, "join/action")
    free = "https://azure.microsoft.com/pricing/details/virtual-network"
    # 2-5 s (recorded by azure-cli, 2026)
    timing = Timing(create=seconds(5), delete=seconds(10), timeout=minutes(30))
    paths = Rules((Path(at="properties.routes", exact=True),))

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.proxied and spec.network.default_route == INTERNET

    def name(self, spec: DeploymentSpec) -> str:
        return f"rt-appgw-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        out = {"addressPrefix": EVERYTHING, "nextHopType": "Internet"}
        properties = {
            "disableBgpRoutePropagation": False,
            "routes": [{"name": "everything", "properties": out}],
        }
        return {"location": spec.location, "properties": properties}

    def amend(self, other: type[Resource], body: Json, resource_id: str) -> None:
        subnets = [body] if other is GatewayInstancesSubnet else body["properties"]["subnets"]
        for subnet in subnets:
            inside = GatewayInstancesSubnet.inside
            if subnet.get("name", inside) == inside:
                subnet["properties"]["routeTable"] = {"id": resource_id}

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.network.route_tables
