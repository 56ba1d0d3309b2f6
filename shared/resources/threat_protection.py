"""Defender for the database: a setting that every server has, off until somebody turns it on."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.ids import Ids
from shared.resources.postgres_server import PostgresServer
from shared.resources.prices import Meter, Price
from shared.resources.sdk_calls import Answer, Response, answered, path_of, started
from shared.resources.timing import Timing, minutes, seconds

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients

MONTH = Price(15, "https://azure.microsoft.com/pricing/details/defender-for-cloud/")
ON, OFF = ({"properties": {"state": state}} for state in ("Enabled", "Disabled"))


class ThreatProtection(Resource):
    """Tells of sign-ins and queries that look like an attack; what is off counts as absent.

    https://learn.microsoft.com/azure/defender-for-cloud/defender-for-databases-introduction
    """

    key = "threat-protection"
    arm_type = "Microsoft.DBforPostgreSQL/flexibleServers/advancedThreatProtectionSettings"
    verbs = ("read", "write")  # it goes with its server
    depends_on: ClassVar[tuple[type[Resource], ...]] = (PostgresServer,)
    timing = Timing(create=seconds(30), delete=seconds(30), timeout=minutes(30))
    taggable = False
    name_fixed = True

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.postgres.threat_protection

    def name(self, spec: DeploymentSpec) -> str:
        return "Default"

    def parent_id(self, spec: DeploymentSpec) -> str:
        return PostgresServer().id(spec)

    def lock(self, resource_id: str) -> str:
        return super().lock(resource_id.rsplit("/", 2)[0])  # the server takes one write at a time

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        return ON

    def meters(self, body: Json) -> Iterable[Meter]:
        yield Meter("Defender for a server", 1, MONTH)

    def taker(self, clients: "AzureClients") -> Callable[..., Any]:
        return clients.postgres.server_threat_protection_settings.begin_create_or_update

    def read(self, clients: "AzureClients", resource_id: str) -> Response:
        settings = clients.postgres.advanced_threat_protection_settings
        answer = answered(settings.get, *path_of(resource_id))
        on = answer.json().get("properties", {}).get("state") == "Enabled"
        return answer if on else Answer(404, {})

    def put(
        self, clients: "AzureClients", resource_id: str, body: Json, observed: Json | None
    ) -> Response:
        return started(self.taker(clients), *path_of(resource_id), body)

    def delete(self, clients: "AzureClients", resource_id: str) -> Response:
        """Turn it off; where the server is gone, there is nothing to turn off."""
        return started(self.taker(clients), *path_of(resource_id), OFF)
