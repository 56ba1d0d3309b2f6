"""The tags at a scope: an extension that changes them alone, of whatever carries them.

It takes a right of its own, Microsoft.Resources/tags/write, and none to write the resource.
https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
https://learn.microsoft.com/rest/api/resources/tags/update-at-scope
"""

from collections.abc import Mapping

from local.arm_emulator.engine.writes import check_tags
from local.arm_emulator.providers.authorization.authorization import SCOPES
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.messages import ArmError, Json, Response, clone
from local.arm_emulator.wire.resource_ids import ResourceId, required_id, split_provider
from local.arm_emulator.wire.router import Route

NAMESPACE = "Microsoft.Resources"
OPERATIONS = ("Replace", "Merge", "Delete")


def read_tags(arm: ResourceManager, call: Call, **_: str) -> Response:
    """The tags at a scope."""
    return Response(200, _shown(_carrier(arm, call)))


def update_tags(arm: ResourceManager, call: Call, **_: str) -> Response:
    """Merge tags into those at a scope, delete some, or replace all."""
    carrier, sent = _carrier(arm, call), call.request.body or {}
    operation, given = sent.get("operation"), (sent.get("properties") or {}).get("tags") or {}
    if operation not in OPERATIONS or not isinstance(given, Mapping):
        message = f"The operation should be one of {', '.join(OPERATIONS)}, with properties.tags."
        raise ArmError(400, "InvalidRequestContent", message)
    arm.check_gates(call, ResourceId(str(carrier.id), NAMESPACE, ("tags",), ("default",)))
    body = clone(carrier.body)
    body["tags"] = _changed(body.get("tags") or {}, given, operation)
    type_ = arm.types.resolve(carrier.id)[0]
    check_tags(
        type_, Change(arm, carrier.id, str(carrier.id), sent, body, carrier, call, call.time)
    )
    carrier.body, carrier.version, carrier.changed = body, carrier.version + 1, call.time
    arm.store.put(carrier)
    return Response(200, _shown(carrier))


def _changed(tags: Mapping[str, str], given: Mapping[str, str], operation: str) -> dict[str, str]:
    """Names are compared without case; what is deleted has the value that is given, too."""
    names = {name.casefold(): str(value) for name, value in given.items()}
    if operation == "Replace":
        return dict(given)
    if operation == "Merge":
        return {n: v for n, v in tags.items() if n.casefold() not in names} | dict(given)
    return {n: v for n, v in tags.items() if names.get(n.casefold()) != str(v)}


def _carrier(arm: ResourceManager, call: Call) -> Resource:
    target = required_id(split_provider(call.request.path)[0])
    _, stored, collection = arm.types.resolve(target)
    found = None if collection else arm.store.get(stored.key)
    if found is None:
        raise arm.not_found(target)
    return found


def _shown(carrier: Resource) -> Json:
    return {
        "id": f"{carrier.id}/providers/{NAMESPACE}/tags/default",
        "name": "default",
        "type": f"{NAMESPACE}/tags",
        "properties": {"tags": carrier.body.get("tags") or {}},
    }


ROUTES = tuple(
    Route(method, f"{scope}/providers/{NAMESPACE}/tags/default", handler)
    for scope in SCOPES[1:]
    for method, handler in (("GET", read_tags), ("PATCH", update_tags))
)
