"""The wire shapes of long-running operations. Each resource provider of Azure has its own.

Longer than most modules: the shapes side by side, so that their differences can be read.

Status codes, headers and bodies are those of recorded traffic (azure-cli, May 2026;
azure-service-operator, November 2025); the SDKs refuse any other.
"""

import base64
import hashlib
import json
from typing import Any, ClassVar, Protocol
from urllib.parse import quote

from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.locations import display_name
from local.arm_emulator.wire.messages import Response
from local.arm_emulator.wire.resource_ids import parse_id

GATEWAY_RETRY_AFTER = (10, 20, 20, 40, 40, 80, 160, 100)  # the last one repeats
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
        return _provider_url(world, operation, f"{operation.location}/{kind}")


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
        view = world.view(operation.target)
        return Response(200, view) if view is not None else Response(204)

    def _accepted(self, world: World, operation: Operation) -> Response:
        verb = self.VERBS.get(operation.kind, operation.kind.capitalize())
        name = operation.name or f"{verb}ServerManagementOperationV2"
        body = {"operation": name}
        body["startTime"] = operation.started.strftime(HTTP_TIME)
        shown = quote(display_name(operation.location))  # the display form, as recorded
        headers = {
            "Azure-AsyncOperation": _provider_url(world, operation, f"{shown}/azureAsyncOperation"),
            "Location": _provider_url(world, operation, f"{shown}/operationResults"),
            **operation.pace,
        }
        return Response(202, body, headers)


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


class WorkspaceFamily(ComputeFamily):
    """Log Analytics: its monitors have another name (recorded in azure-service-operator)."""

    operations = "operationstatuses"


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


class InsightsFamily(ComputeFamily):
    """Azure Monitor: every write is done when it is answered."""

    schema_error = "BadRequest"


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


def signed(world: World, path: str, operation: Operation) -> str:
    """An absolute operation URL with the signature that clients must bring back verbatim."""
    ticks = int(operation.started.timestamp() * 10_000_000)
    digest = hashlib.sha256(f"{world.seed}|{operation.id}".encode()).hexdigest()
    padding = digest * (world.settings.operation_url_padding // 64 + 1)
    certificate = padding[: world.settings.operation_url_padding]
    query = f"api-version={operation.api_version}&t={ticks}&c={certificate}"
    query += f"&s={digest[:43]}&h={digest[-43:]}"
    return f"{world.url}{path}?{query}"


def _provider_url(world: World, operation: Operation, middle: str) -> str:
    subscription = operation.key.split("/")[2]
    namespace = operation.type.partition("/")[0]
    path = f"/subscriptions/{subscription}/providers/{namespace}/locations/{middle}/{operation.id}"
    return signed(world, path, operation)


NETWORK = NetworkFamily()
PRIVATE_DNS = PrivateDnsFamily()
DNS_RESOLVERS = DnsResolverFamily()
POSTGRESQL = PostgresqlFamily()
COMPUTE = ComputeFamily()
DISKS = DiskFamily()
WORKSPACES = WorkspaceFamily()
STORAGE = StorageFamily()
INSIGHTS = InsightsFamily()
GROUPS = GroupFamily()
