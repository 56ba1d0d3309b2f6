"""Routes of deployments: create or update, plan, read, list, validate, destroy."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from shared.deployment.messages import Json
from shared.deployment.spec import DeploymentSpec
from shared.records.entities import Record
from shared.records.records import records
from triggers.answers import BadRequest, guarded, reply
from triggers.parameters import deployment_of, flag, number, page_token, spec_of
from triggers.starting import start
from triggers.telling import settle

blueprint = df.Blueprint()

PAGE = 50
LONGEST_PAGE = 200


@blueprint.route(route="deployments", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
@guarded
async def create_deployment(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Start a deployment from a spec."""
    spec = await spec_of(req)
    delete_data = flag(req, "deleteData")
    return await start(req, client, spec.name, "deploy", spec=_wire(spec), delete_data=delete_data)


@blueprint.route(route="deployments/{name}", methods=["PUT"])
@blueprint.durable_client_input(client_name="client")
@guarded
async def put_deployment(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Create or update; an unchanged spec makes no write to Azure."""
    spec = await _named_spec(req)
    what_if = flag(req, "whatIf")
    return await start(
        req,
        client,
        spec.name,
        "deploy",
        spec=_wire(spec),
        what_if=what_if,
        delete_data=flag(req, "deleteData"),
    )


@blueprint.route(route="deployments/{name}/plan", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
@guarded
async def plan(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """What a deployment would change: a plan that nobody walks."""
    spec = _wire(await _named_spec(req)) if req.get_body() else None
    return await start(req, client, deployment_of(req), "deploy", spec=spec, what_if=True)


@blueprint.route(route="deployments", methods=["GET"])
@guarded
async def get_deployments(req: func.HttpRequest) -> func.HttpResponse:
    """List deployments in order of name, by pages."""
    top = number(req, "top", PAGE, LONGEST_PAGE)
    page = await asyncio.to_thread(records().page, top=top, token=page_token(req))
    body: Json = {"value": [_shown(record) for record in page.records]}
    if page.token:
        body["nextLink"] = f"{req.url.split('?')[0]}?top={top}&token={page.token}"
    return reply(body)


@blueprint.route(route="deployments/{name}", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
@guarded
async def get_deployment(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """One deployment: spec, status, inventory, outputs, last drift."""
    record = await asyncio.to_thread(records().get, deployment_of(req))
    record = await settle(record, client)
    return reply(_shown(record), headers={"ETag": record.etag})


@blueprint.route(route="deployments/{name}", methods=["DELETE"])
@blueprint.durable_client_input(client_name="client")
@guarded
async def delete_deployment(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Destroy what the deployment created; data only with deleteData=true."""
    name = deployment_of(req)
    return await start(req, client, name, "destroy", delete_data=flag(req, "deleteData"))


@blueprint.route(route="deployments/{name}/validate", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
@guarded
async def validate_deployment(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Run the recipe's validations and connect to the database."""
    return await start(req, client, deployment_of(req), "validate")


async def _named_spec(req: func.HttpRequest) -> DeploymentSpec:
    name = deployment_of(req)
    spec = await spec_of(req)
    if spec.name != name:
        message = f"the URL names {name} and the spec {spec.name}: make them the same"
        raise BadRequest("NameMismatch", message, "name")
    return spec


def _wire(spec: DeploymentSpec) -> Json:
    return spec.model_dump(mode="json", by_alias=True)


def _shown(record: Record) -> Json:
    return {
        "name": record.name,
        "status": record.status,
        "generation": record.generation,
        "createdAt": record.createdAt,
        "operation": dict(record.operation),
        "spec": record.spec,
        "inventory": record.inventory,
        "outputs": record.outputs,
        "drift": record.drift,
    }
