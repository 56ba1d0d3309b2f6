"""Resources that no SDK here knows by type, or that may lie in another subscription.

The generic client of azure-mgmt-resource takes a whole id, and an API version that we must name.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from shared.deployment.messages import Json
from shared.resources.base import Resource
from shared.resources.sdk_calls import Response, answered, started

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients


class ResourceById(Resource):
    """Base of those; a subclass names the API version that its body was written for."""

    api_version: ClassVar[str]

    def taker(self, clients: "AzureClients") -> Callable[..., Any] | None:
        return None

    def read(self, clients: "AzureClients", resource_id: str) -> Response:
        generic = clients.resources.resources
        return answered(generic.get_by_id, resource_id, api_version=self.api_version)

    def put(
        self, clients: "AzureClients", resource_id: str, body: Json, observed: Json | None
    ) -> Response:
        submit = clients.resources.resources.begin_create_or_update_by_id
        return started(submit, resource_id, body, api_version=self.api_version)

    def delete(self, clients: "AzureClients", resource_id: str) -> Response:
        submit = clients.resources.resources.begin_delete_by_id
        return started(submit, resource_id, api_version=self.api_version)
