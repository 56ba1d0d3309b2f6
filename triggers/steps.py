"""Route of a step: what it asks Azure for, whole, where the operation shows the outline."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from shared.deployment.messages import Json
from shared.records.records import records
from triggers.answers import reply
from triggers.parameters import operation_of, step_of
from triggers.routing import route
from triggers.shapes.plans import WholeStep

blueprint = df.Blueprint()
SHOWN = ("key", "armType", "id", "action", "body", "changes")


@route(
    blueprint,
    "GET",
    "operations/{id}/steps/{key}",
    "Read one step of a plan, with the body that Azure is sent",
    operation="Operations_GetStep",
    answer=WholeStep,
)
async def get_step(req: func.HttpRequest) -> func.HttpResponse:
    """A step as it was planned; secrets are references in it."""
    order: Json = {"operation": operation_of(req), "key": step_of(req), "undo": False}
    step: Json = dict(await asyncio.to_thread(records().plans.step, order))  # type: ignore[arg-type]
    return reply({name: step.get(name) for name in SHOWN})
