"""The wire shapes of private DNS: 202 all the way, and monitors of its own."""

import base64
from typing import Any

from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.world import World
from local.arm_emulator.types.families import signed
from local.arm_emulator.wire.messages import Response
from local.arm_emulator.wire.resource_ids import parse_id


class PrivateDnsFamily:
    """Private DNS: 202 with ``{}``, and polls that answer 202 too while the operation runs."""

    schema_error = "BadRequest"

    def written(self, world: World, operation: Operation, view: Any, *, created: bool) -> Response:
        """202 with an empty object, on the first PUT as on a later one."""
        return Response(202, {}, self._headers(world, operation))

    def deleting(self, world: World, operation: Operation) -> Response:
        """202 with both headers."""
        return Response(202, None, self._headers(world, operation))

    def acting(self, world: World, operation: Operation) -> Response:
        """Private DNS has no actions that take a while."""
        return Response(202, None, self._headers(world, operation))

    def monitor(self, world: World, operation: Operation) -> Response:
        """202 while it runs."""
        body: dict[str, Any] = {"status": operation.status}
        if operation.running:
            return Response(202, body, self._headers(world, operation))
        if operation.error is not None:
            body["error"] = operation.error
        return Response(200, body, {"Cache-Control": "private"})

    def result(self, world: World, operation: Operation) -> Response:
        """202 while it runs, then 200 with the resource, or 204 after a deletion."""
        if operation.running:
            return Response(202, None, self._headers(world, operation))
        found = world.store.get(operation.key)
        return Response(200, found.body) if found else Response(204)

    def _headers(self, world: World, operation: Operation) -> dict[str, str]:
        target = parse_id(operation.key)
        assert target is not None  # noqa: S101 - operations work on resources
        token = base64.urlsafe_b64encode(f"UpsertPrivateDnsZone;{operation.id}".encode()).decode()
        path = f"/subscriptions/{target.subscription}/resourceGroups/{target.group}"
        path += "/providers/Microsoft.Network/privateDnsOperation"
        return {
            "Azure-AsyncOperation": signed(world, f"{path}Statuses/{token}", operation),
            "Location": signed(world, f"{path}Results/{token}", operation),
            "Retry-After": "30",
            "Cache-Control": "private",
        }


PRIVATE_DNS = PrivateDnsFamily()
