"""Where a resource of a type may lie."""

from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Where
from local.arm_emulator.wire.locations import LOCATIONS, canonical
from local.arm_emulator.wire.messages import ArmError


def check_location(type_name: str, where: Where, change: Change) -> None:
    """Refuse a location that is missing, unknown, or not the one the resource has.

    Raises:
        ArmError: it is refused.
    """
    sent = change.body.get("location")
    if where == "none":
        return
    if not isinstance(sent, str):
        message = "The location property is required for this definition."
        raise ArmError(400, "LocationRequired", message)
    known = ("global",) if where == "global" else LOCATIONS
    if canonical(sent) not in known:
        message = (
            f"The provided location '{sent}' is not available for resource type "
            f"'{type_name}'. List of available regions for the resource type is "
            f"'{','.join(known)}'."
        )
        # https://github.com/Azure/azure-capi-cli-extension/issues/19
        raise ArmError(400, "LocationNotAvailableForResourceType", message)
    before = change.before("location")
    if before is not None and canonical(before) != canonical(sent):
        message = (
            f"The resource '{change.id.name}' already exists in location '{before}' in "
            f"resource group '{change.id.group}'. A resource with the same name cannot be "
            f"created in location '{sent}'. Please select a new resource name."
        )
        raise ArmError(409, "InvalidResourceLocation", message)
