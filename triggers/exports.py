"""The route that writes a deployment for other tools."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from shared.planning.exporting.files import files
from shared.planning.purposes import recorded_spec
from shared.planning.validation.levels import has_agent, with_agent
from shared.records.records import records
from triggers.answers import reply
from triggers.parameters import deployment_of, format_of
from triggers.routing import route
from triggers.shapes.deployments import Exported
from triggers.shapes.requests import ExportRequest

blueprint = df.Blueprint()


@route(
    blueprint,
    "POST",
    "deployments/{name}/export",
    "Write a deployment as an ARM template, Bicep or Terraform",
    operation="Deployments_Export",
    body=ExportRequest,
    answer=Exported,
)
async def export_deployment(req: func.HttpRequest) -> func.HttpResponse:
    """What the spec on record declares, without a secret; nothing is changed."""
    form = await format_of(req)
    record = await asyncio.to_thread(records().get, deployment_of(req))
    spec = with_agent(recorded_spec(record.spec), there=has_agent(record.inventory))
    written = await asyncio.to_thread(files, spec, form)
    return reply({"deployment": record.name, "format": form, "files": written})
