"""ExpressRoute virtual network gateways."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from local.arm_emulator.providers.network.base import NetworkType, check_public_address
from local.arm_emulator.providers.network.virtual_networks.subnets import (
    check_entry,
    network_key,
    users_of,
)
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.references import named_children
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.wire.messages import ArmError, Json, clone

ZONAL_SKUS = ("ErGw1AZ", "ErGw2AZ", "ErGw3AZ", "ErGwScale")
CLASSIC_SKUS = ("Standard", "HighPerformance", "UltraPerformance")
RETRY_AFTER = (10, 20, 20, 40, 40, 80, 160, 100)  # the last one repeats
SHOWN_ONLY = ("packetCaptureDiagnosticState", "isMigrateToCSES")  # not in the SDK's model
# [K] Where the address lives that the platform gives a gateway: in a subscription of Microsoft's.
PLATFORM = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/platform"
    "/providers/Microsoft.Network/publicIPAddresses"
)


class VirtualNetworkGateways(NetworkType):
    """Gateways; the long pole of every deployment: about 25 minutes."""

    type = "Microsoft.Network/virtualNetworkGateways"
    model = "VirtualNetworkGateway"
    etag_header = False  # recorded: of the types of the gateway manager none has one
    timing = Timing(25 * 60, 4 * 60, 9.5 * 60)
    retry_after = RETRY_AFTER
    delete_retry_after = RETRY_AFTER
    zonal = True
    joined = True
    defaults: ClassVar[Mapping[str, Any]] = {
        "properties": {
            "enableBgpRouteTranslationForNat": False,
            "disableIPSecReplayProtection": False,
        }
    }
    in_use = "VirtualNetworkGatewayCannotBeDeleted"
    actions_not_emulated = (
        "reset",
        "generatevpnclientpackage",
        "getvpnclientconnectionhealth",
        "startPacketCapture",
        "stopPacketCapture",
        "getFailoverAllTestDetails",
    )
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
            raise ArmError(400, self.world.settings.gateway_place_count_code, message)
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
                raise ArmError(400, self.world.settings.gateway_subnet_name_code, message)
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

    def accept(self, sent: Any) -> Any:
        """What a GET shows beyond the schema comes back, with the platform's public address."""
        if not isinstance(sent, dict) or not isinstance(sent.get("properties"), dict):
            return sent
        sent = clone(sent)
        for key in SHOWN_ONLY:
            sent["properties"].pop(key, None)
        for _, _, configuration in named_children("", sent):
            configuration.pop("type", None)
            address = configuration["properties"].get("publicIPAddress")
            if isinstance(address, dict) and str(address.get("id", "")).startswith(PLATFORM):
                del configuration["properties"]["publicIPAddress"]
        return sent

    def written(self, resource: Resource, operation: Operation | None, now: datetime) -> None:
        """A GET may show Updating for a moment after the operation's success."""
        span = timedelta(seconds=self.world.settings.gateway_updating_after_success_seconds)
        resource.notes["updatingUntil"] = (now + span).isoformat()

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """The state lags behind the operation, and the platform's address may be shown."""
        until = resource.notes.get("updatingUntil")
        if until is not None and now < datetime.fromisoformat(until):
            body["properties"]["provisioningState"] = "Updating"
        if self.world.settings.echo_platform_public_ip:
            address = {"id": f"{PLATFORM}/{resource.id.name}"}
            for configuration in body["properties"]["ipConfigurations"]:
                configuration["properties"].setdefault("publicIPAddress", address)

    def takes(self, change: Change) -> tuple[str, ...]:
        """A connection may be in the middle of a write."""
        return (change.id.key,)

    def holds(self, change: Change) -> dict[str, str]:
        """A gateway operation refuses writes to its network meanwhile (field reports)."""
        settings = self.world.settings
        if not (settings.vnet_locking and settings.gateway_holds_vnet):
            return {}
        code = "RetryableErrorDueToAnotherOperation"
        return dict.fromkeys(self._networks(change.properties), code)

    def act(self, resource: Resource, action: str, sent: Any, call: Call) -> Any:
        """Routes and peers, as far as a connected circuit brings them."""
        connected = [
            each
            for each in self.connections(resource)
            if self.world.show(each)["properties"]["connectionStatus"] == "Connected"
        ]
        if action == "getBgpPeerStatus":
            return {"value": [_peer(each) for each in connected]}
        if action == "getAdvertisedRoutes":
            return {"value": []}
        routes = [
            _route(prefix) for _ in connected for prefix in self.world.settings.announced_prefixes
        ]
        return {"value": routes}

    def connections(self, resource: Resource) -> list[Resource]:
        """The connections that use a gateway."""
        store = self.world.store
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
            # Recorded in azure-cli, test_network_vpn_gateway.
            raise ArmError(400, "InvalidGatewaySkuSpecifiedForGatewayDeploymentType", message)
        bounds = (change.properties.get("autoScaleConfiguration") or {}).get("bounds") or {}
        low, high = bounds.get("min"), bounds.get("max")
        # https://learn.microsoft.com/azure/expressroute/scalable-gateway: from 2 on, or fixed
        scales = isinstance(low, int) and isinstance(high, int) and 1 <= low <= high <= 40
        scales = scales and (low != 1 or high == 1)
        before = change.before("properties", "sku", "name")
        moved = before is not None and (before in ZONAL_SKUS) != (name in ZONAL_SKUS)
        if moved or (name == "ErGwScale") != scales:
            message = (
                f"SKU {name} (before: {before}) with the bounds {low}-{high} is not possible: "
                "ErGwScale needs both, 2-40 or the same, others none; families do not change in "
                "place."
            )
            # Source of azurerm: hashicorp, virtual_network_gateway_resource.go.
            code = "ExpressRouteVirtualNetworkGatewayAutoscaleBoundsNotValid"
            raise ArmError(400, code, message)

    def _check_alone(self, change: Change, subnet: str) -> None:
        for other in users_of(self.world, subnet, but=change.id.key):
            message = f"Virtual network already contains a gateway of this type: {other.id}."
            raise ArmError(400, self.world.settings.gateway_exists_code, message)


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
