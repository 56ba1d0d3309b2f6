"""Managed disks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from local.arm_emulator.providers.compute.base import API_VERSIONS, ComputeType
from local.arm_emulator.providers.compute.family import DISKS
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.bounds import Bound
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.types.generic_type import GenericType
from local.arm_emulator.wire.messages import ArmError
from local.arm_emulator.wire.resource_ids import ResourceId

DISK_SIZES = "https://learn.microsoft.com/azure/virtual-machines/disks-types"
DISK_API_VERSIONS = ("2026-03-02", "2025-01-02", "2024-03-02", "2023-10-02", *API_VERSIONS)


class Disks(ComputeType):
    """Managed disks; the defaults are recorded in azure-service-operator."""

    defaults: ClassVar[Mapping[str, Any]] = {
        "properties": {
            "encryption": {"type": "EncryptionAtRestWithPlatformKey"},
            "publicNetworkAccess": "Enabled",
            "networkAccessPolicy": "AllowAll",
            "diskState": "Unattached",
        }
    }

    family = DISKS
    retry_after = (2,)

    type = "Microsoft.Compute/disks"
    api_versions = DISK_API_VERSIONS
    bounds = (Bound("properties.diskSizeGB", DISK_SIZES, 1, 65_536),)
    timing = Timing(10, 5, 10)
    zonal = True

    def stamp(self, resource: Resource, state: str, only: str | None = None) -> None:
        """A disk is Updating from the first."""
        GenericType.stamp(self, resource, state, only)

    def not_found(self, target: ResourceId) -> ArmError:
        """The provider's own words (recorded in azure-service-operator)."""
        return ArmError(404, "NotFound", f"Disk {target.name} is not found.")

    def check_delete(self, resource: Resource, now: datetime) -> None:
        """Not while it is attached."""
        owner = resource.body.get("managedBy")
        if owner and self.world.store.get(str(owner)) is not None:
            message = f"Disk {resource.id.name} is attached to VM {owner}."
            raise ArmError(409, "OperationNotAllowed", message)
