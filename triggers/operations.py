"""Routes of operations: the status monitor, cancel, and the decision on a plan."""

import asyncio
from functools import partial

import azure.durable_functions as df
import azure.functions as func

from shared.deployment.messages import Json
from shared.deployment.operation import Decision
from shared.records.entities import RUNNING, Operation
from shared.records.errors import OperationUnknown
from shared.records.records import records
from triggers.answers import NotAwaitingApproval, NotCancelable, operation_url, reply
from triggers.callers import caller_of, require_other
from triggers.conventions import next_link
from triggers.parameters import (
    comment_of,
    deployment_given,
    number,
    operation_of,
    operation_token,
)
from triggers.routing import route
from triggers.shapes.operations import Instance, OperationPage
from triggers.shapes.operations import Operation as Shown
from triggers.shapes.requests import Comment
from triggers.starting import within_scope
from triggers.telling import (
    ENDED,
    as_it_stands,
    durable_status,
    instance_of,
    plan_etag,
    recorded,
)

blueprint = df.Blueprint()

LOOK_AGAIN = {"Retry-After": "10"}
deciding = partial(
    route,
    blueprint,
    "POST",
    answer=Shown,
    body=Comment,
    optional=True,
    client=True,
    status="202",
    roles=("Approver",),
)
HISTORY = ("deployment", "top", "token")
PAGE = 50
LONGEST_PAGE = 200


@route(
    blueprint,
    "GET",
    "operations",
    "List operations, the latest first",
    operation="Operations_List",
    answer=OperationPage,
    parameters=HISTORY,
)
async def get_operations(req: func.HttpRequest) -> func.HttpResponse:
    """The history of a deployment: kind, actor, times, outcome."""
    name, top = deployment_given(req), number(req, "top", PAGE, LONGEST_PAGE)
    token = operation_token(req)
    found = await asyncio.to_thread(records().operations.history, name, top=top + 1, token=token)
    body: Json = {"value": [_in_short(operation) for operation in found[:top]]}
    if len(found) > top:
        after = found[top - 1].id
        body["nextLink"] = next_link(req, deployment=name, top=str(top), token=after)
    return reply(body)


def _in_short(operation: Operation) -> Json:
    failure = (operation.result or {}).get("failure")
    return {
        "id": operation.id,
        "deployment": operation.deployment,
        "kind": operation.kind,
        "status": operation.status,
        "startedAt": operation.startedAt,
        "endedAt": operation.endedAt,
        "actor": operation.actor,
        "failure": failure,
    }


@route(
    blueprint,
    "GET",
    "operations/{id}",
    "Read how an operation stands",
    operation="Operations_Get",
    answer=Shown,
    client=True,
)
async def get_operation(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """The status monitor: phase, steps, expected end, root failure, residue."""
    operation = await as_it_stands(operation_of(req), client)
    if operation["status"] == RUNNING:
        return reply(operation, headers=LOOK_AGAIN)
    tag = {"ETag": plan_etag(operation["id"])} if operation["kind"] == "plan" else {}
    return reply(operation, headers=tag)


@route(
    blueprint,
    "GET",
    "operations/{id}/status",
    "Read the instance, as Durable Functions shows it",
    operation="Operations_GetInstance",
    answer=Instance,
    also=("202",),
    client=True,
)
async def get_operation_status(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """The instance of an operation, or of a drift check: answered as Durable Functions does.

    Raises:
        OperationUnknown: there is no such instance.
    """
    identity = operation_of(req)
    status = await instance_of(identity, client)
    if not status:
        raise OperationUnknown(identity)
    if status.runtime_status in ENDED:
        return reply(durable_status(status))
    return reply(durable_status(status), 202, {"Location": req.url, **LOOK_AGAIN})


@route(
    blueprint,
    "POST",
    "operations/{id}/cancel",
    "Cancel and roll back an operation",
    operation="Operations_Cancel",
    answer=Shown,
    also=("200",),
    client=True,
    status="202",
    roles=("Deployer", "Operator"),
)
async def cancel_operation(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Ask a running deployment to stop and roll back; one that has ended is left as it is.

    Raises:
        NotCancelable: it is no deployment.
    """
    identity = operation_of(req)
    seen = await recorded(identity)
    if not seen.running:
        return reply(seen.as_json())
    if seen.operation.kind not in {"deploy", "repair", "rotate"}:
        raise NotCancelable(identity, seen.operation.kind)
    await within_scope(req, seen.operation.deployment)
    by = {**caller_of(req)["actor"]}
    await asyncio.to_thread(records().operations.request_cancel, identity, by=by)
    return await _accepted(req, client)


@deciding(
    "operations/{id}/approve", "Approve the plan of an operation", operation="Operations_Approve"
)
async def approve_operation(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Let an operation that waits for approval walk its plan."""
    return await _decide(req, "approve", client)


@deciding(
    "operations/{id}/reject", "Reject the plan of an operation", operation="Operations_Reject"
)
async def reject_operation(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """End an operation that waits for approval; nothing has been written."""
    return await _decide(req, "reject", client)


async def _decide(
    req: func.HttpRequest, decision: Decision, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Decide once, with a comment; the same decision may be sent again.

    Raises:
        RoleMissing: whoever asked for the plan is not the one to approve it.
        NotAwaitingApproval: the operation has ended, has no plan yet or needs no approval, or the
            other decision has been made.
    """
    identity, comment, caller = operation_of(req), await comment_of(req), caller_of(req)
    seen = await recorded(identity)
    if not seen.running:
        raise NotAwaitingApproval(identity, f"has ended as {seen.operation.status}")
    if seen.plan is None:
        raise NotAwaitingApproval(identity, "is still planning: read its plan first")
    if "approvalSeconds" not in seen.plan:
        raise NotAwaitingApproval(identity, "needs no approval: its spec does not ask for it")
    await within_scope(req, seen.operation.deployment)
    if decision == "approve":
        require_other(caller, seen.operation.actor)
    by = {**caller["actor"], "comment": comment}
    made = await asyncio.to_thread(records().operations.decide, identity, decision, by=by)
    if made != decision:
        way = "cancel it to roll back" if made == "approve" else "start it again"
        raise NotAwaitingApproval(identity, f"has been decided already ({made}): {way}")
    return await _accepted(req, client)


async def _accepted(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """202 with the operation as it stands; it hears of a wish a little later."""
    identity = operation_of(req)
    headers = {"Operation-Location": operation_url(req, identity), **LOOK_AGAIN}
    return reply(await as_it_stands(identity, client), 202, headers)
