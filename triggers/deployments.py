"""Routes of deployments: create or update, plan, read, list, validate, destroy."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from shared.deployment.inventory import holding_data
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.records.entities import Record
from shared.records.records import records
from triggers.answers import BadRequest, reply
from triggers.conventions import next_link
from triggers.parameters import (
    deployment_of,
    flag,
    generation_of,
    number,
    page_token,
    resources_of,
    spec_of,
)
from triggers.routing import route
from triggers.shapes.deployments import Deployment, DeploymentPage, KeptSpec, KeptSpecs
from triggers.shapes.requests import Resources
from triggers.starting import STARTING, start, start_beside
from triggers.telling import settle, shown

blueprint = df.Blueprint()

CREATING = (*STARTING, "If-None-Match")
PAGE = 50
LONGEST_PAGE = 200


@route(
    blueprint,
    "POST",
    "deployments",
    "Start a deployment from a spec",
    operation="Deployments_Create",
    client=True,
    status="202",
    parameters=(*CREATING, "deleteData"),
    body=DeploymentSpec,
    roles=("Deployer",),
)
async def create_deployment(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Start a deployment from a spec."""
    spec = await spec_of(req)
    delete_data = flag(req, "deleteData")
    return await start(req, client, spec.name, "deploy", spec=_wire(spec), delete_data=delete_data)


@route(
    blueprint,
    "PUT",
    "deployments/{name}",
    "Create or update a deployment",
    operation="Deployments_CreateOrReplace",
    client=True,
    status="202",
    parameters=(*CREATING, "whatIf", "deleteData"),
    body=DeploymentSpec,
    roles=("Deployer",),
)
async def put_deployment(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Create or update; an unchanged spec makes no write to Azure."""
    spec, delete_data = await _named_spec(req), flag(req, "deleteData")
    wire = _wire(spec)
    if flag(req, "whatIf"):
        return await start_beside(
            req, client, spec.name, "plan", spec=wire, delete_data=delete_data
        )
    return await start(req, client, spec.name, "deploy", spec=wire, delete_data=delete_data)


@route(
    blueprint,
    "POST",
    "deployments/{name}/plan",
    "Plan without writing; cost and certainty beside each change",
    operation="Deployments_Plan",
    client=True,
    status="202",
    parameters=("Repeatability-Request-ID", "deleteData"),
    body=DeploymentSpec,
    optional=True,
    roles=("Deployer", "Operator"),
)
async def plan(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """What a deployment would change: a plan that nobody walks."""
    spec = _wire(await _named_spec(req)) if req.get_body() else None
    return await start_beside(
        req, client, deployment_of(req), "plan", spec=spec, delete_data=flag(req, "deleteData")
    )


@route(
    blueprint,
    "GET",
    "deployments",
    "List deployments",
    operation="Deployments_List",
    answer=DeploymentPage,
    parameters=("top", "token", "destroyed"),
)
async def get_deployments(req: func.HttpRequest) -> func.HttpResponse:
    """List deployments in order of name, by pages."""
    top = number(req, "top", PAGE, LONGEST_PAGE)
    destroyed = flag(req, "destroyed")
    page = await asyncio.to_thread(
        records().page, top=top, token=page_token(req), destroyed=destroyed
    )
    body: Json = {"value": [shown(record) for record in page.records]}
    if page.token:
        more = {"destroyed": "true"} if destroyed else {}
        body["nextLink"] = next_link(req, top=str(top), token=page.token, **more)
    return reply(body)


@route(
    blueprint,
    "GET",
    "deployments/{name}",
    "Read a deployment",
    operation="Deployments_Get",
    answer=Deployment,
    client=True,
)
async def get_deployment(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """One deployment: spec, status, inventory, outputs, last drift."""
    record = await asyncio.to_thread(records().get, deployment_of(req))
    record = await settle(record, client)
    return reply(shown(record))


@route(
    blueprint,
    "GET",
    "deployments/{name}/specs",
    "List the last specs of a deployment, the latest first",
    operation="Specs_List",
    answer=KeptSpecs,
)
async def get_specs(req: func.HttpRequest) -> func.HttpResponse:
    """The last 20 specs that were deployed; to go back is to PUT one of them."""
    record = await asyncio.to_thread(records().get, deployment_of(req))
    return reply({"value": await asyncio.to_thread(records().specs.history, record.name)})


@route(
    blueprint,
    "GET",
    "deployments/{name}/specs/{generation}",
    "Read one of the last specs of a deployment",
    operation="Specs_Get",
    answer=KeptSpec,
)
async def get_spec(req: func.HttpRequest) -> func.HttpResponse:
    """One spec that was deployed."""
    name, generation = deployment_of(req), generation_of(req)
    return reply(await asyncio.to_thread(records().specs.get, name, generation))


@route(
    blueprint,
    "DELETE",
    "deployments/{name}",
    "Destroy what a deployment created",
    operation="Deployments_Delete",
    client=True,
    status="202",
    parameters=(*STARTING, "deleteData"),
    roles=("Operator",),
)
async def delete_deployment(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Destroy what the deployment created; data only with deleteData=true."""
    name, delete_data = deployment_of(req), flag(req, "deleteData")
    if not delete_data:
        record = await asyncio.to_thread(records().find, name)
        if held := _at_stake(record):
            message = f"{', '.join(held[:5])} would be lost with its data: say deleteData=true"
            raise BadRequest("DataDeletionNotConfirmed", message, "deleteData")
    return await start(req, client, name, "destroy", delete_data=delete_data)


@route(
    blueprint,
    "POST",
    "deployments/{name}/validate",
    "Validate a deployment",
    operation="Deployments_Validate",
    client=True,
    status="202",
    parameters=STARTING,
    roles=("Deployer", "Operator"),
)
async def validate_deployment(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Run the recipe's validations and connect to the database."""
    return await start(req, client, deployment_of(req), "validate")


@route(
    blueprint,
    "POST",
    "deployments/{name}/rotate-password",
    "Set another password of the database server",
    operation="Deployments_RotatePassword",
    client=True,
    status="202",
    parameters=STARTING,
    roles=("Operator",),
)
async def rotate_password(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Generate another password, or set the newest version of the secret that the spec names."""
    return await start(req, client, deployment_of(req), "rotate")


@route(
    blueprint,
    "POST",
    "deployments/{name}/forget",
    "Let go of resources without deleting them",
    operation="Deployments_Forget",
    body=Resources,
    client=True,
    status="202",
    parameters=STARTING,
    roles=("Operator",),
)
async def forget_resources(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Take our marks off the resources that the body names: nothing deletes them from then on."""
    named = await resources_of(req)
    return await start(req, client, deployment_of(req), "forget", forgets=named)


def _at_stake(record: Record | None) -> list[str]:
    """Ids of what a destroy would delete with data in it."""
    held = record.inventory if record else {}
    retain = record.spec.get("retain") or [] if record else []
    return [i for i in holding_data(held) if held[i]["key"] not in retain]


async def _named_spec(req: func.HttpRequest) -> DeploymentSpec:
    name = deployment_of(req)
    spec = await spec_of(req)
    if spec.name != name:
        message = f"the URL names {name} and the spec {spec.name}: make them the same"
        raise BadRequest("NameMismatch", message, "name")
    return spec


def _wire(spec: DeploymentSpec) -> Json:
    return spec.model_dump(mode="json", by_alias=True)
