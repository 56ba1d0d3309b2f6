"""Flow logs of virtual networks, subnets and interfaces.

https://learn.microsoft.com/azure/network-watcher/vnet-flow-logs-overview
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from local.arm_emulator.providers.network.base import NetworkType
from local.arm_emulator.types.bounds import LEARN, Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.wire.locations import canonical
from local.arm_emulator.wire.messages import ArmError
from local.arm_emulator.wire.resource_ids import parse_id

PAGE = f"{LEARN}rest/api/network-watcher/flow-logs/create-or-update"
TARGETS = (
    "microsoft.network/virtualnetworks",
    "microsoft.network/virtualnetworks/subnets",
    "microsoft.network/networkinterfaces",
)
SECURITY_GROUPS = "microsoft.network/networksecuritygroups"
ANALYTICS = "flowAnalyticsConfiguration.networkWatcherFlowAnalyticsConfiguration"


class FlowLogs(NetworkType):
    """Flow logs, each of one target, written to one storage account of its region."""

    type = "Microsoft.Network/networkWatchers/flowLogs"
    model = "FlowLog"
    has_guid = False
    etag_header = False
    timing = Timing(20, 20, 20)
    bounds = (
        Bound("properties.retentionPolicy.days", PAGE, 0, 365),
        Bound(f"properties.{ANALYTICS}.trafficAnalyticsInterval", PAGE, choices=(10, 60)),
        Bound("properties.format.version", PAGE, 1, 2),
    )
    defaults: ClassVar[Mapping[str, Any]] = {  # recorded in azure-cli, test_nw_flow_log_*
        "properties": {
            "enabled": True,
            "retentionPolicy": {"days": 0, "enabled": False},
            "format": {"type": "JSON", "version": 1},
        }
    }

    def check(self, change: Change) -> None:
        """The watcher, the target and the storage account are there, in one region."""
        parent = change.id.parent
        watcher = self.world.store.get(parent.key) if parent else None
        if watcher is None:
            raise self.world.parent_not_found(change.id)
        properties = change.properties
        target = parse_id(str(properties["targetResourceId"]))
        kind = target.type.lower() if target else ""
        if kind == SECURITY_GROUPS and change.creates:
            # https://learn.microsoft.com/azure/network-watcher/nsg-flow-logs-overview
            raise self._refuse("flow logs of security groups are not made since 2025-06-30.")
        if kind not in (*TARGETS, SECURITY_GROUPS):
            raise self._refuse(f"{properties['targetResourceId']} has no flows.")
        place = str(watcher.body["location"])
        if self.world.store.find(str(target)) is None:
            raise self._refuse(f"the target {target} was not found.")
        account = self.world.store.get(str(properties["storageId"]))
        if account is None:
            raise self._refuse(f"the storage account {properties['storageId']} was not found.")
        if account.state != "Succeeded":
            message = (
                f"Storage account ({account.state}) provisioning state {account.id} is not "
                "Succeeded."
            )
            # Recorded in azure-service-operator, Test_Network_v1api20241001_CreationAndDeletion 11.
            raise ArmError(400, "StorageProvisioningStateNotSucceeded", message)
        if canonical(str(account.body["location"])) != canonical(place):
            raise self._refuse(f"the storage account is in {account.body['location']}.")

    def fill(self, change: Change) -> None:
        """The GUID of what is watched."""
        super().fill(change)
        found = self.world.store.find(str(change.properties["targetResourceId"])) or {}
        known = (found.get("properties") or {}).get("resourceGuid")
        target = str(change.properties["targetResourceId"]).lower()
        change.properties["targetResourceGuid"] = known or self.guid(target)

    def _refuse(self, says: str) -> ArmError:
        code = self.world.settings.flow_log_code
        return ArmError(400, code, f"The flow log is refused: {says}")
