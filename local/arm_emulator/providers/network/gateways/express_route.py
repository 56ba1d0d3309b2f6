"""ExpressRoute circuits, in any state that a test needs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from local.arm_emulator.providers.network.base import NetworkType
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.bounds import LEARN, Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Child, Timing
from local.arm_emulator.wire.messages import ArmError, Json, clone, fill_in

PEERINGS = f"{LEARN}azure/expressroute/expressroute-circuit-peerings"
CIRCUITS = f"{LEARN}azure/expressroute/expressroute-introduction"
BANDWIDTHS = (50, 100, 200, 500, 1000, 2000, 5000, 10_000)
LINK = r"\d+\.\d+\.\d+\.\d+/30"
# Recorded in azure-cli, test_network_express_route and test_express_route_gateway_connection...
PEERING_DEFAULTS = {
    "azureASN": 12076,
    "lastModifiedBy": "Customer",
    "gatewayManagerEtag": "",
    "state": "Enabled",
    "connections": [],
    "peeredConnections": [],
}
MICROSOFT_DEFAULTS = {
    "advertisedPublicPrefixesState": "ValidationNeeded",
    "legacyMode": 0,
    "customerASN": 0,
    "routingRegistryName": "NONE",
}


class ExpressRouteCircuits(NetworkType):
    """Circuits. A new one waits for its provider; `/_emulator` creates them in any state."""

    type = "Microsoft.Network/expressRouteCircuits"
    model = "ExpressRouteCircuit"
    etag_header = False
    bounds = (
        Bound("properties.peerings[].properties.vlanId", PEERINGS, 1, 4094),
        Bound("properties.peerings[].properties.primaryPeerAddressPrefix", PEERINGS, pattern=LINK),
        Bound(
            "properties.peerings[].properties.secondaryPeerAddressPrefix", PEERINGS, pattern=LINK
        ),
        Bound("properties.peerings[].properties.peerASN", PEERINGS, 1, 4_294_967_295),
        Bound("properties.serviceProviderProperties.bandwidthInMbps", CIRCUITS, choices=BANDWIDTHS),
    )
    timing = Timing(90, 30, 60)
    joined = True
    defaults: ClassVar[Mapping[str, Any]] = {
        "properties": {"gatewayManagerEtag": "", "allowGlobalReach": False}
    }
    children: ClassVar[Mapping[str, Child]] = {
        "peerings": Child(
            "ExpressRouteCircuitPeering", Timing(60, 30, 30), defaults=PEERING_DEFAULTS
        ),
        "authorizations": Child("ExpressRouteCircuitAuthorization", Timing(10, 5, 10)),
    }

    def check(self, change: Change) -> None:
        """It names its provider and the place where they meet, or comes from a port of one's own.

        The codes: the notes of the makers of Azure PowerShell on New-AzExpressRouteCircuit.
        """
        service = change.properties.get("serviceProviderProperties")
        if not service and not change.properties.get("expressRoutePort"):
            code = "ExpressRouteCircuitCreateMissingPortProvisioningProperties"
            message = f"Circuit {change.id} has neither serviceProviderProperties nor a port."
            raise ArmError(400, code, message)
        for key, what in (
            ("peeringLocation", "PeeringLocation"),
            ("serviceProviderName", "Name"),
        ):
            if service and not service.get(key):
                code = f"ExpressRouteCircuitServiceProvider{what}NotSpecified"
                raise ArmError(400, code, f"Circuit {change.id} does not say its {key}.")

        for peering in change.properties.get("peerings") or []:
            if change.call is not None and not (peering.get("properties") or {}).get("peerASN"):
                message = (
                    f"Peering {peering.get('name')} does not say the AS of the peer."  # PEERINGS
                )
                code = self.world.settings.value_out_of_bounds_code
                raise ArmError(400, code, message, target="properties.peerASN")

    def fill(self, change: Change) -> None:
        """A service key, and the states of a circuit that nobody has provisioned yet."""
        super().fill(change)
        properties = change.properties
        properties.setdefault("circuitProvisioningState", "Enabled")
        properties.setdefault("serviceProviderProvisioningState", "NotProvisioned")
        properties.setdefault("serviceKey", self.guid(change.id.key, "service key"))
        properties.setdefault("allowClassicOperations", False)
        properties.setdefault("globalReachEnabled", False)
        for peering in properties.setdefault("peerings", []):
            inner = peering["properties"]
            if inner.get("peeringType") == "MicrosoftPeering":
                fill_in(inner.setdefault("microsoftPeeringConfig", {}), MICROSOFT_DEFAULTS)
        for authorization in properties.setdefault("authorizations", []):
            inner = authorization["properties"]
            inner.setdefault("authorizationKey", self.guid(change.id.key, authorization["name"]))
            inner.setdefault("authorizationUseStatus", "Available")

    def check_delete(self, resource: Resource, now: datetime) -> None:
        """No connection may use it."""
        self.refuse_in_use(str(resource.id), self.world.settings.circuit_in_use_code, now)

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """An authorization is in use while a connection with its key exists."""
        used = used_keys(self.world, resource)
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

    def dress(self, resource: Resource) -> None:
        """A link shows no type: its model has none."""
        super().dress(resource)
        for link in resource.properties["links"]:
            link.pop("type", None)


def used_keys(world: World, circuit: Resource, *, but: str = "") -> set[str]:
    """The authorization keys of a circuit that connections have, without the one named `but`."""
    owners = {each.owner for each in world.store.references_to(circuit.key)} - {but}
    users = [world.store.get(owner) for owner in owners]
    return {each.secrets.get("authorizationKey", "") for each in users if each is not None}


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
