"""Starts operations atomically: claim the deployment's record, then start its orchestration.

The claim is an ETag-guarded write, so of any number of callers at once exactly one goes on. Should
the process die between the two, the claim is taken over once its grace has passed.
"""

import asyncio
import hashlib
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import azure.durable_functions as df
import azure.functions as func

from activities.begin_repair import begin
from shared.deployment.messages import Json
from shared.deployment.operation import Kind
from shared.deployment.tracing import usable
from shared.records.claims import Claim
from shared.records.records import records
from shared.settings import settings
from triggers.answers import operation_url, reply
from triggers.callers import caller_of, require_scope
from triggers.conventions import entity_tag, listed
from triggers.parameters import queried
from triggers.telling import GRACE, fate_of, plan_named, shown

STARTING = ("Repeatability-Request-ID", "If-Match")  # headers of what starts on a deployment
BESIDE = {"plan": "deploy", "drift": "check_drift"}  # kind -> its orchestration
LOOK_AGAIN = "10"  # seconds, until the first look at a new operation


async def start(
    req: func.HttpRequest,
    client: df.DurableOrchestrationClient,
    deployment: str,
    kind: Kind,
    *,
    spec: Json | None = None,
    delete_data: bool = False,
    paths: list[str] | None = None,
    comment: str = "",
    forgets: tuple[str, ...] = (),
) -> func.HttpResponse:
    """Claim and start; 202 with where to look, or the first answer again for a repeated request.

    A repeated request starts the orchestration only where it is missing and still wanted: the
    process may have died between the claim and the start, and somebody else taken over since.

    Raises:
        OperationInProgress, PreconditionFailed, DeploymentUnknown, RequestIdReused, RoleMissing:
            nothing was started.
    """
    await within_scope(req, deployment, spec)
    loop = asyncio.get_running_loop()

    def fate(operation: str) -> Literal["running", "ended", "missing"]:
        return asyncio.run_coroutine_threadsafe(fate_of(client, operation), loop).result()

    if_match = await _on_record(deployment, req.headers.get("If-Match"))
    claim = Claim(
        **_request(req, deployment, kind),
        spec=spec,
        delete_data=delete_data,
        paths=paths,
        comment=comment,
        forgets=forgets,
        plan_of=plan_named(if_match),
        if_match=None if plan_named(if_match) else if_match,
        if_none_match=req.headers.get("If-None-Match") == "*",
    )
    claimed = await asyncio.to_thread(records().claim, claim, fate=fate, grace=GRACE)
    operation = claimed.operation_id
    if claimed.holds and not (claimed.repeated and await client.get_status(operation)):
        await begin(client, claimed.record.operation["kind"], operation)
    return accepted(req, operation, kind, deployment)


async def start_beside(
    req: func.HttpRequest,
    client: df.DurableOrchestrationClient,
    deployment: str,
    kind: Literal["plan", "drift"],
    *,
    spec: Json | None = None,
    delete_data: bool = False,
) -> func.HttpResponse:
    """Start what only looks: it claims nothing, changes nothing and runs beside everything else.

    Raises:
        DeploymentUnknown, RequestIdReused, RoleMissing: nothing was started.
    """
    await within_scope(req, deployment, spec)
    asked = _request(req, deployment, kind)
    claim = Claim(**asked, spec=spec, delete_data=delete_data)
    operation = await asyncio.to_thread(records().open_beside, claim)
    if not (claim.request_id and await client.get_status(operation)):
        await begin(client, BESIDE[kind], operation)
    return accepted(req, operation, kind, deployment)


async def within_scope(req: func.HttpRequest, deployment: str, spec: Json | None = None) -> None:
    """Refuse a caller whose roles are for other resource groups than this deployment's.

    Raises:
        RoleMissing: naming the group.
    """
    if settings().role_scopes:
        record = await asyncio.to_thread(records().find, deployment)
        require_scope(caller_of(req), [s for s in (spec, record.spec if record else None) if s])


async def _on_record(deployment: str, if_match: str | None) -> str | None:
    """If-Match in the words of the table: the ETag of the record, where its entity tag is listed.

    What has changed since it was read here is refused by the claim, which reads it once more.
    """
    if if_match is None or if_match.strip() == "*":
        return if_match
    record = await asyncio.to_thread(records().find, deployment)
    if record and listed(entity_tag(reply(shown(record)).get_body()), if_match, weak=False):
        return record.etag
    return if_match


def _request(req: func.HttpRequest, deployment: str, kind: Kind) -> Any:
    """What a claim says of the request that makes it."""
    now, request_id = datetime.now(UTC), req.headers.get("Repeatability-Request-ID")
    made = f"{now:%Y%m%d%H%M%S}{now.microsecond // 1000:03}"
    if kind in BESIDE:
        made = f"{kind}-{_hash(request_id)[:17] if request_id else made}"
    # The URL may carry the caller's key, which may change from one try to the next.
    queries = sorted((k.casefold(), v) for k, v in queried(req) if k.casefold() != "code")
    route = f"{req.method} {urlsplit(req.url).path} {queries}"
    return {
        "deployment": deployment,
        "operation_id": f"{deployment}-{made}",
        "kind": kind,
        "now": now,
        "request_id": request_id,
        "digest": _hash(route, req.get_body().decode(errors="replace")),
        "actor": caller_of(req)["actor"],
        "traceparent": usable(req.headers.get("traceparent")),
    }


def _hash(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def accepted(
    req: func.HttpRequest, operation: str, kind: Kind, deployment: str
) -> func.HttpResponse:
    """202 with the operation's URL, and that of its instance, which is a route of ours too.

    The durable management URLs carry a key that starts and ends anything: none is handed out.
    """
    location = operation_url(req, operation)
    body = {
        "id": operation,
        "kind": kind,
        "deployment": deployment,
        "status": "Running",
        "operationLocation": location,
        "statusQueryGetUri": f"{location}/status",
    }
    headers = {"Operation-Location": location, "Retry-After": LOOK_AGAIN}
    if req.headers.get("Repeatability-Request-ID"):
        headers["Repeatability-Result"] = "accepted"
    return reply(body, 202, headers)
