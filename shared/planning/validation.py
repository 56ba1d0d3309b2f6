"""The checks of a deployed architecture: the recipe's four validations and a real connection.

A check is a step like any other, walked by the same loop: begin it, look at it until it ends. It
changes nothing. What it has seen is told in words, whether good or bad.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from shared.azure.clients import AzureClients
from shared.azure.errors import presentable
from shared.deployment.messages import Failure, Json, Outcome, Plan, Step
from shared.deployment.outputs import DATABASE_PORT
from shared.deployment.spec import DeploymentSpec
from shared.resources.catalogue import catalogue
from shared.resources.sdk_calls import Response, answered, path_of, started

Seen = tuple[bool, str]


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what it is about, how it begins, and what its answer means."""

    key: str
    resource: str  # key of the resource it is about
    recipe: str
    seconds: float  # Learn: backend health and connectivity checks take 30 s to 3 min
    begin: Callable[[AzureClients, Step], Response]
    judge: Callable[[Json], Seen]


def _connection(clients: AzureClients, step: Step) -> Response:
    group = clients.network.virtual_network_gateway_connections
    return answered(group.get, *path_of(step["id"]))


def _connected(body: Json) -> Seen:
    status = body["properties"].get("connectionStatus", "Unknown")
    return status == "Connected", f"connectionStatus is {status}"


def _gateway(clients: AzureClients, step: Step) -> Response:
    return answered(clients.network.virtual_network_gateways.get, *path_of(step["id"]))


def _provisioned(body: Json) -> Seen:
    state = body["properties"].get("provisioningState")
    return state == "Succeeded", f"provisioningState is {state}"


def _server(clients: AzureClients, step: Step) -> Response:
    return answered(clients.postgres.servers.get, *path_of(step["id"]))


def _ready(body: Json) -> Seen:
    properties = body["properties"]
    state, name = properties.get("state"), properties.get("fullyQualifiedDomainName")
    return state == "Ready" and bool(name), f"state is {state}, its name is {name}"


def _application_gateway(clients: AzureClients, step: Step) -> Response:
    return answered(clients.network.application_gateways.get, *path_of(step["id"]))


def _running(body: Json) -> Seen:
    state = body["properties"].get("operationalState")
    return state == "Running", f"operationalState is {state}"


def _backend_health(clients: AzureClients, step: Step) -> Response:
    return started(clients.network.application_gateways.begin_backend_health, *path_of(step["id"]))


def _healthy(body: Json) -> Seen:
    servers = [
        server
        for pool in body.get("backendAddressPools", [])
        for settings in (
            *pool.get("backendHttpSettingsCollection", []),
            *pool.get("backendSettingsCollection", []),
        )
        for server in settings.get("servers", [])
    ]
    seen = ", ".join(f"{s.get('address')} is {s.get('health')}" for s in servers)
    healthy = bool(servers) and all(s.get("health") in {"Up", "Healthy"} for s in servers)
    return healthy, seen or "the backend pool is empty"


def _zone_records(clients: AzureClients, step: Step) -> Response:
    group, zone = path_of(step["id"])
    version = "2024-06-01"  # of azure-mgmt-privatedns 2.0
    path = f"/subscriptions/{clients.subscription_id}/resourceGroups/{group}/providers"
    response: Response = clients.send(
        "GET", f"{path}/Microsoft.Network/privateDnsZones/{zone}/A?api-version={version}"
    )
    return response


def _resolvable(body: Json) -> Seen:
    addresses = [
        record["ipv4Address"]
        for found in body.get("value", [])
        for record in found["properties"].get("aRecords", [])
    ]
    return bool(addresses), f"the zone leads to {', '.join(addresses) or 'nothing'}"


def _connect(clients: AzureClients, step: Step) -> Response:
    body = {
        "source": {"resourceId": step["id"]},
        "destination": {"address": step["body"]["address"], "port": DATABASE_PORT},
        "protocol": "Tcp",
    }
    group, name = _network_watcher(clients, step["body"]["location"])
    return started(clients.network.network_watchers.begin_check_connectivity, group, name, body)


def _network_watcher(clients: AzureClients, location: str) -> tuple[str, str]:
    """Azure makes one per region by itself, in a group of its own."""
    for watcher in clients.network.network_watchers.list_all():
        if str(watcher.location).replace(" ", "").casefold() == location:
            return path_of(str(watcher.id))[0], str(watcher.name)
    raise ResourceNotFoundError(f"no Network Watcher is enabled in {location}")


def _reachable(body: Json) -> Seen:
    status = body.get("connectionStatus", "Unknown")
    issues = [
        str(issue.get("type")) for hop in body.get("hops", []) for issue in hop.get("issues", [])
    ]
    seen = f"port {DATABASE_PORT} is {status} from the jump box"
    return status in {"Reachable", "Connected"}, "; ".join([seen, *issues])


CHECKS = {
    check.key: check
    for check in (
        Check(
            "gateway-provisioned",
            "express-route-gateway",
            "validation 1",
            1,
            _gateway,
            _provisioned,
        ),
        Check(
            "circuit-connected",
            "express-route-connection",
            "validation 1",
            1,
            _connection,
            _connected,
        ),
        Check("server-ready", "postgres-server", "validation 2", 1, _server, _ready),
        Check("name-resolvable", "private-dns-zone", "validation 2", 1, _zone_records, _resolvable),
        Check(
            "gateway-running",
            "application-gateway",
            "validation 3",
            1,
            _application_gateway,
            _running,
        ),
        Check(
            "backend-healthy", "application-gateway", "validation 3", 45, _backend_health, _healthy
        ),
        Check("database-reachable", "jump-box", "validation 4", 60, _connect, _reachable),
    )
}


def plan_validate(spec: DeploymentSpec) -> Plan:
    """The checks that fit what the spec asks for, as a plan."""
    wanted = {resource.key: resource for resource in catalogue().wanted(spec)}
    steps = [
        Step(
            key=check.key,
            armType=wanted[check.resource].arm_type,
            id=wanted[check.resource].id(spec),
            action="check",
            body={"address": spec.server_fqdn, "location": spec.location},
            prior=None,
            changes=[],
            dependsOn=[],
            startsAfter=[],
            locks=[],
            expectedSeconds=check.seconds,
            timeoutSeconds=600,
            undoSeconds=0,
        )
        for check in CHECKS.values()
        if check.resource in wanted
    ]
    return Plan(
        deployment=spec.name,
        purpose="validate",
        steps=steps,
        warnings=[],
        refusals=[],
        outputs={},
        retained=[],
    )


def probe(clients: AzureClients, step: Step, operation_url: str | None) -> Outcome:
    """Begin a check, or look at one that has begun."""
    check = CHECKS[step["key"]]
    response: Any = (
        clients.send("GET", operation_url) if operation_url else check.begin(clients, step)
    )
    if response.status_code == 202:
        return Outcome(
            key=step["key"],
            state="inProgress",
            operationUrl=operation_url or response.headers.get("Location"),
            retryAfterSeconds=float(response.headers.get("Retry-After", 10)),
        )
    good, seen = check.judge(response.json())
    seen = presentable(seen)
    if good:
        return Outcome(key=step["key"], state="succeeded", detail=seen)
    failure = Failure(code="CheckFailed", message=seen, retryable=False)
    return Outcome(key=step["key"], state="failed", failure=failure)
