"""The hub network with its five subnets, or those of them that it needs in one that is there.

In a network of ours the subnets are part of its body. In an existing one each is a resource of its
own, and the network itself is never written: a PUT of it would be an answer for all of it.
"""

from typing import TYPE_CHECKING, ClassVar

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.ids import Ids
from shared.resources.network_security_groups import (
    BastionSecurityGroup,
    DatabaseSecurityGroup,
    GatewaySecurityGroup,
    ManagementSecurityGroup,
    NetworkSecurityGroup,
)
from shared.resources.route_table import DatabaseRouteTable
from shared.resources.sdk_calls import OperationGroup
from shared.resources.timing import Timing, minutes, seconds

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients

MANAGEMENT_SUBNET = "ManagementSubnet"
INSIDE = ("applicationGatewayIPConfigurations", "ipConfigurationProfiles", "ipConfigurations")
"""What lies in a subnet, which Azure lists there although definitions call some of it writable."""
ATTACHED = ("natGateway", "routeTable")  # to subnets, where the spec asks for it
RESOLVERS = "Microsoft.Network/dnsResolvers"
DELEGATED_TO = "Microsoft.DBforPostgreSQL/flexibleServers"


class Subnet(Resource):
    """Base of the subnets; a network takes one write at a time, whichever subnet it is of."""

    arm_type = "Microsoft.Network/virtualNetworks/subnets"
    verbs = (*Resource.verbs, "join/action")
    free = "https://azure.microsoft.com/pricing/details/virtual-network"
    # 3-10 s (recorded by azure-cli, 2026)
    timing = Timing(create=seconds(5), delete=seconds(10), timeout=minutes(30))
    taggable = False
    paths = Rules(tuple(Path(at=f"properties.{name}", shown=True) for name in INSIDE))
    field: ClassVar[str]  # of network.subnets
    inside: ClassVar[str]  # its name in a network of ours
    group: ClassVar[type[NetworkSecurityGroup] | None] = None

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.existing.virtual_network is not None and self.field in spec.prefixes

    def name(self, spec: DeploymentSpec) -> str:
        """In a network of others its name says whose it is, unless Azure demands another."""
        if self.name_fixed or spec.existing.virtual_network is None:
            return self.inside
        return f"snet-{self.field.replace('_', '-')}-{spec.name}"

    def parent_id(self, spec: DeploymentSpec) -> str:
        return HubVirtualNetwork().id(spec)

    def lock(self, resource_id: str) -> str:
        return super().lock(resource_id.rpartition("/subnets/")[0])

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        prefix: str = getattr(spec.network.subnets, self.field)
        properties: Json = {"addressPrefix": prefix, "defaultOutboundAccess": False}
        if self.group:
            properties["networkSecurityGroup"] = {"id": ids[self.group]}
        return {"properties": properties}

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.network.subnets


class GatewaySubnet(Subnet):
    """That of the ExpressRoute gateway, which forbids groups and route tables in it."""

    key = "subnet-gateway"
    field = "gateway"
    inside = "GatewaySubnet"
    name_fixed = True


class GatewayInstancesSubnet(Subnet):
    """That of the Application Gateway, which nothing else may lie in."""

    key = "subnet-application-gateway"
    field = "application_gateway"
    inside = "ApplicationGatewaySubnet"
    group = GatewaySecurityGroup
    depends_on = (GatewaySecurityGroup,)

    def succeeding(self, desired: Json, before: Json, observed: Json) -> Json:
        return _attached_no_more(desired, before)


class DatabaseSubnet(Subnet):
    """That of the server, delegated to it."""

    key = "subnet-database"
    field = "database"
    inside = "DatabaseSubnet"
    group = DatabaseSecurityGroup
    depends_on = (DatabaseSecurityGroup, DatabaseRouteTable)
    # it stays in use for minutes, at times an hour, after its server is gone
    # (terraform-provider-azurerm issues)
    timing = Timing(create=seconds(5), delete=seconds(10), timeout=minutes(90))

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        body = super().body(spec, ids)
        body["properties"] |= {
            "routeTable": {"id": ids[DatabaseRouteTable]},
            "serviceEndpoints": [{"service": "Microsoft.Storage"}],
            "delegations": [{"name": "postgresql", "properties": {"serviceName": DELEGATED_TO}}],
        }
        return body


class ManagementSubnet(Subnet):
    """That of the jump box."""

    key = "subnet-management"
    field = "management"
    inside = MANAGEMENT_SUBNET
    group = ManagementSecurityGroup
    depends_on = (ManagementSecurityGroup,)

    def succeeding(self, desired: Json, before: Json, observed: Json) -> Json:
        return _attached_no_more(desired, before)


class BastionSubnet(Subnet):
    """That of Bastion."""

    key = "subnet-bastion"
    field = "bastion"
    inside = "AzureBastionSubnet"
    name_fixed = True
    group = BastionSecurityGroup
    depends_on = (BastionSecurityGroup,)


class ResolverSubnet(Subnet):
    """That of the DNS resolver's endpoint, delegated to it."""

    key = "subnet-resolver"
    field = "resolver"
    inside = "DnsResolverSubnet"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        body = super().body(spec, ids)
        service = {"serviceName": RESOLVERS}
        body["properties"]["delegations"] = [{"name": "resolver", "properties": service}]
        return body


SUBNETS = (
    GatewaySubnet(),
    GatewayInstancesSubnet(),
    DatabaseSubnet(),
    ManagementSubnet(),
    BastionSubnet(),
    ResolverSubnet(),
)


class HubVirtualNetwork(Resource):
    """One PUT makes the network, every subnet and what is attached to them: one lock, one wait.

    A PUT that leaves out a subnet asks to delete it, so an update lays ours over what is there.
    GatewaySubnet carries neither group nor route table: ExpressRoute forbids them.

    Departs from the recipe: the database subnet is delegated, Bastion has a subnet, every subnet
    but the gateway's has a security group, and none reaches the Internet by default.
    """

    key = "virtual-network"
    name_rule = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}[A-Za-z0-9_]"
    arm_type = "Microsoft.Network/virtualNetworks"
    verbs = (*Resource.verbs, "join/action", "peer/action", "subnets/join/action")
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
    paths = Rules(
        tuple(Path(at=f"properties.subnets.properties.{name}", shown=True) for name in INSIDE)
    )

    def name(self, spec: DeploymentSpec) -> str:
        return f"vnet-hub-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        wanted = [s for s in SUBNETS if s.field in spec.prefixes]
        subnets = [{"name": s.named(spec), **s.body(spec, ids)} for s in wanted]
        space = {"addressPrefixes": list(spec.network.address_space)}
        properties: Json = {"addressSpace": space, "subnets": subnets}
        if spec.hub and spec.hub.name_servers:
            properties["dhcpOptions"] = {"dnsServers": list(spec.hub.name_servers)}
        return {"location": spec.location, "properties": properties}

    def succeeding(self, desired: Json, before: Json, observed: Json) -> Json:
        """What the spec has dropped is taken off its subnet; what others put there stays."""
        had = {subnet["name"]: subnet for subnet in before["properties"]["subnets"]}
        body = super().succeeding(desired, before, observed)
        subnets = [
            _attached_no_more(subnet, had.get(subnet["name"], subnet))
            for subnet in body["properties"]["subnets"]
        ]
        return {**body, "properties": {**body["properties"], "subnets": subnets}}

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.network.virtual_networks


def _attached_no_more(subnet: Json, before: Json) -> Json:
    """A subnet, which says of what was attached to it and is not any more that it is absent."""
    gone = {name: None for name in ATTACHED if name in before["properties"]}
    return {**subnet, "properties": {**gone, **subnet["properties"]}}
