"""DELETE of resources and of named children: the same path for every type."""

from local.arm_emulator.engine.endings import drop_child
from local.arm_emulator.engine.locks import check_locks
from local.arm_emulator.engine.writes import not_allowed
from local.arm_emulator.state.calls import Call
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.messages import Response, clone
from local.arm_emulator.wire.resource_ids import ResourceId, parse_id


def delete_resource(arm: ResourceManager, call: Call, target: ResourceId) -> Response:
    """Delete a resource or a named child; 204 where there is none."""
    type_, stored, collection = arm.types.resolve(target)
    if not type_.deletable:
        raise not_allowed("DELETE", target)
    resource = arm.store.get(stored.key)
    if resource is None or arm.store.find(str(target)) is None:
        if target.group:
            arm.require_group(target.subscription, target.group)
        extended = parse_id(target.scope)
        if extended is not None and extended.parent is None and arm.store.get(extended.key) is None:
            raise arm.not_found(extended)
        if target.parent is not None and arm.store.get(target.parent.key) is None:
            raise type_.parent_not_found(target)
        if type_.absent_delete == 404:
            raise arm.not_found(target)
        return Response(204)
    arm.check_gates(call, target)
    type_.check_preconditions(call, arm.view(str(target)))
    running = arm.running(resource)
    if running is not None:
        if running.kind == "delete" and running.target.lower() == target.key:
            call.operation = running.id
            return type_.family.deleting(arm, running)
        raise type_.busy_error(running)
    change = Change(arm, stored, str(target), {}, clone(resource.body), resource, call, call.time)
    if collection:
        type_.refuse_in_use(str(target), type_.children[collection].in_use, call.time)
        drop_child(change.body, collection, target.name)
        type_.check(change)  # what remains must stand on its own
    else:
        type_.check_delete(resource, call.time)
    check_locks(arm, type_.takes(change), str(target))
    return _start_delete(arm, call, type_, change, collection)


def _start_delete(
    arm: ResourceManager, call: Call, type_: ResourceType, change: Change, collection: str
) -> Response:
    assert change.prior is not None  # noqa: S101 - what is deleted was there
    resource = change.prior
    if collection:
        seconds = type_.children[collection].timing.delete
    else:
        seconds = type_.delete_seconds(resource)
    if type_.synchronous_delete:
        shown = arm.view(change.target) if type_.delete_shows else None
        arm.remove(resource, call.time)
        return Response(200, shown)
    operation = arm.start(
        call,
        change.target,
        "delete",
        seconds=seconds,
        key=resource.key,
        holds=type_.holds(change),
    )
    doom = type_.delete_doom(change)
    if doom is not None and operation.doom is None:
        operation.doom = ("Failed", doom.error())
    resource.operation = operation.id
    type_.stamp(resource, "Deleting" if not collection else "Updating", only=change.target)
    arm.store.put(resource)
    return type_.family.deleting(arm, operation)
