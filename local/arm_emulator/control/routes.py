"""The routes below /_emulator: the methods of `Control` over HTTP, with JSON bodies."""

from collections.abc import Callable, Iterable
from typing import Any

from local.arm_emulator.control.control import Control
from local.arm_emulator.wire.messages import ArmError, Json, Request, Response

PREFIX = "/_emulator"


def serve_control(control: Control, request: Request) -> Response:
    """Answer a request below /_emulator. It needs no token: the server listens on loopback only."""
    parts = request.path[len(PREFIX) :].strip("/").split("/")
    body = request.body if isinstance(request.body, dict) else {}
    try:
        answer = _handlers(control, body, request.query)[(request.method, parts[0])]()
    except KeyError as error:
        known = sorted(f"{m} {PREFIX}/{p}" for m, p in _handlers(control, body, request.query))
        message = f"{error} is missing or unknown. There are: {', '.join(known)}"
        return Response(404, {"error": {"code": "NotFound", "message": message}})
    except (ValueError, TypeError) as error:
        return Response(400, {"error": {"code": "BadRequest", "message": str(error)}})
    except ArmError as refusal:
        return refusal.response()
    return Response(200, answer if answer is not None else {})


def _handlers(control: Control, body: Json, query: Any) -> dict[tuple[str, str], Callable[[], Any]]:
    return {
        ("GET", "resources"): lambda: _value(
            control.resources(query.get("type", ""), query.get("group", ""))
        ),
        ("PUT", "resources"): lambda: control.put(body["id"], body["body"]),
        ("PATCH", "resources"): lambda: control.edit(
            body["id"], body["changes"], body.get("caller", "somebody-else")
        ),
        ("DELETE", "resources"): lambda: control.remove(
            body["id"], body.get("caller", "somebody-else")
        ),
        ("GET", "calls"): lambda: _value(control.calls(**dict(query))),
        ("GET", "operations"): lambda: _value(control.operations()),
        ("POST", "release"): lambda: control.release(body["id"], body.get("status", "Succeeded")),
        ("GET", "faults"): lambda: _value(control.faults()),
        ("POST", "faults"): lambda: {"id": control.fail(**body)},
        ("DELETE", "faults"): control.clear_faults,
        ("PUT", "secrets"): lambda: control.set_secret(body["name"], body["value"]),
        ("PUT", "certificates"): lambda: control.set_certificate(
            body["name"], body["cer"], body.get("policy")
        ),
        ("PUT", "durations"): lambda: control.set_durations(body),
        ("GET", "settings"): control.settings,
        ("PATCH", "settings"): lambda: control.settings(body),
        ("GET", "clock"): control.clock,
        ("POST", "advance"): lambda: control.advance(float(body["seconds"])),
        ("POST", "reset"): control.reset,
    }


def _value(items: Iterable[Json]) -> Json:
    return {"value": list(items)}
