"""The wire shapes of resource groups."""

import base64
import json
from typing import Any

from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.world import World
from local.arm_emulator.types.families import signed
from local.arm_emulator.wire.messages import Response


class GroupFamily:
    """Resource groups: synchronous, but for the deletion, a job under /operationresults."""

    schema_error = "InvalidRequestContent"

    def written(self, world: World, operation: Operation, view: Any, *, created: bool) -> Response:
        """Groups are written at once."""
        return Response(201 if created else 200, view)

    def deleting(self, world: World, operation: Operation) -> Response:
        """202 with a Location alone."""
        job = {"jobId": operation.id, "jobLocation": operation.location}
        token = base64.urlsafe_b64encode(json.dumps(job).encode()).decode().rstrip("=")
        subscription = operation.key.split("/")[2]
        url = signed(world, f"/subscriptions/{subscription}/operationresults/{token}", operation)
        return Response(202, None, {"Location": url, "Retry-After": "15"})

    def acting(self, world: World, operation: Operation) -> Response:
        """As a deletion."""
        return self.deleting(world, operation)

    def monitor(self, world: World, operation: Operation) -> Response:
        """The job has no other monitor than its Location."""
        return self.result(world, operation)

    def result(self, world: World, operation: Operation) -> Response:
        """202, empty, while it runs; then 200, empty, or the error that stopped it."""
        if operation.running:
            return self.deleting(world, operation)
        if operation.error is not None:
            return Response(409, {"error": operation.error})
        return Response(200)


GROUPS = GroupFamily()
