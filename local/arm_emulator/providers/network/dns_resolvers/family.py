"""The wire shapes of DNS resolvers: near those of private DNS, with monitors by region."""

import base64
import json
from typing import Any

from local.arm_emulator.providers.network.private_dns.family import PrivateDnsFamily
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.world import World
from local.arm_emulator.types.families import HTTP_TIME, signed
from local.arm_emulator.wire.messages import Response
from local.arm_emulator.wire.resource_ids import parse_id


class DnsResolverFamily(PrivateDnsFamily):
    """DNS resolvers: as private DNS, but their monitors answer 200 and are told by region.

    Recorded in azure-service-operator, Test_Networking_DnsResolver_CRUD.
    """

    def monitor(self, world: World, operation: Operation) -> Response:
        """200 with id, name, status, start and end."""
        path, token = self._place(world, operation, "Statuses")
        body: dict[str, Any] = {"id": path, "name": token, "status": operation.status}
        body["startTime"] = operation.started.strftime(HTTP_TIME)
        if operation.ended is not None:
            body["endTime"] = operation.ended.strftime(HTTP_TIME)
        if operation.error is not None:
            body["error"] = operation.error
        return Response(200, body)

    def _headers(self, world: World, operation: Operation) -> dict[str, str]:
        return {
            "Azure-AsyncOperation": signed(
                world, self._place(world, operation, "Statuses")[0], operation
            ),
            "Location": signed(world, self._place(world, operation, "Results")[0], operation),
            "Cache-Control": "private",
            **operation.pace,
        }

    def _place(self, world: World, operation: Operation, of: str) -> tuple[str, str]:
        """The path of a monitor, and the token that ends it; a child is told by its parent."""
        target = parse_id(operation.target)
        assert target is not None  # noqa: S101 - operations work on resources
        parent = world.store.get(target.parent.key) if target.parent else None
        where = parent.body["location"] if parent else operation.location
        text = json.dumps({"OperationType": operation.kind, "OperationId": operation.id})
        token = base64.urlsafe_b64encode(text.encode()).decode()
        path = f"{target.scope}/providers/Microsoft.Network/locations/{where}"
        return f"{path}/dnsResolverOperation{of}/{token}", token


DNS_RESOLVERS = DnsResolverFamily()
