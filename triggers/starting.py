"""Starts operations atomically: claim the deployment's record, then start its orchestration.

The claim is an ETag-guarded write, so of any number of callers at once exactly one goes on. Should
the process die between the two, the claim is taken over once its grace has passed.
"""

import asyncio
from datetime import UTC, datetime
from typing import Literal

import azure.durable_functions as df
import azure.functions as func

from shared.deployment.messages import Json
from shared.deployment.operation import Kind
from shared.records.claims import Claim
from shared.records.records import records
from triggers.answers import operation_url, reply
from triggers.telling import GRACE, fate_of

LOOK_AGAIN = "10"  # seconds, until the first look at a new operation


async def start(
    req: func.HttpRequest,
    client: df.DurableOrchestrationClient,
    deployment: str,
    kind: Kind,
    *,
    spec: Json | None = None,
    what_if: bool = False,
    delete_data: bool = False,
) -> func.HttpResponse:
    """Claim and start; 202 with where to look, or the first answer again for a repeated request.

    A repeated request starts the orchestration only where it is missing and still wanted: the
    process may have died between the claim and the start, and somebody else taken over since.

    Raises:
        OperationInProgress, PreconditionFailed, DeploymentUnknown: nothing was started.
    """
    loop = asyncio.get_running_loop()

    def fate(operation: str) -> Literal["running", "ended", "missing"]:
        return asyncio.run_coroutine_threadsafe(fate_of(client, operation), loop).result()

    now = datetime.now(UTC)
    claim = Claim(
        deployment=deployment,
        operation_id=f"{deployment}-{now:%Y%m%d%H%M%S}{now.microsecond // 1000:03}",
        kind=kind,
        now=now,
        spec=spec,
        what_if=what_if,
        delete_data=delete_data,
        request_id=req.headers.get("Repeatability-Request-ID"),
        if_match=req.headers.get("If-Match"),
        if_none_match=req.headers.get("If-None-Match") == "*",
    )
    claimed = await asyncio.to_thread(records().claim, claim, fate=fate, grace=GRACE)
    operation = claimed.operation_id
    if claimed.holds and not (claimed.repeated and await client.get_status(operation)):
        await _begin(client, kind, operation)
    return accepted(req, operation, kind)


def accepted(req: func.HttpRequest, operation: str, kind: Kind) -> func.HttpResponse:
    """202 with the operation's URL, and that of its instance, which is a route of ours too.

    The durable management URLs carry a key that starts and ends anything: none is handed out.
    """
    location = operation_url(req, operation)
    body = {
        "id": operation,
        "kind": kind,
        "status": "Running",
        "operationLocation": location,
        "statusQueryGetUri": f"{location}/status",
    }
    headers = {"Operation-Location": location, "Retry-After": LOOK_AGAIN}
    if req.headers.get("Repeatability-Request-ID"):
        headers["Repeatability-Result"] = "accepted"
    return reply(body, 202, headers)


async def _begin(client: df.DurableOrchestrationClient, kind: Kind, operation: str) -> None:
    """Start the orchestration, unless the same request, made once more, has just done so."""
    try:
        await client.start_new(kind, operation, {"operation": operation})
    except Exception:  # the SDK has no class for an id that is taken
        if not await client.get_status(operation):
            raise
