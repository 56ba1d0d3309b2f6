"""Routes of operations: the status monitor, and cancel."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from shared.cloud.claims import RUNNING
from shared.cloud.entities import Operation
from shared.cloud.records import records
from shared.deployment.messages import Json
from triggers.answers import guarded, reply

blueprint = df.Blueprint()

LOOK_AGAIN = {"Retry-After": "10"}


@blueprint.route(route="operations/{id}", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
@guarded
async def get_operation(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """The status monitor: phase, steps, expected end, root failure, residue."""
    operation = await asyncio.to_thread(records().operation, req.route_params["id"])
    body = _recorded(operation)
    if operation.status == RUNNING:
        status = await client.get_status(operation.id)
        told = (status.custom_status if status else None) or {"phase": "planning"}
        body |= {k: v for k, v in told.items() if k not in {"version", "status"}}
    return reply(body, headers=LOOK_AGAIN if operation.status == RUNNING else {})


@blueprint.route(route="operations/{id}/cancel", methods=["POST"])
@guarded
async def cancel_operation(req: func.HttpRequest) -> func.HttpResponse:
    """Ask a running operation to stop and roll back; one that has ended is left as it is."""
    identity = req.route_params["id"]
    await asyncio.to_thread(records().request_cancel, identity)
    operation = await asyncio.to_thread(records().operation, identity)
    return reply(_recorded(operation), 202)


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
        "plan": steps,
        "unchanged": sum(step["action"] == "no-op" for step in steps),
        "warnings": plan.get("warnings", []),
        "refusals": plan.get("refusals", []),
        **result,
    }
