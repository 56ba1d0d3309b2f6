"""The network of a second region, peered with the first one, and its link to the private zone.

Replication goes from server to server over this peering: Global Reach joins the sites of two
circuits, and carries none of it.
https://learn.microsoft.com/azure/postgresql/read-replica/concepts-read-replicas-geo
"""

from typing import TYPE_CHECKING, ClassVar

from shared.deployment.messages import Json
from shared.deployment.specs.second_region import SecondRegion
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.ids import Ids
from shared.resources.network_security_groups import (
    DENY_INBOUND,
    PGBOUNCER,
    POSTGRESQL,
    NetworkSecurityGroup,
    rule,
)
from shared.resources.peering import Peering
from shared.resources.private_dns import PrivateDnsLink, PrivateDnsZone
from shared.resources.sdk_calls import OperationGroup
from shared.resources.virtual_network import DELEGATED_TO, HubVirtualNetwork

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients

SUBNET = "DatabaseSubnet"


class SecondSecurityGroup(NetworkSecurityGroup):
    """Lets on-premises and the first region reach the replica, and the replica that server."""

    key = "nsg-database-second"

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.second_region is not None

    def name(self, spec: DeploymentSpec) -> str:
        return f"nsg-database-second-{spec.name}"

    def rules(self, spec: DeploymentSpec) -> list[Json]:
        there = second(spec)
        first, here = list(spec.network.address_space), there.database_subnet
        ports = [str(POSTGRESQL), *([str(PGBOUNCER)] if spec.pooled else [])]
        storage = f"Storage.{there.location}"
        rules = [
            rule("AllowFirstRegion", 1000, source=first, ports=ports),
            rule("AllowOnPremises", 1100, source=list(spec.on_premises.prefixes), ports=ports),
            rule("AllowDatabaseToDatabase", 1200, source=here, ports=[str(POSTGRESQL)]),
            DENY_INBOUND,
            rule("AllowToFirstRegion", 1000, direction="Outbound", to=first, ports=ports),
            rule("AllowDatabaseToStorage", 1010, direction="Outbound", to=storage, ports=["443"]),
        ]
        if spec.postgres.entra:
            to, name = "AzureActiveDirectory", "AllowDatabaseToEntra"
            rules.append(rule(name, 1020, direction="Outbound", to=to, ports=["443"]))
        return rules

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        return {**super().body(spec, ids), "location": second(spec).location}


class SecondVirtualNetwork(Resource):
    """The network of the replica, with one subnet."""

    key = "virtual-network-second"
    arm_type = HubVirtualNetwork.arm_type
    name_rule = HubVirtualNetwork.name_rule
    verbs = HubVirtualNetwork.verbs
    free = HubVirtualNetwork.free
    depends_on: ClassVar[tuple[type[Resource], ...]] = (SecondSecurityGroup,)
    timing = HubVirtualNetwork.timing

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.second_region is not None

    def name(self, spec: DeploymentSpec) -> str:
        return f"vnet-second-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        subnet = {
            "addressPrefix": second(spec).database_subnet,
            "defaultOutboundAccess": False,
            "networkSecurityGroup": {"id": ids[SecondSecurityGroup]},
            "serviceEndpoints": [{"service": "Microsoft.Storage"}],
            "delegations": [{"name": "postgresql", "properties": {"serviceName": DELEGATED_TO}}],
        }
        properties = {
            "addressSpace": {"addressPrefixes": list(second(spec).address_space)},
            "subnets": [{"name": SUBNET, "properties": subnet}],
        }
        return {"location": second(spec).location, "properties": properties}

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.network.virtual_networks


class RegionPeering(Peering):
    """Base of the two sides of the global peering; each waits for both networks."""

    depends_on: ClassVar[tuple[type[Resource], ...]] = (HubVirtualNetwork, SecondVirtualNetwork)

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.second_region is not None

    def locks(self, spec: DeploymentSpec) -> tuple[str, ...]:
        networks = (HubVirtualNetwork(), SecondVirtualNetwork())
        return tuple(network.id(spec).casefold() for network in networks)


class PeeringToSecond(RegionPeering):
    """The first region's side."""

    key = "peering-to-second"

    def name(self, spec: DeploymentSpec) -> str:
        return f"peer-to-second-{spec.name}"

    def parent_id(self, spec: DeploymentSpec) -> str:
        return HubVirtualNetwork().id(spec)

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        return _side(ids[SecondVirtualNetwork])


class PeeringToFirst(RegionPeering):
    """The second region's side."""

    key = "peering-to-first"
    depends_on: ClassVar[tuple[type[Resource], ...]] = (
        HubVirtualNetwork,
        SecondVirtualNetwork,
        PeeringToSecond,
    )

    def name(self, spec: DeploymentSpec) -> str:
        return f"peer-to-first-{spec.name}"

    def parent_id(self, spec: DeploymentSpec) -> str:
        return SecondVirtualNetwork().id(spec)

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        return _side(ids[HubVirtualNetwork])


class SecondPrivateDnsLink(PrivateDnsLink):
    """Lets the second network find both servers: they share the zone."""

    key = "private-dns-link-second"
    depends_on: ClassVar[tuple[type[Resource], ...]] = (PrivateDnsZone, SecondVirtualNetwork)

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.second_region is not None

    def name(self, spec: DeploymentSpec) -> str:
        return f"link-vnet-second-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        network = {"id": ids[SecondVirtualNetwork]}
        properties = {"virtualNetwork": network, "registrationEnabled": False}
        return {"location": "global", "properties": properties}

    def departures(self, spec: DeploymentSpec) -> tuple[()]:
        return ()


def second(spec: DeploymentSpec) -> SecondRegion:
    """The second region of a deployment.

    Raises:
        ValueError: it has none.
    """
    if spec.second_region is None:
        raise ValueError(f"{spec.name} has one region: check wanted() first")
    return spec.second_region


def _side(remote: str) -> Json:
    properties = {
        "remoteVirtualNetwork": {"id": remote},
        "allowVirtualNetworkAccess": True,
        "allowForwardedTraffic": True,
        "allowGatewayTransit": False,
        "useRemoteGateways": False,
    }
    return {"properties": properties}
