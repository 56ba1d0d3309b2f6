"""PUT, PATCH and POST actions on resources: the same path for every type.

The order of the refusals is Azure's as far as known: the group and its gates (locks, policy), the
name, the body's shape, the location, what runs already, the type's own rules, references, locks.
"""

import hashlib
import json

from local.arm_emulator.engine.identities import check_identity, fill_identity
from local.arm_emulator.engine.locks import check_locks, join_networks
from local.arm_emulator.engine.reference_checks import check_references
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.messages import ArmError, Json, Response, clone
from local.arm_emulator.wire.names import ANY_NAME
from local.arm_emulator.wire.resource_ids import ResourceId
from local.arm_emulator.wire.schema import check_body, sdk_shape
from local.arm_emulator.wire.secrets_at_rest import keep_secrets


def put_resource(arm: ResourceManager, call: Call, target: ResourceId) -> Response:
    """Create or replace a resource or a named child."""
    type_, stored, collection = arm.types.resolve(target)
    if type_.grouped and not target.group:
        raise arm.types.unknown(target)
    arm.check_gates(call, target)
    (ANY_NAME if collection else type_.name_rule).check(target.name)
    sent = check_body(
        type_.shape_of(collection) if collection else type_.shape,
        call.request.body if collection else type_.accept(call.request.body),
        type_.family.schema_error,
        type_.shown_only,
    )
    prior = arm.store.get(stored.key)
    if collection and prior is None:
        raise arm.parent_not_found(target)
    type_.check_preconditions(call, arm.view(str(target)))
    created = arm.store.find(str(target)) is None and not type_.implicit
    change = _change(arm, call, type_, stored, collection, target, sent)
    joined = _join(arm, call, type_, change)
    if joined is not None:
        return joined
    return submit(arm, call, type_, change, created=created)


def patch_resource(arm: ResourceManager, call: Call, target: ResourceId) -> Response:
    """Change part of a resource: tags, or what its type says."""
    type_, stored, collection = arm.types.resolve(target)
    prior = arm.store.get(stored.key)
    if collection or not type_.patchable:
        raise not_allowed("PATCH", target)
    if type_.implicit:
        return put_resource(arm, call, target)
    if prior is None:
        raise arm.not_found(target)
    arm.check_gates(call, target)
    type_.check_preconditions(call, arm.view(str(target)))
    sent = type_.partial(call.request.body)
    body = clone(prior.body)
    change = Change(arm, stored, str(stored), sent, body, prior, call, call.time)
    joined = _join(arm, call, type_, change)
    if joined is not None:
        return joined
    type_.patch(change, sent)
    return submit(arm, call, type_, change, created=False, patched=True)


def submit(
    arm: ResourceManager,
    call: Call,
    type_: ResourceType,
    change: Change,
    *,
    created: bool,
    patched: bool = False,
) -> Response:
    """Check a change, store it, and start its operation."""
    check_change(arm, type_, change)
    check_locks(arm, type_.takes(change), change.target)
    doom = type_.doom(change)
    _supersede(arm, change)
    kind = "create" if created else "update"
    seconds = _seconds(type_, change, kind)
    resource = store_change(arm, type_, change)
    if type_.synchronous_patch if patched else type_.synchronous_put:
        type_.stamp(resource, "Succeeded")
        type_.written(resource, None, call.time)
        arm.store.put(resource)
        return _done(arm, call, type_, change, created=created)
    holds = type_.holds(change)
    operation = arm.start(call, change.target, kind, seconds=seconds, key=resource.key, holds=holds)
    if doom is not None and operation.doom is None:
        operation.doom = ("Failed", doom.error())
    answer = _accept(arm, type_, change, operation, created=created)
    whole = change.target.lower() == change.id.key
    free = operation.doom is None and operation.ends is not None
    if created and whole and type_.synchronous_create and free:
        arm.operations.end(operation, call.time, "Succeeded")
        return Response(201, arm.view(change.target))
    return answer


def _done(
    arm: ResourceManager, call: Call, type_: ResourceType, change: Change, *, created: bool
) -> Response:
    """The answer to what is done at once; some types announce an operation that has ended."""
    view = arm.view(change.target)
    answer = Response(type_.done_statuses[not created], view)
    if type_.announces:
        kind = "create" if created else "update"
        operation = arm.start(call, change.target, kind, seconds=0, key=change.id.key, holds={})
        arm.operations.end(operation, call.time, "Succeeded")
        answer.headers |= type_.family.written(arm, operation, view, created=created).headers
        answer.headers.pop("Retry-After", None)  # there is nothing to come back for
    return answer


def _accept(
    arm: ResourceManager,
    type_: ResourceType,
    change: Change,
    operation: Operation,
    *,
    created: bool,
) -> Response:
    operation.fingerprint = fingerprint(change.sent)
    join_networks(arm, type_, change, operation)
    resource = arm.store.resources[operation.key]
    resource.operation = operation.id
    type_.stamp(resource, "Updating", only=change.target)
    arm.store.put(resource)
    view = arm.view(change.target)
    return type_.family.written(arm, operation, view, created=created)


def check_change(arm: ResourceManager, type_: ResourceType, change: Change) -> None:
    """Everything that can be wrong with a body of the right shape."""
    type_.check_location(change)
    check_tags(type_, change)
    type_.check_bounds(change)
    type_.check(change)
    check_references(arm, type_, change)
    check_identity(arm, change)
    type_.check_quota(change)


def check_tags(type_: ResourceType, change: Change) -> None:
    """Refuse tags that are too many or too long.

    https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
    """
    tags = change.body.get("tags") or {}
    wrong = len(tags) > type_.most_tags or any(
        not 0 < len(name) <= 512 or len(str(value or "")) > 256 for name, value in tags.items()
    )
    if wrong:
        message = (
            f"Resource {change.id} may have {type_.most_tags} tags, with names of up to 512 and "
            "values of up to 256 characters."
        )
        raise ArmError(400, change.world.settings.tags_code, message, target="tags")


def store_change(arm: ResourceManager, type_: ResourceType, change: Change) -> Resource:
    """Fill in what the service adds, and keep the result."""
    type_.fill_defaults(change)
    type_.fill(change)
    fill_identity(arm, change)
    change.secrets |= keep_secrets(change.body, type_.secrets)
    prior = change.prior
    if prior is None:
        resource = Resource(change.id, change.body, change.now, change.now)
    else:
        resource, prior.body = prior, change.body
        resource.version, resource.changed = prior.version + 1, change.now
    resource.secrets |= change.secrets
    resource.notes |= change.notes
    type_.dress(resource)
    arm.store.put(resource)
    return resource


def act_on_resource(arm: ResourceManager, call: Call, target: ResourceId, action: str) -> Response:
    """POST an action, such as a restart."""
    type_, stored, _ = arm.types.resolve(target)
    resource = arm.store.get(stored.key)
    known = next((name for name in type_.actions if name.lower() == action.lower()), None)
    if known is None:
        message = f"The action {action} of {type_.type} is not emulated."
        raise ArmError(501, "NotEmulated", message)
    arm.check_gates(call, stored)
    if resource is None:
        raise arm.not_found(target)
    sent = call.request.body
    if known in type_.action_models:
        shape = sdk_shape(type_.sdk, type_.action_models[known])
        sent = check_body(shape, sent or {}, type_.family.schema_error)
    answer = type_.act(resource, known, sent, call)
    if type_.actions[known] == 0:
        return Response(200, answer)
    operation = arm.start(
        call, str(stored), known, seconds=type_.actions[known], key=resource.key, holds={}
    )
    operation.result = answer
    return type_.family.acting(arm, operation)


def fingerprint(sent: Json) -> str:
    """A digest of a body, secrets included, to tell an identical request."""
    return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()


def not_allowed(what: str, target: ResourceId) -> ArmError:
    """405 for what a type does not offer; [K] the code."""
    message = f"The requested resource {target} does not support {what}."
    return ArmError(405, "HttpMethodNotSupported", message)


def _change(
    arm: ResourceManager,
    call: Call,
    type_: ResourceType,
    stored: ResourceId,
    collection: str,
    target: ResourceId,
    sent: Json,
) -> Change:
    prior = arm.store.get(stored.key)
    body = clone(sent)
    if collection:
        assert prior is not None  # noqa: S101 - refused before
        child, body = body, clone(prior.body)
        _put_child(body, collection, target.name, child)
    address = str(stored.child(collection, target.name)) if collection else str(stored)
    return Change(arm, stored, address, sent, body, prior, call, call.time)


def _put_child(body: Json, collection: str, name: str, child: Json) -> None:
    child |= {"name": name, "properties": child.get("properties") or {}}
    items = body["properties"].setdefault(collection, [])
    for at, item in enumerate(items):
        if str(item.get("name", "")).lower() == name.lower():
            child["name"] = item["name"]
            items[at] = child
            return
    items.append(child)


def _join(arm: ResourceManager, call: Call, type_: ResourceType, change: Change) -> Response | None:
    """An identical write in flight is joined; a different one goes by the type's rule."""
    running = arm.running(change.prior) if change.prior else None
    if running is None:
        return None
    same = running.target.lower() == change.target.lower()
    if same and running.fingerprint == fingerprint(change.sent):
        call.operation = running.id
        view = arm.view(change.target)
        return type_.family.written(arm, running, view, created=running.kind == "create")
    if not type_.supersedes(change, running):
        raise type_.busy_error(running)
    return None


def _supersede(arm: ResourceManager, change: Change) -> None:
    running = arm.running(change.prior) if change.prior else None
    if running is not None:
        message = f"Operation {running.id} was canceled and superseded by a later one."
        code = "CanceledAndSupersededDueToAnotherOperation"
        error = {"code": code, "message": message, "details": []}
        arm.operations.end(running, change.now, "Canceled", error=error)


def _seconds(type_: ResourceType, change: Change, kind: str) -> float:
    if change.target.lower() == change.id.key:
        return type_.seconds(change, kind)
    collection = change.target.rsplit("/", 2)[1]
    timing = type_.children[collection].timing
    return timing.create if kind == "create" else timing.update
