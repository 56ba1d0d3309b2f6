"""The resource group that holds everything else."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shared.deployment.messages import Json
from shared.deployment.resource_id import ResourceId
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import RESOURCE_GROUP, Resource
from shared.resources.ids import Ids
from shared.resources.sdk_calls import Response, answered, started
from shared.resources.timing import Timing, minutes, seconds

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients


class ResourceGroup(Resource):
    """Holds the whole deployment; deleted only where we created it and nothing foreign is left."""

    key = RESOURCE_GROUP
    arm_type = "Microsoft.Resources/resourceGroups"
    named_by = "resourceGroup"
    free = "https://learn.microsoft.com/azure/azure-resource-manager"
    timing = Timing(create=seconds(2), delete=minutes(1), timeout=minutes(60))  # ARM: synchronous

    @property
    def actions(self) -> list[str]:
        """Its type has another name where rights are given."""
        return [f"Microsoft.Resources/subscriptions/resourceGroups/{verb}" for verb in self.verbs]

    def name(self, spec: DeploymentSpec) -> str:
        return spec.group

    def id(self, spec: DeploymentSpec) -> str:
        return f"/subscriptions/{spec.subscription_id}/resourceGroups/{spec.group}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        return {"location": spec.location}

    def taker(self, clients: "AzureClients") -> Callable[..., Any]:
        return clients.resources.resource_groups.create_or_update

    def read(self, clients: "AzureClients", resource_id: str) -> Response:
        return answered(clients.resources.resource_groups.get, _name(resource_id))

    def put(
        self, clients: "AzureClients", resource_id: str, body: Json, observed: Json | None
    ) -> Response:
        return answered(self.taker(clients), _name(resource_id), body)

    def delete(self, clients: "AzureClients", resource_id: str) -> Response:
        return started(clients.resources.resource_groups.begin_delete, _name(resource_id))


def _name(resource_id: str) -> str:
    return ResourceId.of(resource_id).name
