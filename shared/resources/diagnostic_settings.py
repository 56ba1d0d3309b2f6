"""What each resource tells Azure Monitor: a diagnostic setting lies on what it is of.

A setting names groups of categories rather than categories, which differ by type and over time.
What is only used, and not made, has an owner of its own, and is left alone.
https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings
"""

from typing import ClassVar

from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.application_gateway import ApplicationGateway
from shared.resources.base import Resource
from shared.resources.bastion import BastionHost
from shared.resources.by_id import ResourceById
from shared.resources.express_route import ExpressRouteConnection, ExpressRouteGateway
from shared.resources.ids import Ids
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
from shared.resources.timing import Timing, minutes, seconds
from shared.resources.virtual_network import HubVirtualNetwork
from shared.resources.workspace import Workspace

# https://learn.microsoft.com/azure/azure-monitor/reference/logs-index
LOGS = [{"categoryGroup": "allLogs", "enabled": True}]
METRICS = [{"category": "AllMetrics", "enabled": True}]


class DiagnosticSetting(ResourceById):
    """Base of the settings; a subclass names what it is `of`, and what of the two that lacks."""

    arm_type = "Microsoft.Insights/diagnosticSettings"
    api_version = "2021-05-01-preview"
    free = "https://azure.microsoft.com/pricing/details/monitor"  # what is written has a price
    name_rule = r"[^/]{1,260}"
    taggable = False
    # synchronous (recorded in azure-service-operator)
    timing: ClassVar[Timing] = Timing(create=seconds(2), delete=seconds(2), timeout=minutes(15))
    of: ClassVar[type[Resource]]
    logs: ClassVar[bool]
    metrics: ClassVar[bool]

    def __init_subclass__(
        cls, *, of: type[Resource], logs: bool = True, metrics: bool = True
    ) -> None:
        cls.of, cls.logs, cls.metrics = of, logs, metrics
        cls.key, cls.depends_on = f"diagnostics-{of.key}", (of, Workspace)
        super().__init_subclass__()

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


class DatabaseSecurityGroupDiagnostics(DiagnosticSetting, of=DatabaseSecurityGroup, metrics=False):
    """What rules of the database tell."""


class GatewaySecurityGroupDiagnostics(DiagnosticSetting, of=GatewaySecurityGroup, metrics=False):
    """What rules of the Application Gateway tell."""


class ManagementSecurityGroupDiagnostics(
    DiagnosticSetting, of=ManagementSecurityGroup, metrics=False
):
    """What rules of the jump box tell."""


class BastionSecurityGroupDiagnostics(DiagnosticSetting, of=BastionSecurityGroup, metrics=False):
    """What rules of Bastion tell."""


class HubVirtualNetworkDiagnostics(DiagnosticSetting, of=HubVirtualNetwork):
    """What the network tells."""


class GatewayPublicIpDiagnostics(DiagnosticSetting, of=GatewayPublicIp):
    """What the address of the Application Gateway tells."""


class BastionPublicIpDiagnostics(DiagnosticSetting, of=BastionPublicIp):
    """What the address of Bastion tells."""


class NatPublicIpDiagnostics(DiagnosticSetting, of=NatPublicIp):
    """What the address of the way out tells."""


class PostgresServerDiagnostics(DiagnosticSetting, of=PostgresServer):
    """What the server: its log, sessions and Query Store tells."""


class ApplicationGatewayDiagnostics(DiagnosticSetting, of=ApplicationGateway):
    """What the Application Gateway tells."""


class BastionHostDiagnostics(DiagnosticSetting, of=BastionHost):
    """What Bastion: who signed in where tells."""


class ExpressRouteGatewayDiagnostics(DiagnosticSetting, of=ExpressRouteGateway):
    """What the ExpressRoute gateway tells."""


class NatGatewayDiagnostics(DiagnosticSetting, of=NatGateway, logs=False):
    """What the way out tells."""


class PrivateDnsZoneDiagnostics(DiagnosticSetting, of=PrivateDnsZone, logs=False):
    """What the private zone tells."""


class JumpBoxNicDiagnostics(DiagnosticSetting, of=JumpBoxNic, logs=False):
    """What the interface of the jump box tells."""


class JumpBoxDiagnostics(DiagnosticSetting, of=JumpBox, logs=False):
    """What the jump box, as its host sees it tells."""


class ExpressRouteConnectionDiagnostics(DiagnosticSetting, of=ExpressRouteConnection, logs=False):
    """What the connection tells."""
