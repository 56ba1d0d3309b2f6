"""What each resource tells Azure Monitor: a diagnostic setting lies on what it is of.

A setting names groups of categories rather than categories, which differ by type and over time.
What is only used, and not made, has an owner of its own, and is left alone.
https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings
"""

from typing import ClassVar

from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.application_gateway import ApplicationGateway
from shared.resources.base import Ids, Resource, Timing, minutes, seconds
from shared.resources.bastion import BastionHost
from shared.resources.by_id import ResourceById
from shared.resources.express_route import ExpressRouteConnection, ExpressRouteGateway
from shared.resources.jump_box import JumpBox, JumpBoxNic
from shared.resources.nat_gateway import NatGateway, NatPublicIp
from shared.resources.network_security_groups import (
    BastionSecurityGroup,
    DatabaseSecurityGroup,
    GatewaySecurityGroup,
    ManagementSecurityGroup,
)
from shared.resources.postgres_server import PostgresServer
from shared.resources.private_dns import PrivateDnsZone
from shared.resources.public_ips import BastionPublicIp, GatewayPublicIp
from shared.resources.virtual_network import HubVirtualNetwork
from shared.resources.workspace import Workspace

# https://learn.microsoft.com/azure/azure-monitor/reference/logs-index
LOGS = [{"categoryGroup": "allLogs", "enabled": True}]
METRICS = [{"category": "AllMetrics", "enabled": True}]


class DiagnosticSetting(ResourceById):
    """Base of the settings; a subclass names what it is of, and which of the two that tells."""

    arm_type = "Microsoft.Insights/diagnosticSettings"
    api_version = "2021-05-01-preview"
    free = "https://azure.microsoft.com/pricing/details/monitor"  # what is written has a price
    name_rule = r"[^/]{1,260}"
    taggable = False
    # synchronous (recorded in azure-service-operator)
    timing: ClassVar[Timing] = Timing(create=seconds(2), delete=seconds(2), timeout=minutes(15))
    of: ClassVar[type[Resource]]
    logs: ClassVar[bool] = True
    metrics: ClassVar[bool] = True

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.monitoring is not None and self.of().made(spec)

    def name(self, spec: DeploymentSpec) -> str:
        return f"diag-{spec.name}"

    def parent_id(self, spec: DeploymentSpec) -> str:
        return f"{self.of().id(spec)}/providers/Microsoft.Insights"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        properties: Json = {"workspaceId": ids[Workspace]}
        properties |= {"logs": LOGS} if self.logs else {}
        properties |= {"metrics": METRICS} if self.metrics else {}
        return {"properties": properties}


class DatabaseSecurityGroupDiagnostics(DiagnosticSetting):
    """What rules of the database tell."""

    key = "diagnostics-nsg-database"
    of = DatabaseSecurityGroup
    depends_on = (DatabaseSecurityGroup, Workspace)
    metrics = False


class GatewaySecurityGroupDiagnostics(DiagnosticSetting):
    """What rules of the Application Gateway tell."""

    key = "diagnostics-nsg-application-gateway"
    of = GatewaySecurityGroup
    depends_on = (GatewaySecurityGroup, Workspace)
    metrics = False


class ManagementSecurityGroupDiagnostics(DiagnosticSetting):
    """What rules of the jump box tell."""

    key = "diagnostics-nsg-management"
    of = ManagementSecurityGroup
    depends_on = (ManagementSecurityGroup, Workspace)
    metrics = False


class BastionSecurityGroupDiagnostics(DiagnosticSetting):
    """What rules of Bastion tell."""

    key = "diagnostics-nsg-bastion"
    of = BastionSecurityGroup
    depends_on = (BastionSecurityGroup, Workspace)
    metrics = False


class HubVirtualNetworkDiagnostics(DiagnosticSetting):
    """What the network tells."""

    key = "diagnostics-virtual-network"
    of = HubVirtualNetwork
    depends_on = (HubVirtualNetwork, Workspace)


class GatewayPublicIpDiagnostics(DiagnosticSetting):
    """What the address of the Application Gateway tells."""

    key = "diagnostics-public-ip-gateway"
    of = GatewayPublicIp
    depends_on = (GatewayPublicIp, Workspace)


class BastionPublicIpDiagnostics(DiagnosticSetting):
    """What the address of Bastion tells."""

    key = "diagnostics-public-ip-bastion"
    of = BastionPublicIp
    depends_on = (BastionPublicIp, Workspace)


class NatPublicIpDiagnostics(DiagnosticSetting):
    """What the address of the way out tells."""

    key = "diagnostics-public-ip-nat"
    of = NatPublicIp
    depends_on = (NatPublicIp, Workspace)


class PostgresServerDiagnostics(DiagnosticSetting):
    """What the server: its log, sessions and Query Store tells."""

    key = "diagnostics-postgres-server"
    of = PostgresServer
    depends_on = (PostgresServer, Workspace)


class ApplicationGatewayDiagnostics(DiagnosticSetting):
    """What the Application Gateway tells."""

    key = "diagnostics-application-gateway"
    of = ApplicationGateway
    depends_on = (ApplicationGateway, Workspace)


class BastionHostDiagnostics(DiagnosticSetting):
    """What Bastion: who signed in where tells."""

    key = "diagnostics-bastion"
    of = BastionHost
    depends_on = (BastionHost, Workspace)


class ExpressRouteGatewayDiagnostics(DiagnosticSetting):
    """What the ExpressRoute gateway tells."""

    key = "diagnostics-express-route-gateway"
    of = ExpressRouteGateway
    depends_on = (ExpressRouteGateway, Workspace)


class NatGatewayDiagnostics(DiagnosticSetting):
    """What the way out tells."""

    key = "diagnostics-nat-gateway"
    of = NatGateway
    depends_on = (NatGateway, Workspace)
    logs = False


class PrivateDnsZoneDiagnostics(DiagnosticSetting):
    """What the private zone tells."""

    key = "diagnostics-private-dns-zone"
    of = PrivateDnsZone
    depends_on = (PrivateDnsZone, Workspace)
    logs = False


class JumpBoxNicDiagnostics(DiagnosticSetting):
    """What the interface of the jump box tells."""

    key = "diagnostics-jump-box-nic"
    of = JumpBoxNic
    depends_on = (JumpBoxNic, Workspace)
    logs = False


class JumpBoxDiagnostics(DiagnosticSetting):
    """What the jump box, as its host sees it tells."""

    key = "diagnostics-jump-box"
    of = JumpBox
    depends_on = (JumpBox, Workspace)
    logs = False


class ExpressRouteConnectionDiagnostics(DiagnosticSetting):
    """What the connection tells."""

    key = "diagnostics-express-route-connection"
    of = ExpressRouteConnection
    depends_on = (ExpressRouteConnection, Workspace)
    logs = False
