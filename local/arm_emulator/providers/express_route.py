"""ExpressRoute circuits: in any state that a test needs; and what a connection asks of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from local.arm_emulator.locations import (
    JOINED_GEOGRAPHIES,
    LOCATIONS,
    PEERING_LOCATIONS,
    canonical,
)
from local.arm_emulator.messages import ArmError, Json
from local.arm_emulator.providers.network_basic import NetworkType
from local.arm_emulator.registry import clone
from local.arm_emulator.resource_type import Change, Child, Timing
from local.arm_emulator.store import Resource

if TYPE_CHECKING:
    from local.arm_emulator.cloud import Cloud


class ExpressRouteCircuits(NetworkType):
    """Circuits. A new one waits for its provider; `/_emulator` creates them in any state."""

    type = "Microsoft.Network/expressRouteCircuits"
    model = "ExpressRouteCircuit"
    timing = Timing(90, 30, 60)
    children: ClassVar[Mapping[str, Child]] = {
        "peerings": Child("ExpressRouteCircuitPeering", Timing(60, 30, 30)),
        "authorizations": Child("ExpressRouteCircuitAuthorization", Timing(10, 5, 10)),
    }
    in_use = "CircuitHasActiveConnections"

    def fill(self, change: Change) -> None:
        """A service key, and the states of a circuit that nobody has provisioned yet."""
        super().fill(change)
        properties = change.properties
        properties.setdefault("circuitProvisioningState", "Enabled")
        properties.setdefault("serviceProviderProvisioningState", "NotProvisioned")
        properties.setdefault("serviceKey", self.guid(change.id.key, "service key"))
        properties.setdefault("allowClassicOperations", False)
        properties.setdefault("globalReachEnabled", False)
        properties.setdefault("peerings", [])
        for authorization in properties.setdefault("authorizations", []):
            inner = authorization["properties"]
            inner.setdefault("authorizationKey", self.guid(change.id.key, authorization["name"]))
            inner.setdefault("authorizationUseStatus", "Available")

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """An authorization is in use while a connection with its key exists."""
        used = _used_keys(self.cloud, resource)
        for authorization in body["properties"].get("authorizations") or []:
            inner = authorization["properties"]
            if inner.get("authorizationKey") in used:
                inner["authorizationUseStatus"] = "InUse"


class ExpressRoutePorts(NetworkType):
    """Ports of ExpressRoute Direct: two links, which their owner enables."""

    type = "Microsoft.Network/expressRoutePorts"
    model = "ExpressRoutePort"
    timing = Timing(60, 30, 60)

    def fill(self, change: Change) -> None:
        """The links are down until the cross connections are in place."""
        super().fill(change)
        names: list[Json] = [{"name": name, "properties": {}} for name in ("link1", "link2")]
        for link in change.properties.setdefault("links", names):
            link["properties"].setdefault("adminState", "Disabled")


# Connections per gateway and per circuit.
# https://learn.microsoft.com/azure/expressroute/expressroute-about-virtual-network-gateways
GATEWAY_CONNECTIONS = {"ErGw1AZ": 4, "Standard": 4, "ErGw2AZ": 8, "HighPerformance": 8}
MOST_GATEWAY_CONNECTIONS = 16
CIRCUIT_CONNECTIONS = 10
# Of Premium, by Mbps. https://learn.microsoft.com/azure/azure-resource-manager/management/
# azure-subscription-service-limits
PREMIUM_CONNECTIONS = {50: 20, 100: 25, 200: 25, 500: 40, 1000: 50, 2000: 60, 5000: 75, 10000: 100}


def check_room(change: Change, gateway_id: str, circuit_id: str) -> None:
    """Refuse a second connection of a pair, and one too many of either side."""
    cloud, own = change.cloud, change.id.key
    pairs: dict[str, set[str]] = {}
    for side in (gateway_id, circuit_id):
        for reference in cloud.store.references_to(side):
            if reference.owner != own and "/connections/" in reference.owner:
                pairs.setdefault(reference.owner, set()).add(side)
    both = next((owner for owner, sides in pairs.items() if len(sides) == 2), None)
    if both is not None:
        message = f"{gateway_id} and {circuit_id} are connected by {both} already."
        raise ArmError(400, "ConnectionAlreadyExists", message)
    gateway, circuit = cloud.store.find(gateway_id), cloud.store.find(circuit_id)
    sku = ((gateway or {}).get("properties", {}).get("sku") or {}).get("name", "")
    _check_count(pairs, gateway_id, GATEWAY_CONNECTIONS.get(sku, MOST_GATEWAY_CONNECTIONS))
    _check_count(pairs, circuit_id, _connections_of(circuit or {}))


def _connections_of(circuit: Json) -> int:
    if (circuit.get("sku") or {}).get("tier") != "Premium":
        return CIRCUIT_CONNECTIONS
    provider = circuit["properties"].get("serviceProviderProperties") or {}
    mbps = provider.get("bandwidthInMbps", 10_000)
    return max(number for size, number in PREMIUM_CONNECTIONS.items() if size <= max(mbps, 50))


def _check_count(pairs: dict[str, set[str]], side: str, limit: int) -> None:
    if sum(side in sides for sides in pairs.values()) >= limit:
        message = f"{side} has {limit} connections already, which is its limit."
        raise ArmError(400, "ConnectionLimitExceeded", message)


def connection_refusal(cloud: "Cloud", change: Change) -> ArmError | None:
    """Why a connection cannot come about, or None."""
    peer = (change.properties.get("peer") or {}).get("id")
    circuit = cloud.store.get(str(peer).lower()) if peer else None
    if circuit is None:
        return None
    return (
        _provisioned(cloud, circuit)
        or _reachable(cloud, change, circuit)
        or _authorized(cloud, change, circuit)
    )


def _provisioned(cloud: "Cloud", circuit: Resource) -> ArmError | None:
    properties = circuit.properties
    state = properties.get("serviceProviderProvisioningState")
    code = cloud.settings.circuit_not_provisioned_code
    if state != "Provisioned" or properties.get("circuitProvisioningState") != "Enabled":
        message = f"The circuit {circuit.id} is not provisioned by its provider: {state}."
        return ArmError(400, code, message)
    for peering in properties.get("peerings") or []:
        inner = peering["properties"]
        private = inner.get("peeringType") == "AzurePrivatePeering"
        if private and inner.get("state", "Enabled") == "Enabled":
            return None
    message = f"The circuit {circuit.id} has no enabled private peering."
    return ArmError(400, code, message)


def _reachable(cloud: "Cloud", change: Change, circuit: Resource) -> ArmError | None:
    gateway_id = change.properties["virtualNetworkGateway1"]["id"]
    gateway = cloud.store.get(str(gateway_id).lower())
    if gateway is None:
        return None
    region = canonical(gateway.body["location"])
    peering = (circuit.properties.get("serviceProviderProperties") or {}).get("peeringLocation", "")
    tier = (circuit.body.get("sku") or {}).get("tier", "Standard")
    known, place = LOCATIONS.get(region), PEERING_LOCATIONS.get(peering)
    if tier == "Premium" or known is None or place is None:
        return None
    geography, local = place
    if tier in ("Local", "MultiCloud"):
        fits = region in local
    else:
        fits = JOINED_GEOGRAPHIES.get(known.geography, known.geography) == geography
    if fits:
        return None
    message = (
        f"An ExpressRoute circuit in {peering} cannot be connected to {region} on a {tier} circuit."
    )
    return ArmError(400, "InvalidParameter", message)


def _authorized(cloud: "Cloud", change: Change, circuit: Resource) -> ArmError | None:
    stored = change.prior.secrets.get("authorizationKey") if change.prior else None
    key = change.properties.get("authorizationKey") or stored
    if change.id.subscription.lower() == circuit.id.subscription.lower() and key is None:
        return None
    keys = [a["properties"]["authorizationKey"] for a in _authorizations(circuit)]
    if key is None:
        message = (
            f"The client does not have permission to join {circuit.id}; a circuit of another "
            "subscription needs an authorization key."
        )
        return ArmError(403, "LinkedAuthorizationFailed", message)
    if key not in keys:
        message = f"The authorization key does not belong to the circuit {circuit.id}."
        return ArmError(400, "ExpressRouteCircuitAuthorizationKeyInvalid", message)
    if key in _used_keys(cloud, circuit, but=change.id.key):
        message = f"The authorization of circuit {circuit.id} is in use already."
        return ArmError(400, "ExpressRouteCircuitAuthorizationAlreadyUsed", message)
    return None


def _used_keys(cloud: "Cloud", circuit: Resource, *, but: str = "") -> set[str]:
    owners = {each.owner for each in cloud.store.references_to(circuit.key)} - {but}
    users = [cloud.store.get(owner) for owner in owners]
    return {each.secrets.get("authorizationKey", "") for each in users if each is not None}


def _authorizations(circuit: Resource) -> list[Json]:
    found: list[Json] = circuit.properties.get("authorizations") or []
    return found


GOOD_PEERING = {
    "name": "AzurePrivatePeering",
    "properties": {
        "peeringType": "AzurePrivatePeering",
        "state": "Enabled",
        "azureASN": 12076,
        "peerASN": 65001,
        "primaryPeerAddressPrefix": "172.16.0.0/30",
        "secondaryPeerAddressPrefix": "172.16.0.4/30",
        "vlanId": 100,
    },
}
GOOD_PROVIDER = {
    "serviceProviderName": "Equinix",
    "peeringLocation": "Washington DC",
    "bandwidthInMbps": 1000,
}


def circuit_body(body: Json) -> Json:
    """A good circuit, with whatever a test wants otherwise."""
    properties: Json = {
        "serviceProviderProperties": clone(GOOD_PROVIDER),
        "serviceProviderProvisioningState": "Provisioned",
        "circuitProvisioningState": "Enabled",
        "peerings": [clone(GOOD_PEERING)],
    }
    sku = {"name": "Standard_MeteredData", "tier": "Standard", "family": "MeteredData"}
    return {
        "location": body.get("location", "eastus"),
        "tags": body.get("tags", {}),
        "sku": body.get("sku", sku),
        "properties": properties | body.get("properties", {}),
    }


TYPES = (ExpressRouteCircuits, ExpressRoutePorts)
