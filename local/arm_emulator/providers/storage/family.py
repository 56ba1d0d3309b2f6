"""The wire shapes of storage accounts."""

from typing import Any

from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.world import World
from local.arm_emulator.types.families import ComputeFamily
from local.arm_emulator.wire.messages import Response


class StorageFamily(ComputeFamily):
    """Storage: 202, empty, with a Location alone; what is there is changed at once (recorded)."""

    operations = "asyncoperations"

    def written(self, world: World, operation: Operation, view: Any, *, created: bool) -> Response:
        """202 and where to look again; 200 and the body where the account was there before."""
        if not created:
            return Response(200, view)
        headers = self._both(world, operation)
        del headers["Azure-AsyncOperation"]
        return Response(202, None, headers)

    def result(self, world: World, operation: Operation) -> Response:
        """202 while it runs, then the account."""
        if operation.running:
            return self.written(world, operation, None, created=True)
        return Response(200, world.view(operation.target))


STORAGE = StorageFamily()
