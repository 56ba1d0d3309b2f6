"""The ExpressRoute gateway of the hub network, and its connection to a circuit that exists."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Change, Json
from shared.deployment.specs.connectivity import ScaleUnits
from shared.deployment.specs.secrets import secret
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.bastion import BastionHost
from shared.resources.departures import Departure
from shared.resources.ids import Ids
from shared.resources.jump_box import JumpBox
from shared.resources.postgres_server import PostgresServer
from shared.resources.prices import Meter, hourly
from shared.resources.sdk_calls import OperationGroup
from shared.resources.settling import SETTLED, Verdict
from shared.resources.timing import Timing, minutes
from shared.resources.virtual_network import GatewaySubnet, HubVirtualNetwork

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients

LEGACY = frozenset({"Standard", "HighPerformance"})
FAMILIES = (
    LEGACY | {"UltraPerformance"},
    frozenset({"ErGw1AZ", "ErGw2AZ", "ErGw3AZ", "ErGwScale"}),
)
RESIZING = "traffic with on-premises may break off while the gateway is resized"


class ExpressRouteGateway(Resource):
    """Joins the hub network to the circuit; by far the longest step.

    Once begun it cannot be cancelled, and a rollback has to wait for it. So it starts when the
    steps that fail fast (SKU, quota, name, region) have been accepted, which costs under a minute.

    Departs from the recipe: no public address, which the platform now manages itself
    (terraform-provider-azurerm 4.x refuses one); SKU ErGw1AZ.
    """

    key = "express-route-gateway"
    arm_type = "Microsoft.Network/virtualNetworkGateways"
    verbs = (*Resource.verbs, "join/action", "getLearnedRoutes/action")
    paths = Rules(
        (
            # The answers carry them; azure-mgmt-network 33.1 declares them for no request.
            Path(at="properties.packetCaptureDiagnosticState", shown=True),
            Path(at="properties.isMigrateToCSES", shown=True),
            Path(at="properties.autoScaleConfiguration", optional=True),
            Path(at="properties.gatewayType", fixed=True),
            Path(at="properties.ipConfigurations", fixed=True),
            # Learn: About ExpressRoute virtual network gateways, gateway SKU upgrades
            Path(at="properties.sku.name", families=FAMILIES),
            Path(at="properties.sku.tier", families=FAMILIES),
            # Learn: VPN Gateway legacy SKUs, "Resizing a gateway SKU incurs less downtime"
            Path(at="properties.sku", disturbs=RESIZING),
        )
    )
    depends_on = (HubVirtualNetwork, GatewaySubnet)
    starts_after = (PostgresServer, BastionHost, JumpBox)
    # recipe step 1 says 15-20 min; about 25 observed, Learn says up to 45; delete 9-10 min
    # (recorded by azure-cli); timeout 90 min (terraform-provider-azurerm)
    timing = Timing(create=minutes(25), delete=minutes(10), update=minutes(5), timeout=minutes(90))

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.gatewayed

    def name(self, spec: DeploymentSpec) -> str:
        return f"ergw-hub-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        sku = spec.express_route.gateway_sku
        address = {
            "name": "default",
            "properties": {
                "privateIPAllocationMethod": "Dynamic",
                "subnet": {"id": ids[GatewaySubnet]},
            },
        }
        properties: Json = {
            "gatewayType": "ExpressRoute",
            "sku": {"name": sku, "tier": sku},
            "ipConfigurations": [address],
        }
        if sku == "ErGwScale":
            properties["autoScaleConfiguration"] = {"bounds": _bounds(spec)}
        return {"location": spec.location, "properties": properties}

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.network.virtual_network_gateways

    def meters(self, body: Json) -> Iterable[Meter]:
        """By its SKU; one that scales by its units, of which the least is charged always."""
        properties = body["properties"]
        sku = properties["sku"]["name"]
        if sku == "ErGwScale":
            yield hourly("ErGwScale unit", properties["autoScaleConfiguration"]["bounds"]["min"])
        else:
            yield hourly(f"{sku} gateway")

    def departures(self, spec: DeploymentSpec) -> Iterable[Departure]:
        yield Departure(
            "step 1",
            "GatewayHasNoPublicIp",
            "Azure manages the address of ExpressRoute gateways itself since 2025: the public IP "
            "of the recipe is not created",
        )
        sku = spec.express_route.gateway_sku
        if sku in LEGACY:
            reason = (
                f"{sku} is of the family without zones, which is being retired; moving to an AZ "
                "SKU later takes a migration, not a resize"
            )
            yield Departure("step 1", "LegacyGatewaySku", reason)
        else:
            reason = (
                f"{sku} in place of Standard, which spans no zones, contradicts the zone-redundant "
                "address of the recipe, and cannot be resized to an AZ SKU"
            )
            yield Departure("step 1", "ZoneRedundantGatewaySku", reason)


class ExpressRouteConnection(Resource):
    """Connects the gateway to the circuit.

    Azure calls it done before routes flow. The provider's side may be down for reasons of its own,
    so a link that stays down is a warning, not a failure.

    Departs from the recipe: it waits for the connection to be up, and carries the authorization
    key that a circuit of another subscription needs.
    """

    key = "express-route-connection"
    arm_type = "Microsoft.Network/connections"
    # the gateway and the circuit have prices, what joins them has none
    free = "https://azure.microsoft.com/pricing/details/expressroute"
    depends_on = (ExpressRouteGateway,)
    stirs = True  # the circuit, or the provider, takes it down
    # 1-6 min, and about 2 more until the link is up (recorded by azure-cli; Learn)
    timing = Timing(create=minutes(5), delete=minutes(3), update=minutes(3), timeout=minutes(60))
    paths = Rules(
        (
            Path(at="properties.connectionType", fixed=True),
            Path(at="properties.virtualNetworkGateway1", fixed=True),
            Path(at="properties.peer", fixed=True),
        )
    )
    grace = minutes(15)  # beyond the expected time, for BGP to come up

    def wanted(self, spec: DeploymentSpec) -> bool:
        connected = spec.existing.express_route_connection or spec.circuit_id
        return connected is not None

    def name(self, spec: DeploymentSpec) -> str:
        return f"connection-ergw-hub-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        properties: Json = {
            "connectionType": "ExpressRoute",
            "virtualNetworkGateway1": {"id": ids[ExpressRouteGateway]},
            "peer": {"id": spec.circuit_id},
            "routingWeight": spec.express_route.routing_weight,
        }
        if key := spec.express_route.authorization_key:
            properties["authorizationKey"] = secret(key.key_vault_secret)
        return {"location": spec.location, "properties": properties}

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.network.virtual_network_gateway_connections

    def settle(
        self, clients: "AzureClients", body: Json, observed: Json, elapsed: timedelta
    ) -> Verdict:
        status = _status(observed)
        if status == "Connected":
            return SETTLED
        if elapsed < self.timing.create + self.grace:
            return Verdict("inProgress")
        warning = (
            f"deployed, not connected: the connection is {status}; look at the provider's side "
            "of the circuit and at its private peering"
        )
        return Verdict("succeeded", warning=warning)

    def departures(self, spec: DeploymentSpec) -> Iterable[Departure]:
        yield Departure(
            "challenge",
            "GlobalReachJoinsSites",
            "Global Reach joins the on-premises sites of two circuits and carries no replication: "
            "a replica in another region is reached by peering the two virtual networks",
        )

    def health(self, observed: Json) -> Iterable[Change]:
        yield from super().health(observed)
        if (status := _status(observed)) != "Connected":
            yield Change(path="properties.connectionStatus", before=status, after="Connected")


def _bounds(spec: DeploymentSpec) -> Json:
    units = spec.express_route.scale_units or ScaleUnits()
    return {"min": units.minimum, "max": units.maximum}


def _status(observed: Json) -> str:
    return str((observed.get("properties") or {}).get("connectionStatus") or "Unknown")
