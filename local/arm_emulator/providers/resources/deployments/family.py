"""The wire shapes of deployments: accepted with 201, followed under an address of their own."""

from typing import Any

from local.arm_emulator.providers.resources.family import GroupFamily
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.world import World
from local.arm_emulator.types.families import signed
from local.arm_emulator.wire.messages import Json, Response


class DeploymentFamily(GroupFamily):
    """201 with an operation of its own kind; its deletion is a job, as that of a group."""

    def written(self, world: World, operation: Operation, view: Any, *, created: bool) -> Response:
        """201 or 200 with the deployment in state Accepted (recorded in azure-cli)."""
        path = f"{operation.target}/operationStatuses/{operation.id}"
        headers = {"Azure-AsyncOperation": signed(world, path, operation), "Retry-After": "5"}
        return Response(201 if created else 200, view, headers)

    def monitor(self, world: World, operation: Operation) -> Response:
        """200 with the deployment's own state while it runs; the failure beside its end."""
        deployment = world.store.get(operation.key)
        state = deployment.state if deployment and operation.running else operation.status
        body: Json = {"status": state}
        if operation.error is not None:
            body["error"] = operation.error
        return Response(200, body, {"Retry-After": "5"} if operation.running else {})


DEPLOYMENTS = DeploymentFamily()
