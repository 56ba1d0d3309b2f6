"""Whether the circuit can be connected to: found out now, not after 25 minutes of a gateway."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from azure.core.exceptions import ResourceNotFoundError

from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.preflight.findings import Finding, Subject, folded, refused, warned
from shared.planning.preflight.peering_locations import is_placed, reach_of
from shared.resources.sdk_calls import path_of

CONNECTION = "express-route-connection"
TARGET = "expressRoute.circuitId"
KEY = "expressRoute.authorizationKey"
GRAPH = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"
CONNECTIONS = (
    "resources | where type =~ 'microsoft.network/connections' "
    "| project id, circuit = properties.peer.id"
)
# Virtual networks that a circuit takes: 10, and with Premium more, by its Mbps.
# https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits
CONNECTION_LIMIT = 10
PREMIUM_LIMITS = {50: 20, 100: 25, 200: 25, 500: 40, 1000: 50, 2000: 60, 5000: 75, 10000: 100}


def check_circuit(subject: Subject) -> Iterator[Finding]:
    """State, peering, tier, authorization, and room for one more connection."""
    circuit_id = subject.spec.circuit_id
    if circuit_id is None:  # none yet: it is asked about when it is given
        return
    network = subject.clients_of(circuit_id).network
    try:
        circuit = network.express_route_circuits.get(*path_of(circuit_id)).as_dict()
    except ResourceNotFoundError:
        yield _absent(subject.spec, circuit_id)
        return
    connected = subject.has(CONNECTION) or not subject.makes(CONNECTION)
    yield from judge_circuit(subject.spec, circuit, connected=connected)
    if port := circuit["properties"].get("expressRoutePort"):
        found = network.express_route_ports.get(*path_of(port["id"])).as_dict()
        yield from judge_port(found)
    if not connected:
        yield from judge_connections(circuit, circuit_id, connections_seen(subject))


def _absent(spec: DeploymentSpec, circuit_id: str) -> Finding:
    """Whoever has a key needs no right to see the circuit, which may be in another tenant."""
    if spec.express_route.authorization_key:
        text = f"{circuit_id} is not visible to the app: make sure that it is ready and in reach"
        return warned("CircuitNotVisible", TARGET, text)
    text = f"there is no circuit {circuit_id}: correct the id, or create the circuit first"
    return refused("CircuitNotFound", TARGET, text)


def connections_seen(subject: Subject) -> list[Json]:
    """The connections that the app may see in any subscription, with their circuits.

    No read of a circuit shows its connections; Resource Graph is some seconds behind, which only
    matters for who has just removed one.
    """
    return list(subject.ask(GRAPH, {"query": CONNECTIONS})["data"])


def judge_circuit(spec: DeploymentSpec, circuit: Json, *, connected: bool) -> Iterator[Finding]:
    """What stands between this circuit and a connection.

    Args:
        spec: what is wanted.
        circuit: as ARM shows it.
        connected: whether the deployment has its connection already.
    """
    yield from _states(circuit["properties"])
    yield from _peering(spec, circuit["properties"])
    yield from _reach(spec, circuit)
    if not connected:
        yield from _authorization(spec, circuit["properties"])


def _states(properties: Json) -> Iterator[Finding]:
    wanted = {
        "serviceProviderProvisioningState": ("Provisioned", "ask the provider to provision it"),
        "circuitProvisioningState": ("Enabled", "ask the support of Azure to enable it"),
        "provisioningState": ("Succeeded", "wait for the operation on it, or repair it"),
    }
    for name, (good, fix) in wanted.items():
        state = properties.get(name, good)  # a circuit on ExpressRoute Direct has no provider
        if state != good:
            yield refused("CircuitNotReady", TARGET, f"its {name} is {state}, not {good}: {fix}")


def _peering(spec: DeploymentSpec, properties: Json) -> Iterator[Finding]:
    private = _private_peerings(properties)
    if not private or private[0].get("state", "Enabled") != "Enabled":
        text = "it has no enabled Azure private peering: configure one with the provider"
        yield refused("CircuitWithoutPrivatePeering", TARGET, text)
    spaces = [IPv4Network(prefix) for prefix in spec.network.address_space]
    for peering in private:
        for name in ("primaryPeerAddressPrefix", "secondaryPeerAddressPrefix"):
            prefix = peering.get(name)
            if prefix and any(IPv4Network(prefix, strict=False).overlaps(s) for s in spaces):
                yield refused(
                    "PeeringOverlapsNetwork",
                    "network.addressSpace",
                    f"it overlaps {prefix}, the {name} of the circuit: choose another range",
                )


def _private_peerings(properties: Json) -> list[Json]:
    return [
        peering["properties"]
        for peering in properties.get("peerings") or []
        if peering["properties"].get("peeringType") == "AzurePrivatePeering"
    ]


def _reach(spec: DeploymentSpec, circuit: Json) -> Iterator[Finding]:
    """Local circuits reach the regions beside them; the others their geography, Premium all."""
    tier = _tier(circuit)
    provider = circuit["properties"].get("serviceProviderProperties") or {}
    place = provider.get("peeringLocation") or "its peering location"  # that of a port, if Direct
    here, reach = folded(spec.location), reach_of(tier, place)
    if tier == "Premium":
        return
    if reach is None or not is_placed(here):
        text = f"make sure that a {tier} circuit in {place} reaches {here}: Premium always does"
        yield warned("CircuitReachUnknown", "location", text)
    elif here not in reach.regions:
        yield refused(
            "CircuitOutOfReach",
            "location",
            f"a {tier} circuit in {place} reaches {reach.name} only, not {spec.location}: choose "
            "a region there, or have the circuit upgraded to Premium",
        )


def _tier(circuit: Json) -> str:
    return str((circuit.get("sku") or {}).get("tier", "Standard"))


def _authorization(spec: DeploymentSpec, properties: Json) -> Iterator[Finding]:
    """A key is good for one connection; which one it is can only be seen by using it."""
    if spec.express_route.authorization_key is None:
        return
    uses = [a["properties"] for a in properties.get("authorizations") or []]
    if not any(use.get("authorizationUseStatus") == "Available" for use in uses):
        yield refused(
            "AuthorizationUsed",
            KEY,
            "the circuit has no authorization left that is Available: ask its owner for a new key",
        )


def judge_port(port: Json) -> Iterator[Finding]:
    """A circuit on ExpressRoute Direct is as good as the links of its port.

    https://learn.microsoft.com/azure/expressroute/expressroute-howto-erdirect
    """
    links = [link["properties"] for link in port["properties"].get("links") or []]
    enabled = [link for link in links if link.get("adminState") == "Enabled"]
    if not enabled:
        text = f"no link of the port {port['name']} is enabled: set the adminState of its links"
        yield refused("CircuitPortDown", TARGET, text)
    elif len(enabled) < len(links):
        text = f"only one link of the port {port['name']} is enabled: there is no redundancy"
        yield warned("CircuitPortNotRedundant", TARGET, text)


def judge_connections(circuit: Json, circuit_id: str, seen: list[Json]) -> Iterator[Finding]:
    """Whether the circuit has room for a connection.

    Those of subscriptions that the app may not see show in the authorizations they use; links of
    Global Reach count as well.

    Args:
        circuit: as ARM shows it.
        circuit_id: its id.
        seen: connections, each {id, circuit}.
    """
    properties, own = circuit["properties"], circuit_id.casefold()
    ids = {c["id"].casefold() for c in seen if str(c.get("circuit")).casefold() == own}
    uses = [a["properties"] for a in properties.get("authorizations") or []]
    used = [use for use in uses if use.get("authorizationUseStatus") == "InUse"]
    ids |= {uri.casefold() for use in used if (uri := use.get("connectionResourceUri"))}
    reaching = sum(
        len(peering.get(name) or [])
        for peering in _private_peerings(properties)
        for name in ("connections", "peeredConnections")
    )
    count, limit = max(len(ids), len(used)) + reaching, _connection_limit(circuit)
    if count >= limit:
        yield refused(
            "CircuitFull",
            TARGET,
            f"it has {count} connections, and a {_tier(circuit)} circuit of its size takes "
            f"{limit}: remove one, or have it upgraded",
        )


def _connection_limit(circuit: Json) -> int:
    if _tier(circuit) != "Premium":
        return CONNECTION_LIMIT
    properties = circuit["properties"]
    provided = (properties.get("serviceProviderProperties") or {}).get("bandwidthInMbps")
    mbps = provided or 1000 * properties.get("bandwidthInGbps", 10)
    return max([CONNECTION_LIMIT, *(n for size, n in PREMIUM_LIMITS.items() if size <= mbps)])
