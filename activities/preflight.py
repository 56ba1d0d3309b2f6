"""Asks Azure whether it would accept the deployment, and closes the planning; reads only."""

from datetime import datetime

import azure.durable_functions as df

import shared.planning.preflight
from shared.azure.clients import azure_clients
from shared.azure.errors import failures_as_data
from shared.deployment.operation import Answer, PlanRequest
from shared.deployment.walks.ending import refusal
from shared.planning.purposes import recorded_spec
from shared.planning.validation.levels import with_agent
from shared.records.records import records
from shared.resources.watcher_agent import WatcherAgent
from shared.telemetry.telling import traced

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@traced
@failures_as_data
def preflight(order: PlanRequest) -> Answer:
    """{operation, at} -> {}, or {failure} with all that is against the plan; it is kept with it."""
    operation, record = records().running(order["operation"])
    spec = recorded_spec(operation.spec or record.proposed or record.spec)
    steps = records().plans.get(operation.id)["steps"]
    spec = with_agent(spec, there=any(step["key"] == WatcherAgent.key for step in steps))
    warnings, refusals = shared.planning.preflight.preflight(
        azure_clients(spec.subscription_id),
        spec,
        {step["key"] for step in steps if step["action"] in {"update", "no-op"}},
        now=datetime.fromisoformat(order["at"]),
    )
    records().plans.advise(operation.id, warnings, refusals)
    refused = refusal(records().plans.short(operation.id) or {})
    return {"failure": refused} if refused else {}
