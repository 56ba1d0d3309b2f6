"""What every type of PostgreSQL shares: one write at a time per server, each answered by a 202."""

from datetime import datetime, timedelta

from local.arm_emulator.providers.dbforpostgresql.family import POSTGRESQL
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.messages import ArmError, Json
from local.arm_emulator.wire.names import ANY_NAME
from local.arm_emulator.wire.resource_ids import ResourceId

API_VERSIONS = (
    "2026-10-01",
    "2026-04-01-preview",
    "2026-01-01-preview",
    "2025-08-01",
    "2024-08-01",
    "2022-12-01",
)
NAMESPACE = "Microsoft.DBforPostgreSQL"
SERVER = f"{NAMESPACE}/flexibleServers"


class PostgresqlType(ResourceType):
    """What the types of PostgreSQL share: every write is a 202, one at a time per server."""

    api_versions = API_VERSIONS
    sdk = "postgresql"
    family = POSTGRESQL
    dressed = False
    retry_after = (60,)
    delete_retry_after = (60,)
    synchronous_patch = False
    name_rule = ANY_NAME

    def server_of(self, id_: ResourceId) -> Resource | None:
        """The server that a resource is, or belongs to."""
        while id_.parent is not None:
            id_ = id_.parent
        return self.world.store.get(id_.key)

    def takes(self, change: Change) -> tuple[str, ...]:
        """The server's lock; refused with the service's own code, also a while after success."""
        server = self.server_of(change.id)
        if server is not None:
            self.refuse_busy(server, change.now)
            self.refuse_stopped(server)
        return ()

    def holds(self, change: Change) -> dict[str, str]:
        """The server."""
        return {f"server:{'/'.join(change.id.key.split('/')[:9])}": "ServerIsBusy"}

    def refuse_busy(self, server: Resource, now: datetime) -> None:
        """Raise while another operation on the server runs, or has just succeeded."""
        held = self.world.operations.held(f"server:{server.key}", now)
        until = server.notes.get("busyUntil")
        if held or (until is not None and now < datetime.fromisoformat(until)):
            raise self._busy(server)

    def refuse_stopped(self, server: Resource) -> None:
        """Raise for a write to a server that is stopped (field report)."""
        if server.properties.get("state") == "Stopped":
            code = "UpsertServerManagementOperationComputeOnlySupportForStoppedServer"
            message = f"The server '{server.id.name}' is stopped: start it first."
            raise ArmError(409, code, message)

    def busy_error(self, running: Operation) -> ArmError:
        """The service's own code."""
        server = self.world.store.get(running.key)
        assert server is not None  # noqa: S101 - it has a running operation
        return self._busy(server)

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """What belongs to a server has no provisioningState."""
        body["properties"].pop("provisioningState", None)

    def written(self, resource: Resource, operation: Operation | None, now: datetime) -> None:
        """The server stays busy for a while."""
        server = self.server_of(resource.id)
        if server is not None:
            quiet = timedelta(seconds=self.world.settings.postgresql_busy_after_seconds)
            server.notes["busyUntil"] = (now + quiet).isoformat()

    def _busy(self, server: Resource) -> ArmError:
        message = (
            f"Cannot complete operation while server '{server.id.name}' is busy processing "
            "another operation. Try again later."
        )
        # Recorded in azure-service-operator, Test_DBForPostgreSQL_FlexibleServer_20240801_CRUD.
        return ArmError(409, "ServerIsBusy", message)


def require_server(world: World, subscription: str, group: str, server: str) -> Resource:
    """The server, or Azure's 404 of it or of its group."""
    world.require_group(subscription, group)
    scope = f"/subscriptions/{subscription}/resourceGroups/{group}"
    id_ = ResourceId(scope, NAMESPACE, ("flexibleServers",), (server,))
    found = world.store.get(id_.key)
    if found is None:
        raise world.not_found(id_)
    return found
