"""The table of checks: what each is about, how Azure is asked, what its answer means.

Those that carry out a validation of the recipe name it; the rest is what a client would stumble
over where those are content.
"""

from collections.abc import Callable
from dataclasses import dataclass

from shared.azure.clients import AzureClients
from shared.deployment.messages import Json, Step
from shared.deployment.outputs import DATABASE_PORT
from shared.deployment.walks.ending import QUERY
from shared.planning.validation import asking, judges, query, routes
from shared.planning.validation.seen import Seen
from shared.resources.sdk_calls import Response

CIRCUIT = "Microsoft.Network/expressRouteCircuits"
DNS_VERSION = "2024-06-01"  # of azure-mgmt-privatedns 2.0
CIRCUIT_VERSION = "2026-03-01"  # of azure-mgmt-network 33.1
REACHABLE = "database-reachable"


@dataclass(frozen=True, slots=True)
class Check:
    """One check; `recipe` is the validation of the recipe that it carries out, if it does."""

    key: str
    resource: str  # key of the resource it is about, or "circuit"
    begin: Callable[[AzureClients, Step], Response] | None  # None: see `query`
    judge: Callable[[Json, Json], Seen]
    expected: str
    command: str  # what a person would type; {id} and {group} are filled in
    recipe: str = ""
    seconds: float = 1.0
    late: bool = False  # may come right by itself, within `LATE`
    beside: Callable[[AzureClients, Step], Json] | None = None  # what is read for it besides


SHOW = "az resource show --ids {id} --query properties"
APPGW = "az network application-gateway show --ids {id} --query"
TABLE = (
    Check(
        "gateway-provisioned",
        "express-route-gateway",
        asking.get("virtual_network_gateways"),
        judges.gateway_provisioned,
        "provisioningState Succeeded",
        "az network vnet-gateway show --ids {id} --query provisioningState",
        recipe="validation 1",
    ),
    Check(
        "circuit-provisioned",
        "circuit",
        asking.read("", CIRCUIT_VERSION),
        judges.circuit_provisioned,
        "enabled, provisioned and peered",
        "az network express-route show --ids {id}",
        recipe="validation 1",
        late=True,
    ),
    Check(
        "circuit-connected",
        "express-route-connection",
        asking.get("virtual_network_gateway_connections"),
        judges.circuit_connected,
        "connectionStatus Connected",
        "az network vpn-connection show --ids {id} --query connectionStatus",
        recipe="validation 1",
        late=True,
    ),
    Check(
        "routes-learned",
        "express-route-gateway",
        asking.learned_routes,
        routes.routes_learned,
        "a route to every on-premises network",
        "az network vnet-gateway list-learned-routes --ids {id}",
        recipe="validation 1",
        seconds=15,
        late=True,
        beside=asking.table,
    ),
    Check(
        "routes-effective",
        "jump-box-nic",
        asking.effective_routes,
        routes.routes_effective,
        "every on-premises network led to the gateway",
        "az network nic show-effective-route-table --ids {id}",
        seconds=15,
        late=True,
    ),
    Check(
        "hub-peered",
        "peering-to-hub",
        asking.get("virtual_network_peerings"),
        judges.hub_peered,
        "peeringState Connected, and the hub's gateway used where it should be",
        "az network vnet peering show --ids {id} --query peeringState",
        late=True,
    ),
    Check(
        "server-ready",
        "postgres-server",
        asking.server,
        judges.server_ready,
        "state Ready",
        "az postgres flexible-server show --ids {id} --query state",
        recipe="validation 2",
    ),
    Check(
        "replica-follows",
        "postgres-replica",
        asking.server,
        judges.replica_follows,
        "a replica that is Ready",
        "az postgres flexible-server show --ids {id} --query [replicationRole,state]",
        recipe="challenge",
    ),
    Check(
        "parameters-in-effect",
        "postgres-server",
        asking.read("/configurations", "2026-10-01"),
        judges.parameters_in_effect,
        "no restart pending, TLS required",
        "az postgres flexible-server parameter list --ids {id} --query '[?isConfigPendingRestart]'",
    ),
    Check(
        "name-resolvable",
        "private-dns-zone",
        asking.read("/A", DNS_VERSION),
        judges.name_resolvable,
        "an address in the subnet of the database",
        "az network private-dns record-set a list -g {group} -z {name}",
        recipe="validation 2",
    ),
    Check(
        "zone-linked",
        "private-dns-link",
        asking.read("", DNS_VERSION),
        judges.zone_linked,
        "linked to the hub network",
        SHOW,
        recipe="validation 2",
    ),
    Check(
        "gateway-running",
        "application-gateway",
        asking.get("application_gateways"),
        judges.gateway_running,
        "operationalState Running",
        f"{APPGW} operationalState",
        recipe="validation 3",
    ),
    Check(
        "gateway-listening",
        "application-gateway",
        asking.get("application_gateways"),
        judges.gateway_listens,
        "a listener for TCP on each port of clients, at the private address",
        f"{APPGW} '[listeners, frontendPorts]'",
        recipe="validation 3",
    ),
    Check(
        "firewall-attached",
        "application-gateway",
        asking.get("application_gateways"),
        judges.firewall_attached,
        "the WAF policy of the deployment",
        f"{APPGW} firewallPolicy",
        recipe="validation 3",
    ),
    Check(
        "certificate-valid",
        "application-gateway",
        asking.certificate,
        judges.certificate_valid,
        "a certificate that has not ended",
        f"{APPGW} sslCertificates",
    ),
    Check(
        "backend-healthy",
        "application-gateway",
        asking.backend_health,
        judges.backend_healthy,
        "every backend Up",
        "az network application-gateway show-backend-health --ids {id}",
        recipe="validation 3",
        seconds=45,  # Learn: 30 s to 3 min
    ),
    Check(
        "database-admits",
        "nsg-database",
        asking.get("network_security_groups"),
        judges.on_premises_admitted,
        "every on-premises network let in",
        "az network nsg show --ids {id} --query securityRules",
    ),
    Check(
        "gateway-admits",
        "nsg-application-gateway",
        asking.get("network_security_groups"),
        judges.on_premises_admitted,
        "every on-premises network let in",
        "az network nsg show --ids {id} --query securityRules",
    ),
    Check(
        "routes-lead-back",
        "route-table",
        asking.get("route_tables"),
        routes.routes_lead_back,
        "no route that takes replies to on-premises away",
        "az network route-table show --ids {id} --query routes",
    ),
    Check(
        REACHABLE,
        "jump-box",
        asking.connect,
        judges.port_reachable,
        f"port {DATABASE_PORT} reachable",
        "az network watcher test-connectivity --source-resource {id} --dest-address {address} "
        f"--dest-port {DATABASE_PORT}",
        recipe="validation 4",
        seconds=60,
    ),
    Check(
        QUERY,
        "jump-box",
        None,
        lambda body, asked: query.judge(body),
        "a query answered, directly and through the gateway",
        "az vm run-command list --vm-name {name} -g {group} --expand instanceView",
        recipe="validation 4",
        seconds=60,
    ),
)
BY_KEY = {check.key: check for check in TABLE}
