"""Whether what a spec says of the way to on-premises fits together: mode, circuit, gateway."""

from collections.abc import Iterator

from shared.deployment.resource_id import ResourceId, same
from shared.deployment.specs.checks.findings import Finding, finding
from shared.deployment.specs.spec import DeploymentSpec

PLACEHOLDER_CIRCUIT = "er-circuit-example"  # recipe step 4
LEGACY_SKUS = {"Standard", "HighPerformance"}
MODE = "expressRoute.mode"


def connectivity_faults(spec: DeploymentSpec) -> Iterator[Finding]:
    """Every reason why on-premises cannot be connected like this."""
    if spec.express_route.mode in {"none", "existing"}:
        yield from _unconnected(spec)
    else:
        yield from _circuit(spec)
    yield from _gateway_sku(spec)
    yield from _existing(spec)
    yield from _hub(spec)


def connectivity_cautions(spec: DeploymentSpec) -> Iterator[Finding]:
    """What a deployment without a connection is still to get before anybody can use it."""
    if spec.express_route.mode == "deferred":
        message = (
            "everything but the connection is made: give the circuit and set the mode to connected "
            "once its provider has provisioned it; the gateway costs its price from now on"
        )
        yield finding("ConnectionDeferred", MODE, message)
    elif spec.express_route.mode == "none" and spec.hub is None:
        message = "on-premises reaches the database by what somebody else makes: a VPN or a peering"
        yield finding("NoExpressRoute", MODE, message)


def _circuit(spec: DeploymentSpec) -> Iterator[Finding]:
    path = "expressRoute.circuitId"
    if spec.express_route.circuit_id is None:
        if spec.express_route.mode == "connected":
            message = "is required: add it, or set expressRoute.mode to deferred, existing or none"
            yield finding("FieldMissing", path, message, MODE)
        return
    circuit = ResourceId.parse(spec.express_route.circuit_id)
    subscription, name = circuit.subscription, circuit.name
    if name.casefold() == PLACEHOLDER_CIRCUIT:
        message = f"{name} is the placeholder of the recipe: put the id of your own circuit here"
        yield finding("PlaceholderCircuit", path, message, recipe_step="step 4")
    if (
        spec.express_route.mode == "connected"
        and not same(subscription, spec.subscription_id)
        and spec.express_route.authorization_key is None
    ):
        yield finding(
            "AuthorizationKeyMissing",
            "expressRoute.authorizationKey",
            f"the circuit lies in subscription {subscription}: ask its owner for an authorization "
            "key, put it into a Key Vault and refer to it here",
            path,
            "subscriptionId",
            recipe_step="step 4",
        )


def _unconnected(spec: DeploymentSpec) -> Iterator[Finding]:
    wanted = spec.express_route
    given = {
        "circuitId": wanted.circuit_id,
        "authorizationKey": wanted.authorization_key,
        "scaleUnits": wanted.scale_units,
    }
    for name, value in given.items():
        if value is not None:
            message = f"nothing is made in mode {wanted.mode}: leave it out, or take mode deferred"
            yield finding(
                "ExpressRouteOptionWithoutGateway",
                f"expressRoute.{name}",
                message,
                MODE,
            )


def _gateway_sku(spec: DeploymentSpec) -> Iterator[Finding]:
    wanted, path = spec.express_route, "expressRoute.gatewaySku"
    if wanted.gateway_sku in LEGACY_SKUS and not wanted.allow_legacy_sku:
        yield finding(
            "LegacyGatewaySku",
            path,
            f"{wanted.gateway_sku} has no zones and is being retired: take ErGw1AZ, or say "
            "expressRoute.allowLegacySku",
            "expressRoute.allowLegacySku",
            recipe_step="step 1",
        )
    units, bounds = wanted.scale_units, "expressRoute.scaleUnits"
    if units is not None and wanted.gateway_sku != "ErGwScale":
        message = f"only ErGwScale scales, not {wanted.gateway_sku}: leave scaleUnits out"
        yield finding("ScaleUnitsNotSupported", bounds, message, path)
    if units is not None and units.minimum > units.maximum:
        message = f"the minimum of {units.minimum} is above the maximum of {units.maximum}"
        yield finding("ScaleUnitsReversed", bounds, message)
    elif units is not None and units.minimum == 1 < units.maximum:
        message = (
            f"a gateway scales from 2 units on: raise the minimum, or lower {units.maximum} to 1"
        )
        yield finding("ScaleUnitsFixed", bounds, message)


def _existing(spec: DeploymentSpec) -> Iterator[Finding]:
    """What is there already has to fit what is asked for, and to be used by it."""
    there = spec.existing
    gateway, connection, link = "expressRouteGateway", "expressRouteConnection", "privateDnsLink"
    needs = {
        gateway: (there.express_route_gateway, "virtualNetwork", there.virtual_network),
        connection: (there.express_route_connection, gateway, there.express_route_gateway),
        link: (there.private_dns_link, "privateDnsZone", there.private_dns_zone),
    }
    for name, (given, needed, has) in needs.items():
        if given and not has:
            message = f"what it belongs to would be made anew: give existing.{needed} as well"
            yield finding("ExistingIncomplete", f"existing.{name}", message, f"existing.{needed}")
    if spec.express_route.mode == "existing" and there.express_route_gateway is None:
        message = "say which gateway it is: give existing.expressRouteGateway as well"
        yield finding("ExistingIncomplete", MODE, message, f"existing.{gateway}")
    if there.private_dns_link and not there.virtual_network:
        message = "it links the existing network: give existing.virtualNetwork as well"
        field = f"existing.{link}"
        yield finding("ExistingIncomplete", field, message, "existing.virtualNetwork")
    unused = {
        gateway: (there.express_route_gateway, MODE, spec.gatewayed),
        connection: (there.express_route_connection, MODE, spec.express_route.mode == "existing"),
        "workspace": (there.workspace, "monitoring", spec.monitoring is not None),
        "bastion": (there.bastion, "bastion.enabled", spec.bastion.enabled),
    }
    for name, (given, field, used) in unused.items():
        if given and not used:
            message = f"nothing uses it: leave it out, or change {field}"
            yield finding("ExistingNotUsed", f"existing.{name}", message, field)
    if there.private_dns_zone and spec.postgres.private_dns_zone:
        field, other = "postgres.privateDnsZone", "existing.privateDnsZone"
        yield finding("ZoneNamedTwice", field, f"{other} names it already: leave one out", other)
    if there.bastion and spec.bastion.subnet is None:
        message = "say from which prefix the existing Bastion speaks to the jump box"
        yield finding("BastionSubnetMissing", "bastion.subnet", message, "existing.bastion")
    elif spec.bastion.subnet and there.bastion is None:
        message = "Bastion is made in network.subnets.bastion: leave this out"
        yield finding("BastionSubnetNotUsed", "bastion.subnet", message, "existing.bastion")


def _hub(spec: DeploymentSpec) -> Iterator[Finding]:
    """A spoke has no gateway of its own, and a network of its own.

    https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-peering-gateway-transit
    """
    if spec.hub is None:
        return
    if spec.hub.gateway and spec.gatewayed:
        message = "a network uses the hub's gateway or has its own: set the mode to none"
        yield finding("SpokeHasGateway", MODE, message, "hub.gateway")
    if spec.existing.virtual_network:
        message = "a network that is there is peered by its owner: leave hub out"
        yield finding("SpokeNotOurs", "hub", message, "existing.virtualNetwork")
