"""The way of one request: whose it is, what strikes it, what it costs, who answers it."""

from local.arm_emulator.engine.dispatch import serve_resource
from local.arm_emulator.engine.polling import describe_poll
from local.arm_emulator.state.calls import Call, describe
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.headers import add_headers
from local.arm_emulator.wire.messages import ArmError, Request, Response
from local.arm_emulator.wire.resource_ids import parse_id
from local.arm_emulator.wire.router import Router

VAULT = ("/secrets", "/deletedsecrets", "/certificates")


def serve(arm: ResourceManager, router: Router, call: Call) -> Response:
    """Answer a call and record it; one that has a caller already is made by a deployment."""
    request, guid = call.request, arm.identity.guid
    call.correlation = (
        call.correlation
        or request.headers.get("x-ms-correlation-request-id")
        or guid("correlation", call.number)
    )
    try:
        response = _answer(arm, router, call)
    except ArmError as refusal:
        call.code = refusal.code
        response = refusal.response()
    call.status = response.status
    response.headers = call.headers | response.headers
    if "Retry-After" in response.headers:
        pause = float(response.headers["Retry-After"]) * arm.settings.retry_after_factor
        response.headers["Retry-After"] = str(max(1, round(pause)))
    add_headers(response, request.path, guid("request", call.number), call.time)
    response.headers.setdefault("x-ms-correlation-request-id", call.correlation)
    body = request.body if call.writes else None  # what the record keeps
    call.request = Request(request.method, request.path, body=body)
    arm.calls.append(call)
    return response


def _answer(arm: ResourceManager, router: Router, call: Call) -> Response:
    request = call.request
    if request.path.lower().startswith(VAULT):
        return arm.keyvault.serve(call)
    found = router.find(call.method, request.path)
    if found is not None and not found[0].api_version:
        return found[0].handler(arm, call, **found[1])
    call.caller = call.caller or arm.identity.authenticate(request.headers)
    describe(call)
    describe_poll(arm, call)
    call.fault = fault = arm.faults.strike(call.words)
    if fault is not None:
        if fault.reset == "before":
            return Response(0, dropped=True, delay_seconds=fault.delay_seconds)
        fault.refuse()
    arm.throttle.take(call)
    if "api-version" not in request.query:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        # https://github.com/cloudquery/cloudquery/issues/6626
        raise ArmError(400, "MissingApiVersionParameter", message)
    arm.require_subscription(request.path)
    target = parse_id(request.path) if found is not None else None
    if target is not None and arm.types.get(target.type) is not None:
        arm.check_api_version(target, request.query["api-version"])
    response = found[0].handler(arm, call, **found[1]) if found else serve_resource(arm, call)
    if fault is not None:
        fault.mark(response)
        response.delay_seconds = fault.delay_seconds
    return response
