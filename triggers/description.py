"""The API described as OpenAPI 3.1, made from the spec's own schema and the routes themselves."""

from shared.deployment.messages import Json
from shared.deployment.spec import DeploymentSpec
from triggers import deployments, drift, operations  # noqa: F401  # they register their routes
from triggers.routing import ROUTES, Described

OPEN = {
    ("get", "/health"): Described("Liveness", open=True),
    ("get", "/openapi.json"): Described("This description", open=True),
    ("get", "/ui"): Described("The page", open=True, content="text/html"),
    ("get", "/ui/{file}"): Described("A file of the page", open=True, content="text/plain"),
}

PARAMETERS: dict[str, tuple[str, Json, str]] = {
    "top": ("query", {"type": "integer", "minimum": 1, "maximum": 200}, "How many a page"),
    "token": ("query", {"type": "string"}, "As nextLink gives it"),
    "destroyed": (
        "query",
        {"type": "boolean", "default": False},
        "Those that were destroyed as well",
    ),
    "deployment": ("query", {"type": "string"}, "Of which deployment"),
    "whatIf": ("query", {"type": "boolean", "default": False}, "Plan without writing"),
    "deleteData": ("query", {"type": "boolean", "default": False}, "The database may go as well"),
    "If-Match": (
        "header",
        {"type": "string"},
        "Only while the record has this ETag, or is as this plan found it: then that is walked",
    ),
    "If-None-Match": ("header", {"const": "*"}, "Only where there is no such deployment"),
    "Repeatability-Request-ID": (
        "header",
        {"type": "string"},
        "Repeated, it gets its first answer",
    ),
}


def every_route() -> dict[tuple[str, str], Described]:
    """(method, path) -> what is said of it."""
    return {**ROUTES, **OPEN}


def description() -> Json:
    """The whole description."""
    schema = DeploymentSpec.model_json_schema(
        by_alias=True, ref_template="#/components/schemas/{model}"
    )
    parts = schema.pop("$defs", {})
    paths: Json = {}
    for (method, path), route in every_route().items():
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


def _operation(path: str, route: Described) -> Json:
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
