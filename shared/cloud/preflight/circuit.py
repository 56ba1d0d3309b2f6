"""Whether the circuit can be connected to: found out now, not after 25 minutes of a gateway."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

from azure.core.exceptions import ResourceNotFoundError

from shared.cloud.preflight.findings import Finding, Subject, folded, refused, warned
from shared.deployment.messages import Json
from shared.deployment.spec import DeploymentSpec
from shared.resources.base import path_of

TARGET = "expressRoute.circuitId"
LOCAL_TIERS = frozenset({"Local", "MultiCloud"})
# The Azure region that a Local circuit of a peering location reaches.
# https://learn.microsoft.com/azure/expressroute/expressroute-locations-providers
LOCAL_REGIONS = {
    "Amsterdam": "westeurope",
    "Chicago": "northcentralus",
    "Dallas": "southcentralus",
    "Dublin": "northeurope",
    "Frankfurt": "germanywestcentral",
    "London": "uksouth",
    "Phoenix": "westus3",
    "Seattle": "westus2",
    "Silicon Valley": "westus",
    "Singapore": "southeastasia",
    "Stockholm": "swedencentral",
    "Sydney": "australiaeast",
    "Tokyo": "japaneast",
    "Toronto": "canadacentral",
    "Washington DC": "eastus",
    "Zurich": "switzerlandnorth",
}


def check_circuit(subject: Subject) -> Iterable[Finding]:
    """State, peering, tier and authorization."""
    circuit_id = subject.spec.express_route.circuit_id
    circuits = subject.clients_of(circuit_id).network.express_route_circuits
    try:
        circuit = circuits.get(*path_of(circuit_id)).as_dict()
    except ResourceNotFoundError:
        text = f"there is no circuit {circuit_id}: correct the id, or create the circuit first"
        return [refused("CircuitNotFound", TARGET, text)]
    connected = subject.has("express-route-connection")
    return judge_circuit(subject.spec, circuit, connected=connected)


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
    private = [
        peering["properties"]
        for peering in properties.get("peerings") or []
        if peering["properties"].get("peeringType") == "AzurePrivatePeering"
    ]
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


def _reach(spec: DeploymentSpec, circuit: Json) -> Iterator[Finding]:
    """Local circuits reach one region; the others that of their geography, Premium all."""
    tier = (circuit.get("sku") or {}).get("tier", "Standard")
    provider = circuit["properties"].get("serviceProviderProperties") or {}
    place = provider.get("peeringLocation", "")
    # Cities with several sites number them: Washington DC2 reaches what Washington DC does.
    region = LOCAL_REGIONS.get(place.rstrip("0123456789"))
    if tier not in LOCAL_TIERS:
        return
    if region is None:
        text = f"a {tier} circuit reaches one region only: make sure that of {place} is this one"
        yield warned("CircuitReachUnknown", "location", text)
    elif region != folded(spec.location):
        yield refused(
            "CircuitOutOfReach",
            "location",
            f"a {tier} circuit in {place} reaches {region} only, not {spec.location}: "
            f"choose {region}, or a Standard or Premium circuit",
        )


def _authorization(spec: DeploymentSpec, properties: Json) -> Iterator[Finding]:
    """A key is good for one connection; which one it is can only be seen by using it."""
    if spec.express_route.authorization_key is None:
        return
    uses = [a["properties"] for a in properties.get("authorizations") or []]
    if not any(use.get("authorizationUseStatus") == "Available" for use in uses):
        yield refused(
            "AuthorizationUsed",
            "expressRoute.authorizationKey",
            "the circuit has no authorization left that is Available: ask its owner for a new key",
        )
