"""The wire shapes of disks; machines answer as most do."""

from typing import Any

from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.world import World
from local.arm_emulator.types.families import ComputeFamily
from local.arm_emulator.wire.messages import Response


class DiskFamily(ComputeFamily):
    """Disks: 202 for writes too, with both headers and the body as it will be."""

    operations = "DiskOperations"

    def written(self, world: World, operation: Operation, view: Any, *, created: bool) -> Response:
        """202, as recorded in azure-service-operator (disks of 2020-09-30)."""
        return Response(202, view, self._both(world, operation))

    def result(self, world: World, operation: Operation) -> Response:
        """The Location of a write ends with the disk itself: az reads it there."""
        answer = super().result(world, operation)
        if answer.status == 200 and answer.body is None:
            answer.body = world.view(operation.target)
        return answer


DISKS = DiskFamily()
