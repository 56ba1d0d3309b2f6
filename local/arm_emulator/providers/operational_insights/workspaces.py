"""Log Analytics workspaces.

Shapes and defaults are recorded in azure-service-operator,
Test_OperationalInsights_Workspace_v1api20250701_CRUD.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from local.arm_emulator.providers.operational_insights.family import WORKSPACES
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.bounds import LEARN, Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.types.generic_type import GenericType
from local.arm_emulator.wire.messages import ArmError
from local.arm_emulator.wire.names import NameRule

RESERVATIONS = (100, 200, 300, 400, 500, 1000, 2000, 5000, 10000, 25000, 50000)
PER_GB = "PerGB2018"
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


class Workspaces(GenericType):
    """Workspaces; made and changed in a while, gone at once."""

    type = "Microsoft.OperationalInsights/workspaces"
    api_versions = (
        "2026-03-01",
        "2025-07-01",
        "2025-02-01",
        "2023-09-01",
        "2022-10-01",
        "2021-06-01",
        "2020-08-01",
    )
    family = WORKSPACES
    name_rule = NameRule(
        r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]",
        "A workspace has a name of 4 to 63 letters, digits and '-', that ends in no '-'.",
    )
    timing = Timing(40, 20, 5)
    retry_after = (20,)
    synchronous_patch = True
    synchronous_delete = True
    bounds = (
        Bound(
            "properties.retentionInDays",
            f"{LEARN}rest/api/loganalytics/workspaces/create-or-update",
            7,
            730,
        ),
        Bound(
            "properties.sku.capacityReservationLevel",
            f"{LEARN}azure/azure-monitor/logs/cost-logs",
            choices=RESERVATIONS,
        ),
    )
    bound_code = "InvalidParameter"
    defaults: ClassVar[Mapping[str, Any]] = {
        "properties": {
            "retentionInDays": 30,
            "features": {
                "legacy": 0,
                "searchVersion": 1,
                "enableLogAccessUsingOnlyResourcePermissions": True,
            },
            "workspaceCapping": {"dailyQuotaGb": -1.0, "dataIngestionStatus": "RespectQuota"},
            "publicNetworkAccessForIngestion": "Enabled",
            "publicNetworkAccessForQuery": "Enabled",
        }
    }
    actions: ClassVar[Mapping[str, float]] = {"sharedKeys": 0}
    actions_not_emulated = ("regenerateSharedKey", "purge", "failback")

    def check(self, change: Change) -> None:
        """A reservation has its size, and no other plan has one.

        https://learn.microsoft.com/azure/azure-monitor/logs/cost-logs#commitment-tiers
        """
        sku = change.properties.get("sku") or {}
        reserved = sku.get("name") == "CapacityReservation"
        if reserved != (sku.get("capacityReservationLevel") is not None):
            message = "capacityReservationLevel goes with the SKU CapacityReservation alone."
            raise ArmError(400, "InvalidParameter", message, target="properties.sku")

    def fill(self, change: Change) -> None:
        """What stays for life, and the plan of today for those of old (recorded)."""
        properties, now = change.properties, change.now.strftime(TIME)
        customer = change.before("properties", "customerId")
        properties["customerId"] = customer or self.guid(change.id.key)
        properties["createdDate"] = change.before("properties", "createdDate") or now
        properties["modifiedDate"] = now
        sku = properties.setdefault("sku", {})
        if sku.get("name") in (None, "Standalone", "PerNode"):
            sku["name"] = PER_GB
        changed = change.before("properties", "sku", "name") != sku["name"]
        last = change.before("properties", "sku", "lastSkuUpdate")
        sku["lastSkuUpdate"] = now if changed else last
        properties["workspaceCapping"]["quotaNextResetTime"] = (
            (change.now + timedelta(days=1)).replace(hour=0, minute=0, second=0).strftime(TIME)
        )
        change.body["etag"] = f'"{self.guid(change.id.key, change.now)}"'

    def stamp(self, resource: Resource, state: str, only: str | None = None) -> None:
        """What is not there yet is Creating."""
        fresh = state == "Updating" and resource.version == 1
        super().stamp(resource, "Creating" if fresh else state, only)

    def act(self, resource: Resource, action: str, sent: Any, call: Call) -> Any:
        """The keys of its agents."""
        keys = ("primarySharedKey", "secondarySharedKey")
        return {name: self.guid(resource.key, name) for name in keys}
