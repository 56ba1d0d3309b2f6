"""The administrator of the server in Microsoft Entra ID."""

from typing import TYPE_CHECKING, ClassVar

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.ids import Ids
from shared.resources.postgres_parameters import PostgresParameters
from shared.resources.postgres_server import PostgresServer
from shared.resources.sdk_calls import OperationGroup
from shared.resources.timing import Timing, minutes

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients

NOBODY = "00000000-0000-0000-0000-000000000000"


class PostgresAdministrator(Resource):
    """Signs in by a token and lets others in; called by its object id.

    https://learn.microsoft.com/azure/postgresql/security/security-entra-configure
    """

    key = "postgres-administrator"
    arm_type = "Microsoft.DBforPostgreSQL/flexibleServers/administrators"
    named_by = "postgres.entra.administrator.objectId"
    free = "https://azure.microsoft.com/pricing/details/postgresql"
    depends_on: ClassVar[tuple[type[Resource], ...]] = (
        PostgresServer,
        PostgresParameters,
    )  # the server takes one write at a time
    # about a minute (Learn)
    timing = Timing(create=minutes(1), delete=minutes(1), timeout=minutes(30))
    taggable = False
    paths = Rules((Path(at="properties", fixed=True),))

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.postgres.entra is not None

    def name(self, spec: DeploymentSpec) -> str:
        entra = spec.postgres.entra
        return entra.administrator.object_id if entra else NOBODY

    def parent_id(self, spec: DeploymentSpec) -> str:
        return PostgresServer().id(spec)

    def lock(self, resource_id: str) -> str:
        return super().lock(resource_id.rpartition("/administrators/")[0])

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        entra = spec.postgres.entra
        if entra is None:
            return {"properties": {}}
        properties = {
            "principalType": entra.administrator.kind,
            "principalName": entra.administrator.name,
            "tenantId": entra.tenant_id,
        }
        return {"properties": properties}

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.postgres.administrators_microsoft_entra
