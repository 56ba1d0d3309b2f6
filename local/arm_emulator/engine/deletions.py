"""DELETE of resources and of named children: the same path for every type."""

from typing import TYPE_CHECKING

from local.arm_emulator.engine.endings import drop_child
from local.arm_emulator.engine.locks import check_locks
from local.arm_emulator.engine.writes import not_allowed
from local.arm_emulator.state.calls import Call
from local.arm_emulator.types.registry import clone
from local.arm_emulator.types.resource_type import Change, ResourceType
from local.arm_emulator.wire.messages import Response
from local.arm_emulator.wire.resource_ids import ResourceId

if TYPE_CHECKING:
    from local.arm_emulator.cloud import Cloud


def delete_resource(cloud: "Cloud", call: Call, target: ResourceId) -> Response:
    """Delete a resource or a named child; 204 where there is none."""
    type_, stored, collection = cloud.types.resolve(target)
    if not type_.deletable:
        raise not_allowed("DELETE", target)
    resource = cloud.store.get(stored.key)
    if resource is None or cloud.store.find(str(target)) is None:
        if target.group:
            cloud.require_group(target.subscription, target.group)
        if type_.absent_delete == 404:
            raise cloud.not_found(target)
        return Response(204)
    cloud.check_gates(call, target)
    running = cloud.running(resource)
    if running is not None:
        if running.kind == "delete" and running.target.lower() == target.key:
            call.operation = running.id
            return type_.family.deleting(cloud, running)
        raise type_.busy_error(running)
    change = Change(cloud, stored, str(target), {}, clone(resource.body), resource, call, call.time)
    if collection:
        type_.refuse_in_use(str(target), type_.children[collection].in_use, call.time)
        drop_child(change.body, collection, target.name)
        type_.check(change)  # what remains must stand on its own
    else:
        type_.check_delete(resource, call.time)
    check_locks(cloud, type_.takes(change), str(target))
    return _start_delete(cloud, call, type_, change, collection)


def _start_delete(
    cloud: "Cloud", call: Call, type_: ResourceType, change: Change, collection: str
) -> Response:
    assert change.prior is not None  # noqa: S101 - what is deleted was there
    resource = change.prior
    if collection:
        seconds = type_.children[collection].timing.delete
    else:
        seconds = type_.delete_seconds(resource)
    if type_.synchronous_delete:
        cloud.remove(resource, call.time)
        return Response(200)
    operation = cloud.start(
        call,
        change.target,
        "delete",
        seconds=seconds,
        key=resource.key,
        holds=type_.holds(change),
    )
    resource.operation = operation.id
    type_.stamp(resource, "Deleting" if not collection else "Updating", only=change.target)
    cloud.store.put(resource)
    return type_.family.deleting(cloud, operation)
