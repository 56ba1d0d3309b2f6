"""Drift: the timer that scans every deployment, and the routes that check and repair one."""

import asyncio
from functools import partial

import azure.durable_functions as df
import azure.functions as func

from shared.deployment.messages import Json
from shared.records.errors import DeploymentUnknown, OperationInProgress
from shared.records.records import records
from triggers.answers import reply
from triggers.parameters import choice_of, deployment_of
from triggers.routing import route
from triggers.shapes.deployments import DriftReports, LastDrift
from triggers.shapes.requests import Choice
from triggers.starting import STARTING, start, start_beside
from triggers.telling import ENDED, settle, settle_unended

blueprint = df.Blueprint()

choosing = partial(
    route,
    blueprint,
    "POST",
    client=True,
    status="202",
    body=Choice,
    optional=True,
    parameters=STARTING,
)
SCANS: dict[str, Json] = {"scan-drift": {}, "scan-drift-late": {"late": True}}
"""Instances, each with its input; of one none overlap."""


@blueprint.timer_trigger(arg_name="timer", schedule="%DRIFT_SCHEDULE%")
@blueprint.durable_client_input(client_name="client")
async def start_drift_scan(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:
    """Settle what nobody asks about, and scan all deployments, unless the last scan still runs."""
    await settle_unended(client)
    for parcel in await asyncio.to_thread(records().events.on_their_way):
        order = {"event": parcel.event["id"], "receiver": parcel.receiver}
        await _start(client, "deliver_event", f"{order['event']}-{order['receiver']}", order)
    for instance, scan in SCANS.items():
        await _start(client, "scan_drift", instance, scan)


async def _start(
    client: df.DurableOrchestrationClient, name: str, instance: str, order: Json
) -> None:
    """Start what does not run."""
    status = await client.get_status(instance)
    if not status or status.runtime_status in ENDED:
        await client.start_new(name, instance, order)


@route(
    blueprint,
    "GET",
    "deployments/{name}/drift",
    "Read the last drift report",
    operation="Drift_Get",
    answer=LastDrift,
)
async def get_drift(req: func.HttpRequest) -> func.HttpResponse:
    """The last report; null before the first check."""
    record = await asyncio.to_thread(records().get, deployment_of(req))
    return reply({"deployment": record.name, "drift": record.drift})


@route(
    blueprint,
    "GET",
    "deployments/{name}/drift/reports",
    "List the last drift reports",
    operation="Drift_ListReports",
    answer=DriftReports,
)
async def get_drift_reports(req: func.HttpRequest) -> func.HttpResponse:
    """The last 20 reports, the latest first."""
    record = await asyncio.to_thread(records().get, deployment_of(req))
    return reply({"value": await asyncio.to_thread(records().watch.reports, record.name)})


@route(
    blueprint,
    "POST",
    "deployments/{name}/drift",
    "Check for drift now",
    operation="Drift_Check",
    client=True,
    status="202",
    parameters=("Repeatability-Request-ID",),
    roles=("Deployer", "Operator"),
)
async def check_drift_now(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Check now; the report is read from the same URL once the operation has ended.

    Raises:
        OperationInProgress: what is being changed cannot have drifted.
    """
    record = await settle(await asyncio.to_thread(records().get, deployment_of(req)), client)
    if record.status == "Destroyed":
        raise DeploymentUnknown(record.name)
    if record.busy:
        raise OperationInProgress(record.name, record.operation["id"])
    return await start_beside(req, client, record.name, "drift")


@choosing(
    "deployments/{name}/drift/repair",
    "Put right what drifted",
    operation="Drift_Repair",
    roles=("Operator",),
)
async def repair_drift(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Put right what drifted, or what {paths} choose of it, as far as can be; nothing is undone."""
    return await start(req, client, deployment_of(req), "repair", **dict(await choice_of(req)))


@choosing(
    "deployments/{name}/drift/accept",
    "Make what drifted part of the spec",
    operation="Drift_Accept",
    roles=("Deployer",),
)
async def accept_drift(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Accept what drifted, or what {paths} choose of it: the last report says what is there.

    The operation's result has the patch for the caller's own file.
    """
    return await start(req, client, deployment_of(req), "accept", **dict(await choice_of(req)))
