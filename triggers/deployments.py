"""Routes of deployments: create or update, plan, read, list, validate, destroy."""

import asyncio
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from shared.deployment.messages import Json
from shared.deployment.parsing import parse_spec
from shared.deployment.spec import DeploymentSpec
from shared.records.entities import Record
from shared.records.records import records
from shared.settings import settings
from triggers.answers import BadRequest, guarded, reply
from triggers.starting import start

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
    spec = _spec(req)
    return await start(req, client, spec.name, "deploy", spec=_wire(spec))


@blueprint.route(route="deployments/{name}", methods=["PUT"])
@blueprint.durable_client_input(client_name="client")
@guarded
async def put_deployment(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Create or update; an unchanged spec makes no write to Azure."""
    spec = _named_spec(req)
    what_if = _flag(req, "whatIf")
    return await start(req, client, spec.name, "deploy", spec=_wire(spec), whatIf=what_if)


@blueprint.route(route="deployments/{name}/plan", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
@guarded
async def plan(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """What a deployment would change: a plan that nobody walks."""
    spec = _wire(_named_spec(req)) if req.get_body() else None
    return await start(req, client, req.route_params["name"], "deploy", spec=spec, whatIf=True)


@blueprint.route(route="deployments", methods=["GET"])
@guarded
async def get_deployments(req: func.HttpRequest) -> func.HttpResponse:
    """List deployments in order of name, by pages."""
    top = _number(req, "top", PAGE, LONGEST_PAGE)
    page = await asyncio.to_thread(records().page, top=top, token=req.params.get("token"))
    body: Json = {"value": [_shown(record) for record in page.records]}
    if page.token:
        body["nextLink"] = f"{req.url.split('?')[0]}?top={top}&token={page.token}"
    return reply(body)


@blueprint.route(route="deployments/{name}", methods=["GET"])
@guarded
async def get_deployment(req: func.HttpRequest) -> func.HttpResponse:
    """One deployment: spec, status, inventory, outputs, last drift."""
    record = await asyncio.to_thread(records().get, req.route_params["name"])
    return reply(_shown(record), headers={"ETag": record.etag})


@blueprint.route(route="deployments/{name}", methods=["DELETE"])
@blueprint.durable_client_input(client_name="client")
@guarded
async def delete_deployment(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Destroy what the deployment created; data only with deleteData=true."""
    name = req.route_params["name"]
    return await start(req, client, name, "destroy", deleteData=_flag(req, "deleteData"))


@blueprint.route(route="deployments/{name}/validate", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
@guarded
async def validate_deployment(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Run the recipe's validations and connect to the database."""
    return await start(req, client, req.route_params["name"], "validate")


def _spec(req: func.HttpRequest) -> DeploymentSpec:
    try:
        raw: Any = req.get_json()
    except ValueError as wrong:
        raise BadRequest("InvalidJson", f"the body is no JSON: {wrong}", "body") from wrong
    return parse_spec(raw, subscription_id=settings().subscription_id)


def _named_spec(req: func.HttpRequest) -> DeploymentSpec:
    spec, name = _spec(req), req.route_params["name"]
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


def _flag(req: func.HttpRequest, name: str) -> bool:
    text = req.params.get(name, "false").casefold()
    if text not in {"true", "false"}:
        raise BadRequest("InvalidParameter", f"{name} should be true or false", name)
    return text == "true"


def _number(req: func.HttpRequest, name: str, default: int, most: int) -> int:
    text = req.params.get(name, str(default))
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise BadRequest("InvalidParameter", f"{name} should be a number from 1 to {most}", name)
    return int(text)
