"""Whether what a spec says of the way to on-premises fits together: mode, circuit, gateway."""

from collections.abc import Iterator

from shared.deployment.findings import Finding, finding
from shared.deployment.resource_id import ResourceId, same
from shared.deployment.spec import DeploymentSpec

PLACEHOLDER_CIRCUIT = "er-circuit-example"  # recipe step 4
LEGACY_SKUS = {"Standard", "HighPerformance"}
MODE = "expressRoute.mode"


def connectivity_faults(spec: DeploymentSpec) -> Iterator[Finding]:
    """Every reason why on-premises cannot be connected like this."""
    if spec.express_route.mode == "none":
        yield from _unconnected(spec)
    else:
        yield from _circuit(spec)
    yield from _gateway_sku(spec)


def connectivity_cautions(spec: DeploymentSpec) -> Iterator[Finding]:
    """What a deployment without a connection is still to get before anybody can use it."""
    if spec.express_route.mode == "deferred":
        message = (
            "everything but the connection is made: give the circuit and set the mode to connected "
            "once its provider has provisioned it; the gateway costs its price from now on"
        )
        yield finding("ConnectionDeferred", MODE, message)
    elif spec.express_route.mode == "none":
        message = "on-premises reaches the database by what somebody else makes: a VPN or a peering"
        yield finding("NoExpressRoute", MODE, message)


def _circuit(spec: DeploymentSpec) -> Iterator[Finding]:
    path = "expressRoute.circuitId"
    if spec.express_route.circuit_id is None:
        if spec.express_route.mode == "connected":
            message = "is required: add it, or set expressRoute.mode to deferred or none"
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
            message = "there is no gateway in mode none: leave this out, or take mode deferred"
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
