"""How every route answers: JSON, and the error envelope that Azure's own services use."""

import functools
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any

import azure.functions as func

from shared.deployment.errors import SpecInvalid
from shared.deployment.messages import Advice, Json
from shared.records.errors import (
    DeploymentUnknown,
    OperationInProgress,
    OperationUnknown,
    PreconditionFailed,
    RecordsUnavailable,
    RequestIdReused,
)
from triggers.callers import Role, RoleMissing, caller_of, require

log = logging.getLogger(__name__)

Route = Callable[..., Awaitable[func.HttpResponse]]


class BadRequest(ValueError):
    """A request whose parameters, headers or body cannot be used."""

    def __init__(self, code: str, message: str, target: str, *, status: int = 400) -> None:
        self.code = code
        self.target = target
        self.status = status
        super().__init__(message)


class NotCancelable(Exception):
    """An operation that has no way back: only a deployment can be rolled back."""

    def __init__(self, operation_id: str, kind: str) -> None:
        self.operation_id = operation_id
        super().__init__(
            f"operation {operation_id} is a {kind}, which cannot be rolled back: wait for its end"
        )


class NotAwaitingApproval(Exception):
    """A decision on an operation that asks for none, or for none any more."""

    def __init__(self, operation_id: str, why: str) -> None:
        self.operation_id = operation_id
        super().__init__(f"operation {operation_id} {why}")


def operation_url(req: func.HttpRequest, operation_id: str) -> str:
    """Where an operation is looked at, under the name by which the caller reached the app."""
    return f"{req.url.split('/api/')[0]}/api/operations/{operation_id}"


def reply(
    body: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    """A JSON answer."""
    return func.HttpResponse(
        json.dumps(body, indent=2) + "\n",
        status_code=status,
        headers=dict(headers or {}),
        mimetype="application/json",
    )


def error(
    status: int,
    code: str,
    message: str,
    *,
    target: str | None = None,
    details: Iterable[Advice] = (),
    headers: Mapping[str, str] | None = None,
) -> func.HttpResponse:
    """An error answer: the envelope and its code as a header."""
    body: Json = {"code": code, "message": message, "target": target}
    body["details"] = [
        {"code": d["code"], "message": d["message"], "target": d["target"]} for d in details
    ]
    return reply({"error": body}, status, {**(headers or {}), "x-ms-error-code": code})


ALWAYS = {"code", "clientid", "api-version"}
"""Query parameters that any route may carry: function keys and their name travel like this.

https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
"""


def guarded(route: Route, parameters: Iterable[str], roles: Collection[Role]) -> Route:
    """Answers what a route raises on purpose; anything else is a bug and becomes a plain 500.

    Args:
        route: the handler.
        parameters: names of the query parameters, and headers, that it knows.
        roles: any of these lets a caller in.
    """
    known = {name.casefold(): name for name in parameters}

    def check(req: func.HttpRequest) -> None:
        strange = sorted({n for n in req.params if n.casefold() not in {*known, *ALWAYS}})
        if strange:
            names = ", ".join(name[:40] for name in strange[:10])
            way = f"it knows {', '.join(known.values())}" if known else "it knows none"
            message = f"the route has no parameter {names}: {way}"
            raise BadRequest("UnknownParameter", message, strange[0][:40])

    @functools.wraps(route)
    async def answered(*arguments: Any, **named: Any) -> func.HttpResponse:
        try:
            require(caller_of(named["req"]), roles)
            check(named["req"])
            return await route(*arguments, **named)
        except SpecInvalid as wrong:
            faults = wrong.faults
            return error(400, "InvalidSpec", f"the spec has {len(faults)} fault(s)", details=faults)
        except RoleMissing as missing:
            return error(403, "RoleMissing", str(missing))
        except BadRequest as wrong:
            return error(wrong.status, wrong.code, str(wrong), target=wrong.target)
        except (DeploymentUnknown, OperationUnknown) as unknown:
            return error(404, type(unknown).__name__, str(unknown))
        except OperationInProgress as running:
            identity = running.operation_id
            headers = {"Operation-Location": operation_url(named["req"], identity)}
            return error(409, "OperationInProgress", str(running), target=identity, headers=headers)
        except (NotCancelable, NotAwaitingApproval) as late:
            return error(409, type(late).__name__, str(late), target=late.operation_id)
        except RequestIdReused as reused:
            return error(409, "RequestIdReused", str(reused), target="Repeatability-Request-ID")
        except PreconditionFailed as failed:
            return error(412, "PreconditionFailed", str(failed))
        except RecordsUnavailable as unavailable:
            return error(503, "RecordsUnavailable", str(unavailable), headers={"Retry-After": "5"})
        except Exception:
            log.exception("a route failed")
            return error(500, "InternalError", "the request failed; the log of the app says why")

    return answered
