"""How operations end: what becomes of the resource they worked on."""

from datetime import datetime

from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.messages import Json

WRITES = ("create", "update", "delete")


def finish(arm: ResourceManager, operation: Operation, at: datetime) -> None:
    """Bring the effect of an operation that has just reached an end state."""
    arm.moment = at
    _settle(arm, operation, at)
    for key in operation.awaited_by:
        waiting = arm.store.get(key)
        type_ = arm.types.get(waiting.id.type) if waiting else None
        if waiting is not None and type_ is not None:
            type_.awaited(waiting, operation, at)


def _settle(arm: ResourceManager, operation: Operation, at: datetime) -> None:
    resource = arm.store.get(operation.key)
    type_ = arm.types.get(resource.id.type) if resource is not None else None
    if resource is None or type_ is None:
        return
    if resource.operation == operation.id:
        resource.operation = None
    elif operation.kind in WRITES:
        return  # superseded: the resource belongs to a later operation
    if operation.status != "Succeeded":
        _finish_badly(arm, type_, resource, operation, at)
    elif operation.kind == "delete":
        _finish_delete(arm, type_, resource, operation, at)
    elif operation.kind in WRITES:
        type_.stamp(resource, "Succeeded")
        type_.written(resource, operation, at)
        arm.store.put(resource)
    else:
        type_.acted(resource, operation, at)


def _finish_badly(
    arm: ResourceManager,
    type_: ResourceType,
    resource: Resource,
    operation: Operation,
    at: datetime,
) -> None:
    if operation.kind in WRITES:
        type_.stamp(resource, "Failed")
        resource.notes["failed"] = True
        type_.failed(resource, operation, at)
        if arm.store.get(resource.key) is not None:
            arm.store.put(resource)


def _finish_delete(
    arm: ResourceManager,
    type_: ResourceType,
    resource: Resource,
    operation: Operation,
    at: datetime,
) -> None:
    if operation.target.lower() == resource.key:
        arm.remove(resource, at)
        return
    collection, name = operation.target.lower().rsplit("/", 2)[1:]
    for key in resource.properties:
        if key.lower() == collection:
            drop_child(resource.body, key, name)
    type_.stamp(resource, "Succeeded")
    type_.written(resource, operation, at)
    arm.store.put(resource)


def drop_child(body: Json, collection: str, name: str) -> None:
    """Take a named child out of its parent's body."""
    items = body["properties"].get(collection) or []
    body["properties"][collection] = [i for i in items if i["name"].lower() != name.lower()]
