"""Routes of operations: the status monitor, cancel, and the decision on a plan."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from shared.deployment.messages import Json
from shared.records.claims import RUNNING
from shared.records.entities import Decision, Operation
from shared.records.records import records
from triggers.answers import NotAwaitingApproval, NotCancelable, guarded, reply
from triggers.parameters import operation_of
from triggers.starting import ENDED, GRACE

blueprint = df.Blueprint()

LOOK_AGAIN = {"Retry-After": "10"}


@blueprint.route(route="operations/{id}", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
@guarded
async def get_operation(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """The status monitor: phase, steps, expected end, root failure, residue."""
    identity = operation_of(req)
    operation = await asyncio.to_thread(records().operation, identity)
    if operation.status != RUNNING:
        return reply(_recorded(operation))
    status = await client.get_status(identity)
    if _over(status, operation):
        # It may have recorded its end between the two reads; otherwise it never will.
        operation = await asyncio.to_thread(records().operation, identity)
        if operation.status != RUNNING:
            return reply(_recorded(operation))
        return reply(_recorded(operation) | _lost(status))
    told = (status.custom_status if status else None) or {"phase": "planning"}
    live = {k: v for k, v in told.items() if k not in {"version", "status"}}
    return reply(_recorded(operation) | live, headers=LOOK_AGAIN)


@blueprint.route(route="operations/{id}/cancel", methods=["POST"])
@guarded
async def cancel_operation(req: func.HttpRequest) -> func.HttpResponse:
    """Ask a running deployment to stop and roll back; one that has ended is left as it is.

    Raises:
        NotCancelable: it is no deployment.
    """
    identity = operation_of(req)
    operation = await asyncio.to_thread(records().operation, identity)
    if operation.status != RUNNING:
        return reply(_recorded(operation))
    if operation.kind != "deploy":
        raise NotCancelable(identity, operation.kind)
    await asyncio.to_thread(records().request_cancel, identity)
    return reply(_recorded(operation) | {"cancelRequested": True}, 202, LOOK_AGAIN)


@blueprint.route(route="operations/{id}/approve", methods=["POST"])
@guarded
async def approve_operation(req: func.HttpRequest) -> func.HttpResponse:
    """Let an operation that waits for approval walk its plan."""
    return await _decide(operation_of(req), "approve")


@blueprint.route(route="operations/{id}/reject", methods=["POST"])
@guarded
async def reject_operation(req: func.HttpRequest) -> func.HttpResponse:
    """End an operation that waits for approval; nothing has been written."""
    return await _decide(operation_of(req), "reject")


async def _decide(identity: str, decision: Decision) -> func.HttpResponse:
    """Decide once; the same decision may be sent again.

    Raises:
        NotAwaitingApproval: the operation has ended, has no plan yet or needs no approval, or the
            other decision has been made.
    """
    operation = await asyncio.to_thread(records().operation, identity)
    if operation.status != RUNNING:
        raise NotAwaitingApproval(identity, f"has ended as {operation.status}")
    if operation.plan is None:
        raise NotAwaitingApproval(identity, "is still planning: read its plan first")
    if "approvalSeconds" not in operation.plan:
        raise NotAwaitingApproval(identity, "needs no approval: its spec does not ask for it")
    made = await asyncio.to_thread(records().decide, identity, decision)
    if made != decision:
        way = "cancel it to roll back" if made == "approve" else "start it again"
        raise NotAwaitingApproval(identity, f"has been decided already ({made}): {way}")
    return reply(_recorded(operation) | {"decision": made}, 202, LOOK_AGAIN)


def _over(status: Any, operation: Operation) -> bool:
    """Whether nothing runs any more that could record an end."""
    if status:
        return status.runtime_status in ENDED
    return datetime.now(UTC) - datetime.fromisoformat(operation.startedAt) >= GRACE


def _lost(status: Any) -> Json:
    """What is told of an operation whose orchestration is gone and whose end is not on record."""
    told: Json = (status.custom_status if status else None) or {}
    if told.get("status") not in {None, RUNNING}:
        return {k: v for k, v in told.items() if k != "version"}
    ended = status.runtime_status.value if status else "missing"
    message = f"its orchestration is {ended} without a recorded end: start the operation again"
    failure = {"code": "OperationLost", "message": message}
    return {**told, "status": "Failed", "phase": "finished", "failure": failure}


def _recorded(operation: Operation) -> Json:
    """What the record says: the plan in short, and how it ended."""
    plan, result = operation.plan or {}, operation.result or {}
    steps = plan.get("steps", [])
    return {
        "id": operation.id,
        "kind": operation.kind,
        "deployment": operation.deployment,
        "status": operation.status,
        "phase": "finished" if result else "planning",
        "startedAt": operation.startedAt,
        "endedAt": operation.endedAt,
        "cancelRequested": operation.cancelRequested,
        "decision": operation.decision,
        "plan": steps,
        "monthlyCost": plan.get("monthlyCost"),
        "unchanged": sum(step["action"] == "no-op" for step in steps),
        "warnings": plan.get("warnings", []),
        "refusals": plan.get("refusals", []),
        **result,
    }
