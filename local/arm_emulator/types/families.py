"""The wire shapes of long-running operations: what a family says, and the two that most follow.

Each resource provider of Azure has its own; those that differ lie with their providers.

Status codes, headers and bodies are those of recorded traffic (azure-cli, May 2026;
azure-service-operator, November 2025); the SDKs refuse any other.
"""

import hashlib
from typing import Any, Protocol

from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.messages import Response

HTTP_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


class Family(Protocol):
    """How one provider answers writes and polls."""

    schema_error: str

    def written(self, world: World, operation: Operation, view: Any, *, created: bool) -> Response:
        """The first answer to a PUT or PATCH that takes a while."""

    def deleting(self, world: World, operation: Operation) -> Response:
        """The first answer to a DELETE that takes a while."""

    def acting(self, world: World, operation: Operation) -> Response:
        """The first answer to an action that takes a while."""

    def monitor(self, world: World, operation: Operation) -> Response:
        """The answer to a poll of the status."""

    def result(self, world: World, operation: Operation) -> Response:
        """The answer to a poll of the Location."""


class NetworkFamily:
    """Microsoft.Network: 201 or 200 with the whole body and Azure-AsyncOperation."""

    schema_error = "InvalidRequestFormat"
    operations = "operations"

    def written(self, world: World, operation: Operation, view: Any, *, created: bool) -> Response:
        """201 and the body in state Updating; 200 where the resource was there before."""
        headers = {"Azure-AsyncOperation": self._url(world, operation, self.operations)}
        headers |= {"azure-asyncnotification": "Enabled"} | operation.pace
        return Response(201 if created else 200, view, headers)

    def deleting(self, world: World, operation: Operation) -> Response:
        """202, empty, with both headers."""
        notified = {"azure-asyncnotification": "Enabled"}
        return Response(202, None, self._both(world, operation) | notified)

    def acting(self, world: World, operation: Operation) -> Response:
        """202, empty, with both headers."""
        return Response(202, None, self._both(world, operation))

    def monitor(self, world: World, operation: Operation) -> Response:
        """200 with the status; the failure beside it."""
        body: dict[str, Any] = {"status": operation.status}
        headers = operation.pace if operation.running else {}
        if operation.error is not None:
            body["error"] = operation.error
        elif operation.result is not None and not operation.running:
            body["properties"] = operation.result
        return Response(200, body, headers)

    def result(self, world: World, operation: Operation) -> Response:
        """202 while it runs, then 200 with what an action answers, or 204 after a deletion."""
        if operation.running:
            return Response(202, None, self._both(world, operation))
        if operation.error is not None:
            return Response(200, {"status": operation.status, "error": operation.error})
        if operation.kind == "delete":
            return Response(204)
        return Response(200, operation.result)

    def _both(self, world: World, operation: Operation) -> dict[str, str]:
        return {
            "Azure-AsyncOperation": self._url(world, operation, "operations"),
            "Location": self._url(world, operation, "operationResults"),
            **operation.pace,
        }

    def _url(self, world: World, operation: Operation, kind: str) -> str:
        return provider_url(world, operation, f"{operation.location}/{kind}")


class ComputeFamily(NetworkFamily):
    """Compute and others behind the generic client: as Network, with times in the monitor.

    The Location is the monitor's address with one more parameter, as recorded.
    """

    schema_error = "InvalidRequestContent"

    def _both(self, world: World, operation: Operation) -> dict[str, str]:
        monitor = self._url(world, operation, self.operations)
        return {
            "Azure-AsyncOperation": monitor,
            "Location": f"{monitor}&monitor=true",
            **operation.pace,
        }

    def monitor(self, world: World, operation: Operation) -> Response:
        """200 with name, status, start and end."""
        answer = super().monitor(world, operation)
        answer.body |= {"name": operation.id, "startTime": operation.started.strftime(HTTP_TIME)}
        if operation.ended is not None:
            answer.body["endTime"] = operation.ended.strftime(HTTP_TIME)
        return answer


def signed(world: World, path: str, operation: Operation) -> str:
    """An absolute operation URL with the signature that clients must bring back verbatim."""
    ticks = int(operation.started.timestamp() * 10_000_000)
    digest = hashlib.sha256(f"{world.seed}|{operation.id}".encode()).hexdigest()
    padding = digest * (world.settings.operation_url_padding // 64 + 1)
    certificate = padding[: world.settings.operation_url_padding]
    query = f"api-version={operation.api_version}&t={ticks}&c={certificate}"
    query += f"&s={digest[:43]}&h={digest[-43:]}"
    return f"{world.url}{path}?{query}"


def provider_url(world: World, operation: Operation, middle: str) -> str:
    """The URL of an operation below the locations of its provider."""
    subscription = operation.key.split("/")[2]
    namespace = operation.type.partition("/")[0]
    path = f"/subscriptions/{subscription}/providers/{namespace}/locations/{middle}/{operation.id}"
    return signed(world, path, operation)


NETWORK = NetworkFamily()
COMPUTE = ComputeFamily()
