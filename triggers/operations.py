"""Routes of operations: the status monitor, cancel, and the decision on a plan."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from shared.deployment.operation import Decision
from shared.records.claims import RUNNING
from shared.records.errors import OperationUnknown
from shared.records.records import records
from triggers.answers import NotAwaitingApproval, NotCancelable, guarded, reply
from triggers.parameters import operation_of
from triggers.telling import ENDED, as_it_stands, durable_status, recorded

blueprint = df.Blueprint()

LOOK_AGAIN = {"Retry-After": "10"}


@blueprint.route(route="operations/{id}", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
@guarded
async def get_operation(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """The status monitor: phase, steps, expected end, root failure, residue."""
    told = await as_it_stands(operation_of(req), client)
    return reply(told, headers=LOOK_AGAIN if told["status"] == RUNNING else None)


@blueprint.route(route="operations/{id}/status", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
@guarded
async def get_operation_status(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """The instance of an operation, or of a drift check: answered as Durable Functions does.

    Raises:
        OperationUnknown: there is no such instance.
    """
    identity = operation_of(req)
    status = await client.get_status(identity)
    if not status:
        raise OperationUnknown(identity)
    if status.runtime_status in ENDED:
        return reply(durable_status(status))
    return reply(durable_status(status), 202, {"Location": req.url, **LOOK_AGAIN})


@blueprint.route(route="operations/{id}/cancel", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
@guarded
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
        return reply(seen.told())
    if seen.operation.kind != "deploy":
        raise NotCancelable(identity, seen.operation.kind)
    await asyncio.to_thread(records().request_cancel, identity)
    return reply(await as_it_stands(identity, client), 202, LOOK_AGAIN)


@blueprint.route(route="operations/{id}/approve", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
@guarded
async def approve_operation(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Let an operation that waits for approval walk its plan."""
    return await _decide(operation_of(req), "approve", client)


@blueprint.route(route="operations/{id}/reject", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
@guarded
async def reject_operation(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """End an operation that waits for approval; nothing has been written."""
    return await _decide(operation_of(req), "reject", client)


async def _decide(
    identity: str, decision: Decision, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Decide once; the same decision may be sent again.

    Raises:
        NotAwaitingApproval: the operation has ended, has no plan yet or needs no approval, or the
            other decision has been made.
    """
    seen = await recorded(identity)
    if not seen.running:
        raise NotAwaitingApproval(identity, f"has ended as {seen.operation.status}")
    if seen.plan is None:
        raise NotAwaitingApproval(identity, "is still planning: read its plan first")
    if "approvalSeconds" not in seen.plan:
        raise NotAwaitingApproval(identity, "needs no approval: its spec does not ask for it")
    made = await asyncio.to_thread(records().decide, identity, decision)
    if made != decision:
        way = "cancel it to roll back" if made == "approve" else "start it again"
        raise NotAwaitingApproval(identity, f"has been decided already ({made}): {way}")
    return reply(await as_it_stands(identity, client), 202, LOOK_AGAIN)
