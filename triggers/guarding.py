"""What stands in front of every handler: who may call it, with what, and how a refusal is told."""

import functools
import logging
import uuid
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Any

import azure.functions as func

from shared.deployment.errors import SpecInvalid
from shared.planning.purposes import SpecOutdated
from shared.records.errors import (
    DeploymentUnknown,
    OperationInProgress,
    OperationUnknown,
    PlanUnknown,
    PreconditionFailed,
    RecordsUnavailable,
    RequestIdReused,
    SpecUnknown,
)
from triggers.answers import BadRequest, NotAwaitingApproval, NotCancelable, error, operation_url
from triggers.callers import Role, RoleMissing, caller_of, require
from triggers.conventions import check, finished
from triggers.parameters import queried

log = logging.getLogger(__name__)

Handler = Callable[..., Awaitable[func.HttpResponse]]

ALWAYS = {"code", "clientid", "api-version"}
"""Query parameters that any route may carry: function keys and their name travel like this.

https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
"""


def guarded(handler: Handler, parameters: Iterable[str], roles: Collection[Role]) -> Handler:
    """Lets in who may call, with what the route knows.

    Args:
        handler: of the route.
        parameters: names of the query parameters, and headers, that it knows.
        roles: any of these lets a caller in.
    """
    known = {name.casefold(): name for name in parameters}

    @functools.wraps(handler)
    async def guarding(**named: Any) -> func.HttpResponse:
        require(caller_of(named["req"]), roles)
        _check_known(named["req"], known)
        return await handler(**named)

    return guarding


def conventional(handler: Handler) -> Handler:
    """Answers as Azure's services do, also what a handler raises; a bug becomes a plain 500."""

    @functools.wraps(handler)
    async def answering(**named: Any) -> func.HttpResponse:
        req, request_id = named["req"], str(uuid.uuid4())
        try:
            check(req)
            answer = await handler(**named)
        except Exception as raised:
            answer = _refusal(raised, req, request_id)
        return finished(req, answer, request_id)

    return answering


def _check_known(req: func.HttpRequest, known: dict[str, str]) -> None:
    strange = sorted({n for n, _ in queried(req) if n.casefold() not in {*known, *ALWAYS}})
    if strange:
        names = ", ".join(name[:40] for name in strange[:10])
        way = f"it knows {', '.join(known.values())}" if known else "it knows none"
        message = f"the route has no parameter {names}: {way}"
        raise BadRequest("UnknownParameter", message, strange[0][:40])


def _refusal(raised: Exception, req: func.HttpRequest, request_id: str) -> func.HttpResponse:
    """The answer to what a route has raised."""
    code, message = type(raised).__name__, str(raised)
    match raised:
        case SpecInvalid(faults=faults):
            message = f"the spec has {len(faults)} fault(s)"
            return error(400, "InvalidSpec", message, details=faults)
        case BadRequest():
            return error(raised.status, raised.code, message, target=raised.target)
        case RoleMissing():
            return error(403, code, message)
        case DeploymentUnknown() | OperationUnknown() | SpecUnknown() | PlanUnknown():
            return error(404, code, message)
        case OperationInProgress(operation_id=identity):
            headers = {"Operation-Location": operation_url(req, identity)}
            return error(409, code, message, target=identity, headers=headers)
        case NotCancelable() | NotAwaitingApproval():
            return error(409, code, message, target=raised.operation_id)
        case SpecOutdated():
            return error(409, code, message, target="spec")
        case RequestIdReused():
            return error(409, code, message, target="Repeatability-Request-ID")
        case PreconditionFailed():
            return error(412, code, message)
        case RecordsUnavailable():
            return error(503, code, message, headers={"Retry-After": "5"})
    log.error("a route failed", exc_info=raised, extra={"request": request_id})
    return error(500, "InternalError", "the request failed; the log of the app says why")
