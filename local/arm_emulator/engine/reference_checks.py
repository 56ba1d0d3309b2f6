"""Do the resources that a body refers to exist, and are they ready?"""

from local.arm_emulator.state.references import ID_PREFIX, Reference, find_references
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.locations import canonical
from local.arm_emulator.wire.messages import ArmError, Json
from local.arm_emulator.wire.resource_ids import parse_id, required_id

SAME_REGION = (
    "subnet",
    "publicIPAddress",
    "networkSecurityGroup",
    "routeTable",
    "firewallPolicy",
    "virtualNetworkGateway1",
    "networkInterfaces",
)


def check_references(arm: ResourceManager, type_: ResourceType, change: Change) -> None:
    """Raise for the first reference that leads nowhere or to something unready."""
    own = str(change.id)
    inside = own.lower() + "/"
    for reference in find_references(change.id.key, own, change.body):
        if reference.target.startswith(inside):
            _check_own(change, reference.target[len(inside) :], reference.target)
        elif reference.via not in ("identity", *type_.unchecked):
            _check_other(arm, type_, change, reference.target)
            _check_region(arm, change, reference)
            _check_join(arm, change, reference.target)
        elif reference.via == "identity":
            _check_join(arm, change, reference.target)


def _check_own(change: Change, path: str, target: str) -> None:
    node = change.body
    parts = path.split("/")
    for collection, name in zip(parts[::2], parts[1::2], strict=False):
        lists = {key.lower(): items for key, items in (node.get("properties") or {}).items()}
        items = lists.get(collection) or []
        found = next((i for i in items if str(i.get("name", "")).lower() == name), None)
        if found is None:
            raise _invalid(target, str(change.id))
        node = found


def _check_other(arm: ResourceManager, type_: ResourceType, change: Change, target: str) -> None:
    if not target.startswith(ID_PREFIX):
        return
    required_id(target)
    found = arm.store.find(target)
    compute = type_.type.startswith("Microsoft.Compute/")
    if found is None and (compute or "/publicipprefixes/" in target.lower()):
        # Recorded in azure-service-operator, Test_Compute_VM_20201201_CRUD and
        # Test_Network_PublicIPAddress_creationNotBlockedByPublicIPPrefix_20240301.
        raise ArmError(404, "NotFound", f"Resource {target} not found.")
    if found is None:
        raise _invalid(target, str(change.id))
    owner = arm.store.get(arm.store.owner_of(target)[0])
    if owner is not None and owner.state in ("Creating", "Updating", "Deleting"):
        message = (
            f"Cannot proceed with operation because resource {target} used by resource "
            f"{change.id} is not in Succeeded state. Resource is in {owner.state} state and the "
            "last operation that updated/is updating the resource is in progress."
        )
        raise _not_ready(change, message)


def _not_ready(change: Change, message: str) -> ArmError:
    """Recorded in azure-service-operator: a peering is told so itself, all else inside a 429.

    Test_Network_v1api20240301_CreationAndDeletion 86, Test_Compute_VM_20201201_CRUD 9.
    """
    code = "ReferencedResourceNotProvisioned"
    if "/virtualnetworkpeerings/" in change.target.lower():
        return ArmError(400, code, message)
    details: list[Json] = [{"code": code, "message": message}]
    headers = {"x-ms-failure-cause": "service"}
    text = "A retryable error occurred."
    return ArmError(429, "RetryableError", text, details=details, headers=headers)


def _check_region(arm: ResourceManager, change: Change, reference: Reference) -> None:
    """What is attached to each other within Microsoft.Network is in one region."""
    target = arm.store.get(arm.store.owner_of(reference.target)[0])
    if reference.via not in SAME_REGION or target is None:
        return
    here, there = (canonical(str(b.get("location", ""))) for b in (change.body, target.body))
    if here != there:
        raise _invalid(reference.target, str(change.id))


def _check_join(arm: ResourceManager, change: Change, target: str) -> None:
    linked = parse_id(target)
    if change.call is not None and linked is not None:
        arm.check_link(change.call, change.id, linked)


def _invalid(target: str, by: str) -> ArmError:
    message = (
        f"Resource {target} referenced by resource {by} was not found. Please make sure that the "
        "referenced resource exists, and that both resources are in the same region."
    )
    return ArmError(400, "InvalidResourceReference", message)
