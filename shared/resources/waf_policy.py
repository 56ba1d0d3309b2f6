"""The WAF policy of the Application Gateway, where it has one."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.departures import Departure
from shared.resources.ids import Ids
from shared.resources.sdk_calls import Response, answered, path_of, started
from shared.resources.timing import Timing, minutes, seconds

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients


class WafPolicy(Resource):
    """Inspects the HTTP traffic of the gateway, never that of the database.

    Departs from the recipe: DRS 2.1 rather than OWASP CRS 3.2, and attached to the gateway, which
    WAF_v2 is refused without (ApplicationGatewayFirewallNotConfiguredForSelectedSku).
    """

    key = "waf-policy"
    arm_type = "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies"
    verbs = (*Resource.verbs, "join/action")
    free = "https://azure.microsoft.com/pricing/details/application-gateway"  # with its gateway
    # The answers spell it otherwise than azure-mgmt-network 33.1 does for requests.
    paths = Rules((Path(at="properties.policySettings.captchaCookieExpirationInMins", shown=True),))
    # a synchronous PUT of 1-3 s (azure-mgmt-network has no begin_ for it)
    timing = Timing(create=seconds(2), delete=seconds(15), timeout=minutes(30))

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.firewalled

    def name(self, spec: DeploymentSpec) -> str:
        return f"waf-policy-db-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        settings = {
            "state": "Enabled",
            "mode": "Prevention",
            "requestBodyCheck": True,
            "maxRequestBodySizeInKb": 128,
            "fileUploadLimitInMb": 100,
        }
        rule_set = {"ruleSetType": "Microsoft_DefaultRuleSet", "ruleSetVersion": "2.1"}
        managed = {"managedRuleSets": [rule_set]}
        properties = {"policySettings": settings, "managedRules": managed}
        return {"location": spec.location, "properties": properties}

    def taker(self, clients: "AzureClients") -> Callable[..., Any]:
        return clients.network.web_application_firewall_policies.create_or_update

    def read(self, clients: "AzureClients", resource_id: str) -> Response:
        policies = clients.network.web_application_firewall_policies
        return answered(policies.get, *path_of(resource_id))

    def put(
        self, clients: "AzureClients", resource_id: str, body: Json, observed: Json | None
    ) -> Response:
        return answered(self.taker(clients), *path_of(resource_id), body)

    def delete(self, clients: "AzureClients", resource_id: str) -> Response:
        policies = clients.network.web_application_firewall_policies
        return started(policies.begin_delete, *path_of(resource_id))

    def departures(self, spec: DeploymentSpec) -> Iterable[Departure]:
        yield Departure(
            "step 6",
            "WafPolicyAttached",
            "the recipe makes the policy after the gateway and attaches it nowhere; here it comes "
            "first, with DRS 2.1 in place of OWASP 3.2, and the gateway refers to it",
        )
        if spec.gateway.https is None:
            yield Departure(
                "step 3",
                "WafDoesNotInspectPostgreSQL",
                "a WAF inspects HTTP listeners only, never TCP or TLS ones (Learn: Application "
                "Gateway TCP/TLS proxy): without gateway.https it protects nothing; Standard_v2 "
                "does the same for less",
            )
