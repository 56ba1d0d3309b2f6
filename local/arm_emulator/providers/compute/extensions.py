"""Extensions of virtual machines."""

from collections.abc import Mapping
from typing import Any, ClassVar

from local.arm_emulator.providers.compute.base import ComputeType
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing


class Extensions(ComputeType):
    """Extensions of a virtual machine."""

    defaults: ClassVar[Mapping[str, Any]] = {
        "properties": {"autoUpgradeMinorVersion": False, "settings": {}}
    }

    type = "Microsoft.Compute/virtualMachines/extensions"
    timing = Timing(90, 60, 60)
    retry_after = ()
    secrets = ("protectedSettings",)

    def check(self, change: Change) -> None:
        """The machine exists."""
        parent = change.id.parent
        if parent is None or self.world.store.get(parent.key) is None:
            raise self.world.parent_not_found(change.id)
