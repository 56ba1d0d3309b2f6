"""The Application Gateway in front of the server: a TCP proxy, and a web application if asked for.

The gateway is one document: listeners, pools, probes and rules are parts of it and are sent with
every PUT. Parts that somebody else added are left alone; ours go when the spec drops them.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Change, Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.departures import Departure
from shared.resources.gateway_parts import database_parts, https_parts, joined
from shared.resources.ids import Ids
from shared.resources.postgres_server import PostgresServer
from shared.resources.prices import Meter, hourly
from shared.resources.public_ips import GatewayPublicIp
from shared.resources.replica import VirtualEndpoint
from shared.resources.sdk_calls import OperationGroup, Response, path_of, started
from shared.resources.settling import State
from shared.resources.timing import Timing, minutes
from shared.resources.virtual_network import GatewayInstancesSubnet, HubVirtualNetwork
from shared.resources.waf_policy import WafPolicy

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients

CAPACITY_UNITS = 10  # that one instance reserves (Learn: Scaling Application Gateway v2)
SSL_POLICY = "AppGwSslPolicy20220101S"  # TLS 1.2 and 1.3 (Learn: Application Gateway SSL policies)


# Parts show who uses them; azure-mgmt-network 33.1 declares those references for no request.
PARTS = (
    "frontendIPConfigurations",
    "frontendPorts",
    "sslCertificates",
    "backendAddressPools",
    "probes",
    "backendSettingsCollection",
    "backendHttpSettingsCollection",
    "httpListeners",
    "listeners",
)
USERS = (
    "httpListeners",
    "listeners",
    "requestRoutingRules",
    "routingRules",
    "urlPathMaps",
    "pathRules",
    "backendHttpSettings",
    "backendSettings",
)


OPTIONAL = (
    "identity",
    "properties.firewallPolicy",
    "properties.sslCertificates[postgresql]",
    "properties.listeners[postgresql].properties.sslCertificate",
    *(
        f"properties.{collection}[pgbouncer]"
        for collection in ("frontendPorts", "probes", "backendSettingsCollection")
    ),
    *(f"properties.{collection}[pgbouncer]" for collection in ("listeners", "routingRules")),
    "properties.sslCertificates[https]",
    "properties.frontendPorts[https]",
    "properties.probes[https]",
    "properties.backendAddressPools[https]",
    "properties.backendHttpSettingsCollection[https]",
    "properties.httpListeners[https]",
    "properties.requestRoutingRules[https]",
)
CUSTOM_TLS = ("cipherSuites", "minProtocolVersion", "disabledSslProtocols")
EXCLUSIVE = {
    # azure-rest-api-specs: a member, and what the gateway refuses beside it
    "autoscaleConfiguration": ("sku.capacity",),
    "sslPolicy.policyName": CUSTOM_TLS,
    "firewallPolicy": ("webApplicationFirewallConfiguration",),
    "frontendIPConfigurations.properties.publicIPAddress": ("subnet", "privateIPAddress"),
    "frontendIPConfigurations.properties.privateIPAddress": ("publicIPAddress",),
    "httpListeners.properties.hostName": ("hostNames",),
    "probes.properties.pickHostNameFromBackendHttpSettings": ("host",),
    "backendHttpSettingsCollection.properties.hostName": ("pickHostNameFromBackendAddress",),
    "requestRoutingRules.properties.backendAddressPool": (
        *("urlPathMap", "redirectConfiguration"),
    ),
}
DRAINED = "each instance in turn is taken out, and cuts the sessions that pass it"
RULES = Rules(
    (
        Path(at="zones", fixed=True),
        # Learn: Application Gateway FAQ, "update domain"; TCP connections drain for 30 s only
        *(Path(at=part, disturbs=DRAINED) for part in ("properties", "tags", "identity")),
        *(Path(at=path, optional=True) for path in OPTIONAL),
        *(Path(at=f"properties.{p}.properties.{u}", shown=True) for p in PARTS for u in USERS),
        *(Path(at=f"properties.{path}", excludes=others) for path, others in EXCLUSIVE.items()),
    )
)


class ApplicationGateway(Resource):
    """Passes PostgreSQL through on layer 4, on its private address only.

    Departs from the recipe: a TCP listener on 5432 with a TCP probe, because PostgreSQL is not
    HTTP; one coherent PUT rather than five; autoscale; a predefined TLS policy.
    """

    key = "application-gateway"
    arm_type = "Microsoft.Network/applicationGateways"
    verbs = (*Resource.verbs, "backendhealth/action", "start/action")
    depends_on = (
        HubVirtualNetwork,
        GatewayInstancesSubnet,
        GatewayPublicIp,
        WafPolicy,
        PostgresServer,
        VirtualEndpoint,
    )
    # create 6-10 min (7 min 39 s observed), update 1-4 min, delete 3-8 min; timeout 90 min
    # (terraform-provider-azurerm)
    timing = Timing(create=minutes(8), delete=minutes(5), update=minutes(2), timeout=minutes(90))
    paths = RULES

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.proxied

    def name(self, spec: DeploymentSpec) -> str:
        return f"appgw-db-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        gateway, own_id = spec.gateway, self.id(spec)
        sku = "WAF_v2" if spec.firewalled else "Standard_v2"
        subnet = {"id": ids[GatewayInstancesSubnet]}
        properties: Json = {
            "sku": {"name": sku, "tier": sku},
            "autoscaleConfiguration": {
                "minCapacity": gateway.min_capacity,
                "maxCapacity": gateway.max_capacity,
            },
            "sslPolicy": {"policyType": "Predefined", "policyName": SSL_POLICY},
            "gatewayIPConfigurations": [{"name": "default", "properties": {"subnet": subnet}}],
            "frontendIPConfigurations": _frontends(spec, subnet, ids[GatewayPublicIp]),
        }
        properties |= joined(database_parts(spec, own_id), https_parts(spec, own_id))
        if spec.firewalled:
            properties["firewallPolicy"] = {"id": ids[WafPolicy]}
        body: Json = {"location": spec.location, "properties": properties}
        if spec.zones:
            body["zones"] = list(spec.zones)
        if gateway.identity_id and "sslCertificates" in properties:
            identities: Json = {gateway.identity_id: {}}
            body["identity"] = {"type": "UserAssigned", "userAssignedIdentities": identities}
        return body

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.network.application_gateways

    def meters(self, body: Json) -> Iterable[Meter]:
        """A fixed price, and the units that the least number of instances reserves."""
        properties = body["properties"]
        sku, scale = properties["sku"], properties.get("autoscaleConfiguration") or {}
        instances = scale.get("minCapacity", sku.get("capacity", 0))
        yield hourly(sku["name"])
        yield hourly(f"{sku['name']} capacity unit", instances * CAPACITY_UNITS)

    def state(self, observed: Json) -> State:
        """One that somebody stopped is as declared, and not well."""
        state = super().state(observed)
        if state != "succeeded":
            return state
        moving: dict[str, State] = {"stopped": "failed", "starting": "inProgress"}
        return moving.get(_operational(observed).casefold(), state)

    def health(self, observed: Json) -> Iterable[Change]:
        if super().state(observed) == "failed":
            yield from super().health(observed)
        if (state := _operational(observed)) != "Running":
            yield Change(path="properties.operationalState", before=state, after="Running")

    def begin_start(
        self, clients: "AzureClients", resource_id: str, observed: Json
    ) -> Response | None:
        if _operational(observed) != "Stopped" or self.state(observed) == "inProgress":
            return None
        gateways = clients.network.application_gateways
        return started(gateways.begin_start, *path_of(resource_id))

    def departures(self, spec: DeploymentSpec) -> Iterable[Departure]:
        yield from _about_tls(spec)
        yield from _about_waf(spec)
        yield Departure(
            "step 3",
            "PrivateListenerOnly",
            "on the public address the database would be reachable from the Internet: the listener "
            "is on the private one; the public address stays because Application Gateway v2 asks "
            "for it, and no listener uses it",
        )
        yield Departure(
            "step 6",
            "TcpHealthProbe",
            "an HTTP probe of /health on port 5432 can only fail: a TCP probe is attached to the "
            "backend settings; every probe opens a connection and leaves a line in the server log",
        )
        yield Departure(
            "step 3",
            "TcpProxyLimits",
            "proxying TCP is a recent feature of Application Gateway: the server sees its "
            "addresses, not those of its clients, and connections are drained for 30 seconds only",
        )
        yield Departure(
            "step 3",
            "ProxyIsOptional",
            "the proxy adds a hop, a second TCP connection and USD 190 to 530 a month; its "
            "frontend cuts a flow that is silent for 5 minutes, so keep TCP keepalives below 4, "
            f"and it ends a session without data after {spec.gateway.idle_timeout_seconds} "
            "seconds; gateway.mode none reaches the server directly",
        )


def _operational(observed: Json) -> str:
    return str((observed.get("properties") or {}).get("operationalState") or "Running")


def _about_tls(spec: DeploymentSpec) -> Iterable[Departure]:
    yield Departure(
        "step 3",
        "PostgreSQLIsNotHttp",
        "nothing of the PostgreSQL protocol passes an HTTP listener: the gateway uses its layer-4 "
        "listener, backend settings and routing rule on port 5432",
    )
    yield Departure(
        "step 3",
        "TlsEndToEnd",
        "PostgreSQL asks for TLS inside its own protocol, so the gateway passes it through and "
        f"the server ends it; clients that verify names use host={spec.server_fqdn} with "
        f"hostaddr={spec.gateway.private_address}",
    )


def _about_waf(spec: DeploymentSpec) -> Iterable[Departure]:
    if not spec.firewalled:
        yield Departure(
            "step 3",
            "NoWafForPostgreSQL",
            "Standard_v2 in place of WAF_v2, and no WAF policy: a WAF inspects HTTP listeners "
            "only, never TCP or TLS ones (Learn: Application Gateway TCP/TLS proxy)",
        )


def _frontends(spec: DeploymentSpec, subnet: Json, public_id: str) -> list[Json]:
    private = {
        "subnet": subnet,
        "privateIPAllocationMethod": "Static",
        "privateIPAddress": spec.gateway.private_address,
    }
    return [
        {"name": "public", "properties": {"publicIPAddress": {"id": public_id}}},
        {"name": "private", "properties": private},
    ]
