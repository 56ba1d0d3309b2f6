"""The wire shapes of PostgreSQL: 202, and bodies about operations."""

from typing import Any, ClassVar
from urllib.parse import quote

from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.world import World
from local.arm_emulator.types.families import HTTP_TIME, provider_url
from local.arm_emulator.wire.locations import display_name
from local.arm_emulator.wire.messages import Response


class PostgresqlFamily:
    """PostgreSQL: 202 and a body about the operation, never the server."""

    schema_error = "InvalidParameterValue"
    VERBS: ClassVar[dict[str, str]] = {"create": "Upsert", "update": "Update", "delete": "Drop"}

    def written(self, world: World, operation: Operation, view: Any, *, created: bool) -> Response:
        """202 with the name of an operation: whoever reads it as a server finds nothing."""
        return self._accepted(world, operation)

    def deleting(self, world: World, operation: Operation) -> Response:
        """202 with an operation's body as well."""
        return self._accepted(world, operation)

    def acting(self, world: World, operation: Operation) -> Response:
        """202, for restart, start and stop."""
        return self._accepted(world, operation)

    def monitor(self, world: World, operation: Operation) -> Response:
        """200 with name, status and start [K]; with the failure where it failed."""
        body = {"name": operation.id, "status": operation.status}
        body["startTime"] = operation.started.strftime(HTTP_TIME)
        if operation.error is not None:
            return Response(200, body | {"error": operation.error})
        return Response(200, body, operation.pace if operation.running else {})

    def result(self, world: World, operation: Operation) -> Response:
        """202 while it runs, then 200 with the resource or 204."""
        if operation.running:
            return self._accepted(world, operation)
        if operation.result is not None:
            return Response(200, operation.result)
        view = world.view(operation.target)
        return Response(200, view) if view is not None else Response(204)

    def _accepted(self, world: World, operation: Operation) -> Response:
        verb = self.VERBS.get(operation.kind, operation.kind.capitalize())
        name = operation.name or f"{verb}ServerManagementOperationV2"
        body = {"operation": name}
        body["startTime"] = operation.started.strftime(HTTP_TIME)
        shown = quote(display_name(operation.location))  # the display form, as recorded
        headers = {
            "Azure-AsyncOperation": provider_url(world, operation, f"{shown}/azureAsyncOperation"),
            "Location": provider_url(world, operation, f"{shown}/operationResults"),
            **operation.pace,
        }
        return Response(202, body, headers)


POSTGRESQL = PostgresqlFamily()
