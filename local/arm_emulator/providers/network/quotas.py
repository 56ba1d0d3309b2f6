"""How much of Microsoft.Network a subscription may have in a region.

Limits are Azure's defaults (azure-subscription-service-limits on Learn), declared by the types; the
setting `quotas` replaces any of them. What the list of usages tells is what writes are held to.
"""

from local.arm_emulator.providers.usages import spaced, there, usage
from local.arm_emulator.state.calls import Call
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Quota
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.messages import ArmError, Response
from local.arm_emulator.wire.router import Route


def network_usages(arm: ResourceManager, call: Call, subscription: str, location: str) -> Response:
    """What Microsoft.Network counts per region."""
    path = f"/subscriptions/{subscription}/providers/Microsoft.Network/locations/{location}/usages"
    value = [
        usage(
            f"{path}/{quota.name}",
            quota.name,
            len(there(arm, subscription, type_.type, location)),
            int(arm.settings.quotas.get(quota.name, quota.limit)),
        )
        for type_ in arm.types.all()
        if type_.type.startswith("Microsoft.Network/")
        for quota in type_.quotas
    ]
    return Response(200, {"value": value})


def check_quotas(change: Change, quotas: tuple[Quota, ...]) -> None:
    """Refuse to create more of a type than the region may hold."""
    if not change.creates:
        return
    settings, location = change.world.settings, str(change.body.get("location"))
    for quota in quotas:
        most = int(settings.quotas.get(quota.name, quota.limit))
        if len(there(change.world, change.id.subscription, change.id.type, location)) >= most:
            # The codes are named where the quotas are; the words are seen in field reports.
            message = (
                f"Cannot create more than {most} {spaced(quota.name).lower()} for this "
                "subscription in this region."
            )
            raise ArmError(400, getattr(settings, quota.code, quota.code), message)


ROUTES = (
    Route(
        "GET",
        "/subscriptions/{subscription}/providers/Microsoft.Network/locations/{location}/usages",
        network_usages,
    ),
)
