"""The Log Analytics workspace that logs and metrics are written to."""

from typing import ClassVar

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.by_id import ResourceById
from shared.resources.ids import Ids
from shared.resources.timing import Timing, minutes, seconds

SHOWN = (
    *("customerId", "createdDate", "modifiedDate", "sku.lastSkuUpdate"),
    *("workspaceCapping.quotaNextResetTime", "workspaceCapping.dataIngestionStatus"),
    *("privateLinkScopedResources", "features.unifiedSentinelBillingOnly"),
    *("features.associations", "replication.createdDate", "replication.lastModifiedDate"),
    *("failover.state", "failover.lastModifiedDate"),
    *("features.legacy", "features.searchVersion"),  # no definition takes them back
)


class Workspace(ResourceById):
    """What it costs is what is written to it, and no plan knows that."""

    key = "workspace"
    arm_type = "Microsoft.OperationalInsights/workspaces"
    api_version = "2026-03-01"
    name_rule = r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]"
    # Learn: Diagnostic settings in Azure Monitor, permissions on the destination
    verbs: ClassVar[tuple[str, ...]] = (*Resource.verbs, "sharedKeys/action")
    free = "https://azure.microsoft.com/pricing/details/monitor"
    paths = Rules(tuple(Path(at=f"properties.{name}", shown=True) for name in SHOWN))
    # 40 s (recorded in azure-service-operator)
    timing: ClassVar[Timing] = Timing(create=seconds(40), delete=seconds(5), timeout=minutes(30))

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.monitoring is not None

    def name(self, spec: DeploymentSpec) -> str:
        return f"log-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        days = spec.monitoring.retention_days if spec.monitoring else 30
        properties = {"sku": {"name": "PerGB2018"}, "retentionInDays": days}
        return {"location": spec.location, "properties": properties}
