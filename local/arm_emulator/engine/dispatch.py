"""Which handler a request about a resource goes to, by its method and by the shape of its path."""

from local.arm_emulator.engine import deletions, reads, writes
from local.arm_emulator.state.calls import Call
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.messages import ArmError, Response
from local.arm_emulator.wire.resource_ids import ResourceId, parse_id, split_provider


def serve_resource(arm: ResourceManager, call: Call) -> Response:
    """Answer a request that no provider has a route of its own for."""
    path = call.request.path
    scope, rest = split_provider(path)
    target = parse_id(path)
    if target is not None:
        arm.check_api_version(target, call.request.query["api-version"])
        return _on_resource(arm, call, target)
    if len(rest) == 2 and call.method == "GET":
        return reads.list_type(arm, call, scope, rest[0], rest[1])
    if len(rest) >= 4 and len(rest) % 2 == 0:
        parent = parse_id(path.rpartition("/")[0])
        assert parent is not None  # noqa: S101 - an even path without its end is an id
        if call.method == "GET":
            return reads.list_collection(arm, call, parent, rest[-1])
        if call.method == "POST":
            return writes.act_on_resource(arm, call, parent, rest[-1])
    message = f"{call.method} {path} is not emulated."
    raise ArmError(501 if rest or scope.count("/") < 4 else 404, "NotEmulated", message)


def _on_resource(arm: ResourceManager, call: Call, target: ResourceId) -> Response:
    if call.method in ("GET", "HEAD"):
        return reads.get_resource(arm, call, target)
    if call.method == "PUT":
        return writes.put_resource(arm, call, target)
    if call.method == "PATCH":
        return writes.patch_resource(arm, call, target)
    if call.method == "DELETE":
        return deletions.delete_resource(arm, call, target)
    # [K] No client sends it.
    raise ArmError(405, "HttpMethodNotSupported", f"{call.method} is not supported here.")
