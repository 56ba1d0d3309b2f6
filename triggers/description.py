"""The API described as OpenAPI 3.1, made from the spec's own schema and a table of routes."""

from dataclasses import dataclass

from shared.deployment.messages import Json
from shared.deployment.spec import DeploymentSpec


@dataclass(frozen=True, slots=True)
class Route:
    """What is said of one method of one path."""

    summary: str
    status: str = "200"
    parameters: tuple[str, ...] = ()  # keys of PARAMETERS
    spec: bool | None = None  # whether the body, a spec, is required; None: there is no body
    open: bool = False  # asks for no key
    content: str = "application/json"


STARTING = ("Repeatability-Request-ID", "If-Match")
CREATING = (*STARTING, "If-None-Match")

ROUTES: dict[tuple[str, str], Route] = {
    ("get", "/deployments"): Route("List deployments", parameters=("top", "token")),
    ("post", "/deployments"): Route(
        "Start a deployment from a spec", "202", parameters=(*CREATING, "deleteData"), spec=True
    ),
    ("get", "/deployments/{name}"): Route("Read a deployment"),
    ("put", "/deployments/{name}"): Route(
        "Create or update a deployment",
        "202",
        parameters=(*CREATING, "whatIf", "deleteData"),
        spec=True,
    ),
    ("delete", "/deployments/{name}"): Route(
        "Destroy what a deployment created", "202", parameters=(*STARTING, "deleteData")
    ),
    ("post", "/deployments/{name}/plan"): Route(
        "Plan without writing; cost and certainty beside each change", "202", spec=False
    ),
    ("post", "/deployments/{name}/validate"): Route("Validate a deployment", "202"),
    ("get", "/deployments/{name}/drift"): Route("Read the last drift report"),
    ("post", "/deployments/{name}/drift"): Route("Check for drift now", "202"),
    ("post", "/deployments/{name}/drift/repair"): Route("Put right what drifted", "202"),
    ("get", "/operations/{id}"): Route("Read how an operation stands"),
    ("get", "/operations/{id}/status"): Route("Read the instance, as Durable Functions shows it"),
    ("post", "/operations/{id}/cancel"): Route("Cancel and roll back an operation", "202"),
    ("post", "/operations/{id}/approve"): Route("Approve the plan of an operation", "202"),
    ("post", "/operations/{id}/reject"): Route("Reject the plan of an operation", "202"),
    ("get", "/health"): Route("Liveness", open=True),
    ("get", "/openapi.json"): Route("This description", open=True),
    ("get", "/ui"): Route("The page", open=True, content="text/html"),
    ("get", "/ui/{file}"): Route("A file of the page", open=True, content="text/plain"),
}

PARAMETERS: dict[str, tuple[str, Json, str]] = {
    "top": ("query", {"type": "integer", "minimum": 1, "maximum": 200}, "Deployments per page"),
    "token": ("query", {"type": "string"}, "As nextLink gives it"),
    "whatIf": ("query", {"type": "boolean", "default": False}, "Plan without writing"),
    "deleteData": ("query", {"type": "boolean", "default": False}, "The database may go as well"),
    "If-Match": ("header", {"type": "string"}, "Only while the record has this ETag"),
    "If-None-Match": ("header", {"const": "*"}, "Only where there is no such deployment"),
    "Repeatability-Request-ID": (
        "header",
        {"type": "string"},
        "Repeated, it gets its first answer",
    ),
}


def description() -> Json:
    """The whole description."""
    schema = DeploymentSpec.model_json_schema(
        by_alias=True, ref_template="#/components/schemas/{model}"
    )
    parts = schema.pop("$defs", {})
    paths: Json = {}
    for (method, path), route in ROUTES.items():
        paths.setdefault(path, {})[method] = _operation(path, route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "hybriddb", "version": "1.0"},
        "servers": [{"url": "/api"}],
        "security": [{"functionKey": []}],
        "paths": paths,
        "components": {
            "schemas": {**parts, "DeploymentSpec": schema, "Error": _ERROR},
            "securitySchemes": {
                "functionKey": {"type": "apiKey", "in": "header", "name": "x-functions-key"}
            },
        },
    }


def _operation(path: str, route: Route) -> Json:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    answer: Json = {"description": route.summary, "content": {route.content: {}}}
    if route.status == "202":
        answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    operation: Json = {
        "summary": route.summary,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in names
        ]
        + [_parameter(name) for name in route.parameters],
        "responses": {
            route.status: answer,
            "default": {"description": "What went wrong", "content": _json("Error")},
        },
    }
    if route.spec is not None:
        operation["requestBody"] = {"required": route.spec, "content": _json("DeploymentSpec")}
    if route.open:
        operation["security"] = []
    return operation


def _parameter(name: str) -> Json:
    where, schema, text = PARAMETERS[name]
    return {"name": name, "in": where, "schema": schema, "description": text}


def _json(schema: str) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


_ERROR: Json = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "target": {"type": ["string", "null"]},
                "details": {"type": "array", "items": {"type": "object"}},
            },
        }
    },
}
