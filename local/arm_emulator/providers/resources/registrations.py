"""Resource providers: what a subscription is registered for, with API versions and zones."""

from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.world import World
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.locations import LOCATIONS
from local.arm_emulator.wire.messages import ArmError, Json, Response
from local.arm_emulator.wire.resource_ids import ResourceId
from local.arm_emulator.wire.router import Route

# Known to ARM and asked for by preflights, though no type of theirs is emulated.
OTHER_NAMESPACES = ("Microsoft.KeyVault", "Microsoft.ResourceGraph")
ALWAYS_REGISTERED = ("microsoft.authorization", "microsoft.resources", "microsoft.resourcegraph")


def refuse_unregistered(world: World, target: ResourceId) -> None:
    """Raise Azure's 409 for a write to a namespace that the subscription is not registered for."""
    if target.namespace.lower() in _unregistered(world):
        message = (
            f"The subscription is not registered to use namespace '{target.namespace}'. See "
            "https://aka.ms/rps-not-found for how to register subscriptions."
        )
        raise ArmError(409, "MissingSubscriptionRegistration", message)


def list_providers(arm: ResourceManager, call: Call, subscription: str) -> Response:
    """Every provider."""
    names = sorted(_namespaces(arm))
    return Response(200, {"value": [_provider(arm, subscription, name) for name in names]})


def get_provider(arm: ResourceManager, call: Call, subscription: str, namespace: str) -> Response:
    """One provider with its types."""
    return Response(200, _provider(arm, subscription, _known(arm, namespace)))


def list_types(arm: ResourceManager, call: Call, subscription: str, namespace: str) -> Response:
    """The types of a provider."""
    found = _provider(arm, subscription, _known(arm, namespace))["resourceTypes"]
    return Response(200, {"value": found})


def register(arm: ResourceManager, call: Call, subscription: str, namespace: str) -> Response:
    """Register at once; in Azure it takes a minute or two."""
    name = _known(arm, namespace)
    left = tuple(n for n in arm.settings.unregistered if n.lower() != name.lower())
    arm.settings.unregistered = left
    return Response(200, _provider(arm, subscription, name))


def _unregistered(world: World) -> set[str]:
    return {each.lower() for each in world.settings.unregistered} - set(ALWAYS_REGISTERED)


def _namespaces(arm: ResourceManager) -> set[str]:
    return {*(each.type.partition("/")[0] for each in arm.types.all()), *OTHER_NAMESPACES}


def _known(arm: ResourceManager, namespace: str) -> str:
    for name in _namespaces(arm):
        if name.lower() == namespace.lower():
            return name
    message = f"The resource namespace '{namespace}' is invalid."
    raise ArmError(404, "InvalidResourceNamespace", message)


def _provider(arm: ResourceManager, subscription: str, namespace: str) -> Json:
    types = [t for t in arm.types.all() if t.type.partition("/")[0] == namespace]
    absent = namespace.lower() in _unregistered(arm)
    return {
        "id": f"/subscriptions/{subscription}/providers/{namespace}",
        "namespace": namespace,
        "registrationState": "NotRegistered" if absent else "Registered",
        "registrationPolicy": "RegistrationRequired",
        "resourceTypes": [_type(each) for each in types],
    }


def _type(type_: ResourceType) -> Json:
    regional = type_.location == "regional"
    shown = list(LOCATIONS.values()) if regional else []
    zonal = [each for each in shown if each.zones and type_.zonal]
    zones = [{"location": each.display_name, "zones": ["1", "2", "3"]} for each in zonal]
    return {
        "resourceType": type_.type.partition("/")[2],
        "locations": [each.display_name for each in shown] if regional else ["global"],
        "apiVersions": list(type_.api_versions),
        "defaultApiVersion": type_.api_versions[0],
        "zoneMappings": zones,
        "capabilities": "SupportsTags, SupportsLocation" if regional else "None",
    }


_PROVIDERS = "/subscriptions/{subscription}/providers"
ROUTES = (
    Route("GET", _PROVIDERS, list_providers),
    Route("GET", _PROVIDERS + "/{namespace}", get_provider),
    Route("GET", _PROVIDERS + "/{namespace}/resourceTypes", list_types),
    Route("POST", _PROVIDERS + "/{namespace}/register", register),
)
