"""Connections of gateways with circuits, and what they ask of both."""

from datetime import datetime, timedelta

from local.arm_emulator.engine.locks import BUSY
from local.arm_emulator.providers.network.base import NetworkType
from local.arm_emulator.providers.network.gateways.express_route import used_keys
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.bounds import LEARN, Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.wire.locations import (
    JOINED_GEOGRAPHIES,
    LOCATIONS,
    PEERING_LOCATIONS,
    canonical,
)
from local.arm_emulator.wire.messages import ArmError, Json

# Connections per gateway and per circuit.
# https://learn.microsoft.com/azure/expressroute/expressroute-about-virtual-network-gateways
GATEWAY_CONNECTIONS = {"ErGw1AZ": 4, "Standard": 4, "ErGw2AZ": 8, "HighPerformance": 8}
MOST_GATEWAY_CONNECTIONS = 16
CIRCUIT_CONNECTIONS = 10
# Of Premium, by Mbps. https://learn.microsoft.com/azure/azure-resource-manager/management/
# azure-subscription-service-limits
PREMIUM_CONNECTIONS = {50: 20, 100: 25, 200: 25, 500: 40, 1000: 50, 2000: 60, 5000: 75, 10000: 100}
CIRCUITS_OF_ONE_LOCATION = 4  # https://learn.microsoft.com/azure/expressroute/expressroute-faqs


class Connections(NetworkType):
    """Connections of a gateway with a circuit; checked only now, after the gateway's 25 minutes."""

    type = "Microsoft.Network/connections"
    model = "VirtualNetworkGatewayConnection"
    etag_header = False  # recorded: of the types of the gateway manager none has one
    bounds = (
        Bound(
            "properties.routingWeight",
            f"{LEARN}azure/expressroute/expressroute-optimize-routing",
            0,
            32_000,
        ),
    )
    timing = Timing(3 * 60, 60, 2 * 60)
    secrets = ("authorizationKey", "sharedKey")

    def check(self, change: Change) -> None:
        """An ExpressRoute connection joins one gateway with one circuit, once."""
        kind = str(change.properties.get("connectionType", ""))
        if kind.lower() != "expressroute":
            message = f"Connections of type {kind} are not emulated; ExpressRoute is."
            raise ArmError(501, "NotEmulated", message)
        gateway = str((change.properties.get("virtualNetworkGateway1") or {}).get("id", ""))
        circuit = str((change.properties.get("peer") or {}).get("id", ""))
        if not gateway or not circuit:
            message = "An ExpressRoute connection needs virtualNetworkGateway1 and peer."
            raise ArmError(400, self.world.settings.connection_incomplete_code, message)
        _check_room(change, gateway, circuit)

    def holds(self, change: Change) -> dict[str, str]:
        """The gateway cannot be written while it is being connected."""
        gateway = (change.properties.get("virtualNetworkGateway1") or {}).get("id")
        return {str(gateway).lower(): BUSY} if gateway else {}

    def takes(self, change: Change) -> tuple[str, ...]:
        """One connection of a gateway at a time."""
        return tuple(self.holds(change))

    def fill(self, change: Change) -> None:
        """Counters and defaults; the status is nobody's to write."""
        super().fill(change)
        change.properties.pop("connectionStatus", None)
        for key, value in (
            ("routingWeight", 0),
            ("enableBgp", False),
            ("connectionProtocol", "IKEv2"),
            ("dpdTimeoutSeconds", 0),
            ("usePolicyBasedTrafficSelectors", False),
            ("ipsecPolicies", []),
            ("trafficSelectorPolicies", []),
            ("expressRouteGatewayBypass", False),
            ("enablePrivateLinkFastPath", False),
            ("egressBytesTransferred", 0),
            ("ingressBytesTransferred", 0),
        ):
            change.properties.setdefault(key, value)

    def doom(self, change: Change) -> ArmError | None:
        """The circuit is looked at only while the operation runs."""
        return _refusal(self.world, change)

    def written(self, resource: Resource, operation: Operation | None, now: datetime) -> None:
        """The link comes up a while after the operation's success; what was there is up."""
        wait = self.world.settings.link_up_seconds if operation else 0
        up = now + timedelta(seconds=wait)
        resource.notes.setdefault("connectedAt", up.isoformat())

    def failed(self, resource: Resource, operation: Operation, now: datetime) -> None:
        """A failed connection stays and blocks its gateway's deletion (field report)."""
        if not self.world.settings.orphan_failed_connections and operation.kind == "create":
            self.world.remove(resource, now)

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """The status depends on how long ago the operation succeeded, unless it was edited."""
        up = resource.notes.get("connectedAt")
        status = resource.notes.get("connectionStatus", "Unknown")
        if up is not None and "connectionStatus" not in resource.notes:
            status = "Connected" if datetime.fromisoformat(up) <= now else "Connecting"
        if not self._carries(body):
            status = "NotConnected"
        body["properties"].setdefault("connectionStatus", status)

    def _carries(self, body: Json) -> bool:
        """Whether the circuit is enabled on both sides; one that is not emulated is."""
        circuit = self.world.store.get(str((body["properties"].get("peer") or {}).get("id", "")))
        properties: Json = circuit.properties if circuit else {}
        states = (
            properties.get("circuitProvisioningState", "Enabled"),
            properties.get("serviceProviderProvisioningState", "Provisioned"),
        )
        return states == ("Enabled", "Provisioned")


def _check_room(change: Change, gateway_id: str, circuit_id: str) -> None:
    """Refuse a second connection of a pair, and one too many of either side."""
    world, own = change.world, change.id.key
    pairs: dict[str, set[str]] = {}
    for side in (gateway_id, circuit_id):
        for reference in world.store.references_to(side):
            if reference.owner != own and "/connections/" in reference.owner:
                pairs.setdefault(reference.owner, set()).add(side)
    both = next((owner for owner, sides in pairs.items() if len(sides) == 2), None)
    if both is not None:
        message = f"{gateway_id} and {circuit_id} are connected by {both} already."
        raise ArmError(400, world.settings.connection_exists_code, message)
    gateway, circuit = world.store.find(gateway_id), world.store.find(circuit_id)
    sku = ((gateway or {}).get("properties", {}).get("sku") or {}).get("name", "")
    for side, limit in (
        (gateway_id, GATEWAY_CONNECTIONS.get(sku, MOST_GATEWAY_CONNECTIONS)),
        (circuit_id, _connections_of(circuit or {})),
    ):
        if sum(side in sides for sides in pairs.values()) >= limit:
            message = f"{side} has {limit} connections already, which is its limit."
            raise ArmError(400, world.settings.connection_limit_code, message)
    _check_location(change, pairs, gateway_id, circuit_id)


def _connections_of(circuit: Json) -> int:
    if (circuit.get("sku") or {}).get("tier") != "Premium":
        return CIRCUIT_CONNECTIONS
    provider = circuit["properties"].get("serviceProviderProperties") or {}
    mbps = provider.get("bandwidthInMbps", 10_000)
    return max(number for size, number in PREMIUM_CONNECTIONS.items() if size <= max(mbps, 50))


def _check_location(
    change: Change, pairs: dict[str, set[str]], gateway_id: str, circuit_id: str
) -> None:
    """A network takes four circuits of one peering location, whatever its gateway's SKU."""
    store, settings = change.world.store, change.world.settings

    def location(circuit: str) -> str:
        found = (store.find(circuit) or {}).get("properties", {})
        return str((found.get("serviceProviderProperties") or {}).get("peeringLocation", ""))

    others = [store.get(owner) for owner, sides in pairs.items() if gateway_id in sides]
    places = [location(each.properties["peer"]["id"]) for each in others if each is not None]
    if location(circuit_id) and places.count(location(circuit_id)) >= CIRCUITS_OF_ONE_LOCATION:
        message = f"{gateway_id} has four circuits of {location(circuit_id)} already."
        raise ArmError(400, settings.connection_limit_code, message)


def _refusal(world: World, change: Change) -> ArmError | None:
    """Why a connection cannot come about, or None."""
    peer = (change.properties.get("peer") or {}).get("id")
    circuit = world.store.get(str(peer).lower()) if peer else None
    if circuit is None:
        return None
    return (
        _provisioned(world, circuit)
        or _reachable(world, change, circuit)
        or _authorized(world, change, circuit)
    )


def _provisioned(world: World, circuit: Resource) -> ArmError | None:
    properties = circuit.properties
    state = properties.get("serviceProviderProvisioningState")
    code = world.settings.circuit_not_provisioned_code
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


def _reachable(world: World, change: Change, circuit: Resource) -> ArmError | None:
    gateway_id = change.properties["virtualNetworkGateway1"]["id"]
    gateway = world.store.get(str(gateway_id).lower())
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


def _authorized(world: World, change: Change, circuit: Resource) -> ArmError | None:
    kept = change.prior if world.settings.connection_key_is_kept else None
    stored = kept.secrets.get("authorizationKey") if kept else None
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
        return ArmError(400, world.settings.authorization_key_unknown_code, message)
    if key in used_keys(world, circuit, but=change.id.key):
        message = f"The authorization of circuit {circuit.id} is in use already."
        return ArmError(400, world.settings.authorization_key_used_code, message)
    return None


def _authorizations(circuit: Resource) -> list[Json]:
    found: list[Json] = circuit.properties.get("authorizations") or []
    return found
