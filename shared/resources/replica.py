"""The copy of the database in a second region, and the names that follow the roles of both.

Deleted the other way round: Azure deletes no server that has replicas, and no replica that an
endpoint names. https://learn.microsoft.com/azure/postgresql/read-replica/concepts-read-replicas
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Change, Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.ids import Ids
from shared.resources.postgres_administrator import PostgresAdministrator
from shared.resources.postgres_parameters import PostgresParameters
from shared.resources.postgres_server import PostgresServer
from shared.resources.postgres_sizes import tier
from shared.resources.postgres_storage import disk
from shared.resources.private_dns import PrivateDnsZone
from shared.resources.sdk_calls import Response, answered, path_of, started
from shared.resources.second_network import (
    SUBNET,
    PeeringToFirst,
    PeeringToSecond,
    SecondPrivateDnsLink,
    SecondVirtualNetwork,
    second,
)
from shared.resources.timing import Timing, minutes

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients

FOLLOWING = {"AsyncReplica", "GeoAsyncReplica"}


class PostgresReplica(PostgresServer):
    """Follows the server, with its size and disk, since a planned promotion asks for the same.

    https://learn.microsoft.com/azure/postgresql/read-replica/concepts-read-replicas-promote
    """

    key = "postgres-replica"
    sign_in = None  # those of the server it follows
    generates = None
    depends_on: ClassVar[tuple[type[Resource], ...]] = (
        PostgresServer,
        PostgresParameters,
        PostgresAdministrator,
        PrivateDnsZone,
        SecondVirtualNetwork,
        SecondPrivateDnsLink,
        PeeringToFirst,
        PeeringToSecond,
    )
    # 10-40 min by the size of the data (Learn: Create a read replica)
    timing = Timing(create=minutes(15), delete=minutes(3), update=minutes(4), timeout=minutes(120))
    paths = PostgresServer.paths.with_((Path(at="properties.sourceServerResourceId", fixed=True),))

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.second_region is not None

    def name(self, spec: DeploymentSpec) -> str:
        return f"{spec.server_name[:55]}-replica"

    def locks(self, spec: DeploymentSpec) -> tuple[str, ...]:
        """The server that it follows as well: it takes one operation at a time."""
        return (self.id(spec).casefold(), PostgresServer().id(spec).casefold())

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        wanted = spec.postgres
        properties: Json = {
            "createMode": "Replica",
            "sourceServerResourceId": ids[PostgresServer],
            "storage": disk(wanted),
            "network": {
                "publicNetworkAccess": "Disabled",
                "delegatedSubnetResourceId": f"{ids[SecondVirtualNetwork]}/subnets/{SUBNET}",
                "privateDnsZoneArmResourceId": ids[PrivateDnsZone],
            },
        }
        if entra := wanted.entra:
            properties["authConfig"] = {
                "activeDirectoryAuth": "Enabled",
                "passwordAuth": "Enabled" if spec.by_password else "Disabled",
                "tenantId": entra.tenant_id,
            }
        sku = {"name": wanted.sku, "tier": tier(wanted.sku)}
        return {"location": second(spec).location, "sku": sku, "properties": properties}

    def health(self, observed: Json) -> Iterable[Change]:
        yield from super().health(observed)
        role = (observed.get("properties") or {}).get("replicationRole")
        if str(role).casefold() not in {each.casefold() for each in FOLLOWING}:
            yield Change(path="properties.replicationRole", before=role, after="AsyncReplica")

    def departures(self, spec: DeploymentSpec) -> tuple[()]:
        return ()


class ReplicaParameters(PostgresParameters):
    """Those of the server: a replica does not take them over, and a promoted one needs them."""

    key = "replica-parameters"
    depends_on: ClassVar[tuple[type[Resource], ...]] = (PostgresReplica,)

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.second_region is not None

    def id(self, spec: DeploymentSpec) -> str:
        return f"{PostgresReplica().id(spec)}/configurations"

    def departures(self, spec: DeploymentSpec) -> tuple[()]:
        return ()


class ReplicaAdministrator(PostgresAdministrator):
    """That of the server: a promoted replica lets nobody else in."""

    key = "replica-administrator"
    depends_on: ClassVar[tuple[type[Resource], ...]] = (PostgresReplica, ReplicaParameters)

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.second_region is not None and super().wanted(spec)

    def parent_id(self, spec: DeploymentSpec) -> str:
        return PostgresReplica().id(spec)


class VirtualEndpoint(Resource):
    """Names for writing and reading that follow the roles of the two servers."""

    key = "virtual-endpoint"
    arm_type = "Microsoft.DBforPostgreSQL/flexibleServers/virtualEndpoints"
    named_by = "secondRegion.endpoint"
    name_rule = r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"
    free = "https://azure.microsoft.com/pricing/details/postgresql"
    depends_on: ClassVar[tuple[type[Resource], ...]] = (
        PostgresServer,
        PostgresReplica,
        ReplicaParameters,
        ReplicaAdministrator,
    )
    timing = Timing(create=minutes(1), delete=minutes(1), timeout=minutes(30))  # about a minute
    taggable = False
    paths = Rules((Path(at="properties.endpointType", fixed=True),))

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.second_region is not None

    def name(self, spec: DeploymentSpec) -> str:
        return spec.endpoint or ""

    def parent_id(self, spec: DeploymentSpec) -> str:
        return PostgresServer().id(spec)

    def lock(self, resource_id: str) -> str:
        return super().lock(resource_id.rpartition("/virtualEndpoints/")[0])

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        members = [ids[PostgresServer].rpartition("/")[2], ids[PostgresReplica].rpartition("/")[2]]
        return {"properties": {"endpointType": "ReadWrite", "members": members}}

    def read(self, clients: "AzureClients", resource_id: str) -> Response:
        return answered(clients.postgres.virtual_endpoints.get, *path_of(resource_id))

    def taker(self, clients: "AzureClients") -> Callable[..., Any]:
        return clients.postgres.virtual_endpoints.begin_create

    def put(
        self, clients: "AzureClients", resource_id: str, body: Json, observed: Json | None
    ) -> Response:
        endpoints = clients.postgres.virtual_endpoints
        submit = endpoints.begin_create if observed is None else endpoints.begin_update
        return started(submit, *path_of(resource_id), body)

    def delete(self, clients: "AzureClients", resource_id: str) -> Response:
        return started(clients.postgres.virtual_endpoints.begin_delete, *path_of(resource_id))
