"""GET, HEAD and lists of resources."""

from local.arm_emulator.state.calls import Call
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.messages import ArmError, Response
from local.arm_emulator.wire.resource_ids import ResourceId


def get_resource(arm: ResourceManager, call: Call, target: ResourceId) -> Response:
    """One resource, or Azure's 404."""
    type_, stored, collection = arm.types.resolve(target)
    view = arm.view(str(stored.child(collection, target.name)) if collection else str(stored))
    if view is None:
        parent = target.parent
        if collection or (parent is not None and arm.store.get(parent.key) is None):
            raise arm.not_found(target, inside=bool(collection))
        raise type_.not_found(target)
    if call.method == "HEAD":
        return Response(204)
    headers = {"ETag": str(view["etag"])} if type_.etag_header and "etag" in view else {}
    return Response(200, view, headers)


def _refuse_filter(call: Call) -> None:
    """A filter is answered or refused, never ignored; no list of a type's own answers one here."""
    text = call.request.query.get("$filter")
    if text:
        raise ArmError(501, "NotEmulated", f"The filter {text!r} of this list is not emulated.")


def list_collection(arm: ResourceManager, call: Call, parent: ResourceId, name: str) -> Response:
    """The resources of one type below a parent: ``.../virtualNetworks/x/subnets``."""
    _refuse_filter(call)
    children = parent.child(name, "*")
    _, stored, collection = arm.types.resolve(children)
    if collection:
        view = arm.view(str(stored))
        if view is None:
            raise arm.not_found(parent)
        return Response(200, {"value": view["properties"].get(collection) or []})
    if arm.store.get(parent.key) is None:
        raise arm.not_found(parent)
    found = arm.store.in_collection(children.collection)
    return Response(200, {"value": [arm.show(each) for each in found]})


def list_type(arm: ResourceManager, call: Call, scope: str, namespace: str, name: str) -> Response:
    """The resources of one type in a group or in a subscription."""
    _refuse_filter(call)
    type_ = arm.types.get(f"{namespace}/{name}")
    parts = scope.strip("/").split("/")
    if type_ is None:
        raise arm.types.unknown(ResourceId(scope, namespace, (name,), ("*",)))
    if len(parts) == 4:
        arm.require_group(parts[1], parts[3])
        found = arm.store.in_collection(f"{scope}/providers/{namespace}/{name}")
    elif len(parts) == 2:
        found = arm.store.of_type(parts[1], type_.type)
    else:
        raise ArmError(404, "NotFound", f"{scope} holds no lists of {type_.type}.")
    return Response(200, {"value": [arm.show(each) for each in found]})
