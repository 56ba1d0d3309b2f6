"""The hub network with its five subnets."""

from typing import TYPE_CHECKING

from shared.deployment.messages import Json
from shared.deployment.spec import DeploymentSpec
from shared.resources.base import Ids, Resource, Timing, minutes, seconds
from shared.resources.network_security_groups import (
    BastionSecurityGroup,
    DatabaseSecurityGroup,
    GatewaySecurityGroup,
    ManagementSecurityGroup,
)
from shared.resources.route_table import DatabaseRouteTable
from shared.resources.sdk_calls import OperationGroup

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients

GATEWAY_SUBNET = "GatewaySubnet"  # the name is Azure's
BASTION_SUBNET = "AzureBastionSubnet"  # the name is Azure's
GATEWAY_INSTANCES = "ApplicationGatewaySubnet"
DATABASE_SUBNET = "DatabaseSubnet"
MANAGEMENT_SUBNET = "ManagementSubnet"
DELEGATED_TO = "Microsoft.DBforPostgreSQL/flexibleServers"


class HubVirtualNetwork(Resource):
    """One PUT makes the network, every subnet and what is attached to them: one lock, one wait.

    A PUT that leaves out a subnet asks to delete it, so an update lays ours over what is there.
    GatewaySubnet carries neither group nor route table: ExpressRoute forbids them.

    Departs from the recipe: the database subnet is delegated, Bastion has a subnet, every subnet
    but the gateway's has a security group, and none reaches the Internet by default.
    """

    key = "virtual-network"
    arm_type = "Microsoft.Network/virtualNetworks"
    verbs = (*Resource.verbs, "join/action", "subnets/join/action")
    free = "https://azure.microsoft.com/pricing/details/virtual-network"
    depends_on = (
        DatabaseSecurityGroup,
        GatewaySecurityGroup,
        ManagementSecurityGroup,
        BastionSecurityGroup,
        DatabaseRouteTable,
    )
    # create 3-15 s, delete 10-30 s (recorded by azure-cli, 2026); the database subnet stays in use
    # for minutes, at times an hour, after its server is gone (terraform-provider-azurerm issues)
    timing = Timing(create=seconds(12), delete=seconds(20), timeout=minutes(90))

    def name(self, spec: DeploymentSpec) -> str:
        return f"vnet-hub-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        prefixes = spec.network.subnets
        database = _subnet(DATABASE_SUBNET, prefixes.database, ids[DatabaseSecurityGroup])
        database["properties"] |= {
            "routeTable": {"id": ids[DatabaseRouteTable]},
            "serviceEndpoints": [{"service": "Microsoft.Storage"}],
            "delegations": [{"name": "postgresql", "properties": {"serviceName": DELEGATED_TO}}],
        }
        subnets = [
            _subnet(GATEWAY_SUBNET, prefixes.gateway),
            _subnet(GATEWAY_INSTANCES, prefixes.application_gateway, ids[GatewaySecurityGroup]),
            database,
            _subnet(MANAGEMENT_SUBNET, prefixes.management, ids[ManagementSecurityGroup]),
            _subnet(BASTION_SUBNET, prefixes.bastion, ids[BastionSecurityGroup]),
        ]
        space = {"addressPrefixes": list(spec.network.address_space)}
        properties = {"addressSpace": space, "subnets": subnets}
        return {"location": spec.location, "properties": properties}

    def succeeding(self, desired: Json, before: Json, observed: Json) -> Json:
        """A way out that the spec has dropped is taken off its subnet; those of others stay."""
        led_out = {s["name"] for s in before["properties"]["subnets"] if _leads_out(s)}
        body = super().succeeding(desired, before, observed)
        subnets = [
            {**subnet, "properties": {"natGateway": None, **subnet["properties"]}}
            if subnet["name"] in led_out
            else subnet
            for subnet in body["properties"]["subnets"]
        ]
        return {**body, "properties": {**body["properties"], "subnets": subnets}}

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.network.virtual_networks


def _leads_out(subnet: Json) -> bool:
    return "natGateway" in subnet["properties"]


def _subnet(name: str, prefix: str, group_id: str | None = None) -> Json:
    properties: Json = {"addressPrefix": prefix, "defaultOutboundAccess": False}
    if group_id:
        properties["networkSecurityGroup"] = {"id": group_id}
    return {"name": name, "properties": properties}
