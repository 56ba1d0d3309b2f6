"""The SDK clients of one subscription, with every wait that would block a worker switched off.

Retries belong to the orchestrator: the SDK's own would sleep in the worker for as long as ARM's
Retry-After says, for any status that carries one.
"""

from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials import TokenCredential
from azure.core.rest import HttpRequest
from azure.identity import DefaultAzureCredential
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.postgresqlflexibleservers import PostgreSQLManagementClient
from azure.mgmt.privatedns import PrivateDnsManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from shared.azure.correlation import Correlating
from shared.azure.errors import ForeignUrl
from shared.azure.rates import Rates
from shared.deployment.resource_id import ResourceId
from shared.settings import Settings, settings

PATIENCE: dict[str, Any] = {
    "retry_total": 0,  # the tick loop retries, with a durable timer
    "permit_redirects": False,  # a redirect carries token and body to wherever it says
    "connection_timeout": 10,
    "read_timeout": 60,
}


@dataclass
class AzureClients:
    """The four management clients, made when first used and then kept."""

    credential: TokenCredential
    settings: Settings
    subscription_id: str
    rates: Rates = field(default_factory=Rates)

    def _options(self) -> dict[str, Any]:
        return {
            "base_url": self.settings.arm_url,
            "credential_scopes": [f"{self.settings.arm_audience}/.default"],
            "per_call_policies": [Correlating()],
            "per_retry_policies": [self.rates],
            **PATIENCE,
        }

    @cached_property
    def network(self) -> NetworkManagementClient:
        """Microsoft.Network but for private DNS."""
        return NetworkManagementClient(self.credential, self.subscription_id, **self._options())

    @cached_property
    def postgres(self) -> PostgreSQLManagementClient:
        """Microsoft.DBforPostgreSQL."""
        return PostgreSQLManagementClient(self.credential, self.subscription_id, **self._options())

    @cached_property
    def private_dns(self) -> PrivateDnsManagementClient:
        """Private DNS zones, links and records."""
        return PrivateDnsManagementClient(self.credential, self.subscription_id, **self._options())

    @cached_property
    def resources(self) -> ResourceManagementClient:
        """Resource groups, and any resource by its id."""
        return ResourceManagementClient(self.credential, self.subscription_id, **self._options())

    def send(self, method: str, url: str, *, json: Any = None) -> Any:
        """One authenticated request to ARM outside the SDKs' methods: a poll, a preflight read.

        Args:
            method: GET, POST or PATCH.
            url: absolute as ARM gave it, or a path with its api-version.
            json: the body of a POST.

        Raises:
            ForeignUrl: the URL leads elsewhere than to ARM; the token would go along.
        """
        absolute = f"{self.settings.arm_url}{url}" if url.startswith("/") else url
        if _origin(absolute) != _origin(self.settings.arm_url):
            raise ForeignUrl(absolute)
        request = HttpRequest(method, absolute, json=json)
        # Any of the clients carries the pipeline; this one is needed by every deployment.
        return self.resources._client.send_request(request)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


@cache
def credential() -> TokenCredential:
    """The identity of the app: managed in Azure, the developer's own on a laptop."""
    return DefaultAzureCredential()


@cache
def azure_clients(subscription_id: str) -> AzureClients:
    """The clients of a subscription, shared by all activities of this process."""
    return AzureClients(credential(), settings(), subscription_id)


def clients_for(resource_id: str) -> AzureClients:
    """The clients of the subscription that an ARM id lies in."""
    return azure_clients(ResourceId.of(resource_id).subscription)
