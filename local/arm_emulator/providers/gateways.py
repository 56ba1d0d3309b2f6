"""ExpressRoute virtual network gateways and their connections."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from local.arm_emulator.calls import Call
from local.arm_emulator.families import GATEWAY_RETRY_AFTER
from local.arm_emulator.locks import BUSY
from local.arm_emulator.messages import ArmError, Json
from local.arm_emulator.operations import Operation
from local.arm_emulator.providers.express_route import check_room, connection_refusal
from local.arm_emulator.providers.network_basic import NetworkType, check_public_address
from local.arm_emulator.resource_type import Change, Timing
from local.arm_emulator.store import Resource
from local.arm_emulator.subnets import check_entry, network_key, users_of

ZONAL_SKUS = ("ErGw1AZ", "ErGw2AZ", "ErGw3AZ", "ErGwScale")
CLASSIC_SKUS = ("Standard", "HighPerformance", "UltraPerformance")


class VirtualNetworkGateways(NetworkType):
    """Gateways; the long pole of every deployment: about 25 minutes."""

    type = "Microsoft.Network/virtualNetworkGateways"
    model = "VirtualNetworkGateway"
    timing = Timing(25 * 60, 4 * 60, 9.5 * 60)
    retry_after = GATEWAY_RETRY_AFTER
    in_use = "VirtualNetworkGatewayCannotBeDeleted"
    actions: ClassVar[Mapping[str, float]] = {
        "getLearnedRoutes": 15.0,
        "getAdvertisedRoutes": 15.0,
        "getBgpPeerStatus": 15.0,
    }

    def check(self, change: Change) -> None:
        """A gateway sits in GatewaySubnet, alone of its kind, with a SKU of its family."""
        configurations = change.properties.get("ipConfigurations") or []
        if not configurations:
            message = "A gateway needs at least one IP configuration."
            raise ArmError(400, "GatewayIpConfigurationCountInvalid", message)
        kind = str(change.properties.get("gatewayType", "Vpn"))
        if kind.lower() != "expressroute":
            message = f"Gateways of type {kind} are not emulated; ExpressRoute is."
            raise ArmError(501, "NotEmulated", message)
        self._check_sku(change)
        for configuration in configurations:
            inner = configuration.get("properties") or {}
            subnet = str((inner.get("subnet") or {}).get("id"))
            if subnet.rpartition("/")[2].lower() != "gatewaysubnet":
                message = f"Subnet {subnet} must be named GatewaySubnet."
                raise ArmError(400, "InvalidGatewaySubnetName", message)
            check_entry(change, subnet, smallest=27)
            check_public_address(change, inner)
            self._check_alone(change, subnet)

    def fill(self, change: Change) -> None:
        """Defaults as recorded on gateways of this model."""
        super().fill(change)
        properties = change.properties
        properties.setdefault("gatewayType", "ExpressRoute")
        properties["sku"].setdefault("tier", properties["sku"].get("name"))
        properties["sku"]["capacity"] = 2
        for key, value in (
            ("vpnType", "RouteBased"),
            ("activeActive", False),
            ("enableBgp", False),
            ("natRules", []),
            ("packetCaptureDiagnosticState", "None"),
            ("isMigrateToCSES", False),
            ("enablePrivateIpAddress", False),
            ("virtualNetworkGatewayPolicyGroups", []),
            ("allowRemoteVnetTraffic", False),
            ("allowVirtualWanTraffic", False),
            ("adminState", "Enabled"),
            ("resiliencyModel", "SingleHomed"),
        ):
            properties.setdefault(key, value)
        properties.setdefault("bgpSettings", {"asn": 65515, "peerWeight": 0})
        for configuration in properties["ipConfigurations"]:
            configuration["properties"].setdefault("privateIPAllocationMethod", "Dynamic")

    def takes(self, change: Change) -> tuple[str, ...]:
        """A connection may be in the middle of a write."""
        return (change.id.key,)

    def holds(self, change: Change) -> dict[str, str]:
        """A gateway operation refuses writes to its network meanwhile (field reports)."""
        settings = self.cloud.settings
        if not (settings.vnet_locking and settings.gateway_holds_vnet):
            return {}
        code = "RetryableErrorDueToAnotherOperation"
        return dict.fromkeys(self._networks(change.properties), code)

    def act(self, resource: Resource, action: str, sent: Any, call: Call) -> Any:
        """Routes and peers, as far as a connected circuit brings them."""
        connected = [
            each
            for each in self.connections(resource)
            if self.cloud.types.show(each)["properties"]["connectionStatus"] == "Connected"
        ]
        if action == "getBgpPeerStatus":
            return {"value": [_peer(each) for each in connected]}
        if action == "getAdvertisedRoutes":
            return {"value": []}
        routes = [
            _route(prefix)
            for each in connected
            for prefix in each.notes.get("onPremisesPrefixes", ["10.200.0.0/16"])
        ]
        return {"value": routes}

    def connections(self, resource: Resource) -> list[Resource]:
        """The connections that use a gateway."""
        store = self.cloud.store
        found = [store.get(ref.owner) for ref in store.references_to(resource.key)]
        wanted = "microsoft.network/connections"
        return [each for each in found if each is not None and each.id.type.lower() == wanted]

    def _networks(self, properties: Json) -> list[str]:
        subnets = [
            configuration["properties"]["subnet"]["id"]
            for configuration in properties.get("ipConfigurations") or []
        ]
        return [network_key(subnet) for subnet in subnets]

    def _check_sku(self, change: Change) -> None:
        name = str((change.properties.get("sku") or {}).get("name", ""))
        if name not in (*ZONAL_SKUS, *CLASSIC_SKUS):
            message = (
                f"Gateway SKU {name!r} is not valid for a gateway of type ExpressRoute; "
                f"use one of {', '.join(ZONAL_SKUS)}."
            )
            raise ArmError(400, "InvalidGatewaySkuSpecifiedForGatewayDeploymentType", message)
        bounds = (change.properties.get("autoScaleConfiguration") or {}).get("bounds") or {}
        low, high = bounds.get("min"), bounds.get("max")
        scales = isinstance(low, int) and isinstance(high, int) and 1 <= low <= high <= 40
        before = change.before("properties", "sku", "name")
        moved = before is not None and (before in ZONAL_SKUS) != (name in ZONAL_SKUS)
        if moved or (name == "ErGwScale") != scales:
            message = (
                f"SKU {name} (before: {before}) with the bounds {low}-{high} is not possible: "
                "ErGwScale needs both, 1-40, others none; families do not change in place."
            )
            code = "ExpressRouteVirtualNetworkGatewayAutoscaleBoundsNotValid"
            raise ArmError(400, code, message)

    def _check_alone(self, change: Change, subnet: str) -> None:
        for other in users_of(self.cloud, subnet, but=change.id.key):
            message = f"Virtual network already contains a gateway of this type: {other.id}."
            raise ArmError(400, "GatewayAlreadyExistsInVirtualNetwork", message)


class Connections(NetworkType):
    """Connections of a gateway with a circuit; checked only now, after the gateway's 25 minutes."""

    type = "Microsoft.Network/connections"
    model = "VirtualNetworkGatewayConnection"
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
            raise ArmError(400, "ExpressRouteConnectionIncomplete", message)
        check_room(change, gateway, circuit)

    def holds(self, change: Change) -> dict[str, str]:
        """The gateway cannot be written while it is being connected."""
        gateway = (change.properties.get("virtualNetworkGateway1") or {}).get("id")
        return {str(gateway).lower(): BUSY} if gateway else {}

    def takes(self, change: Change) -> tuple[str, ...]:
        """One connection of a gateway at a time."""
        return tuple(self.holds(change))

    def fill(self, change: Change) -> None:
        """Counters and defaults."""
        super().fill(change)
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
        return connection_refusal(self.cloud, change)

    def written(self, resource: Resource, operation: Operation | None, now: datetime) -> None:
        """The link comes up a while after the operation's success."""
        up = now + timedelta(seconds=self.cloud.settings.link_up_seconds)
        resource.notes["connectedAt"] = up.isoformat()

    def failed(self, resource: Resource, operation: Operation, now: datetime) -> None:
        """A failed connection stays and blocks its gateway's deletion (field report)."""
        if not self.cloud.settings.orphan_failed_connections and operation.kind == "create":
            self.cloud.remove(resource, now)

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """The status depends on how long ago the operation succeeded."""
        up = resource.notes.get("connectedAt")
        status = resource.notes.get("connectionStatus", "Unknown")
        if up is not None and "connectionStatus" not in resource.notes:
            status = "Connected" if datetime.fromisoformat(up) <= now else "Connecting"
        body["properties"]["connectionStatus"] = status


def _peer(connection: Resource) -> Json:
    return {
        "localAddress": "10.1.1.12",
        "neighbor": "10.1.1.4",
        "asn": 12076,
        "state": "Connected",
        "connectedDuration": "00:10:00",
        "routesReceived": 1,
        "messagesSent": 20,
        "messagesReceived": 20,
    }


def _route(prefix: str) -> Json:
    return {
        "localAddress": "10.1.1.12",
        "network": prefix,
        "nextHop": "10.1.1.4",
        "sourcePeer": "10.1.1.4",
        "origin": "EBgp",
        "asPath": "12076-65001",
        "weight": 32769,
    }


TYPES = (VirtualNetworkGateways, Connections)
