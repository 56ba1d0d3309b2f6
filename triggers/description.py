"""The API described as OpenAPI 3.1, made from the spec's own schema and a table of routes."""

from shared.deployment.messages import Json
from shared.deployment.spec import DeploymentSpec

ROUTES: dict[tuple[str, str], str] = {
    ("post", "/deployments"): "Start a deployment from a spec",
    ("get", "/deployments"): "List deployments",
    ("put", "/deployments/{name}"): "Create or update a deployment",
    ("get", "/deployments/{name}"): "Read a deployment",
    ("delete", "/deployments/{name}"): "Destroy what a deployment created",
    ("post", "/deployments/{name}/plan"): "Plan without writing",
    ("post", "/deployments/{name}/validate"): "Validate a deployment",
    ("get", "/deployments/{name}/drift"): "Read the last drift report",
    ("post", "/deployments/{name}/drift"): "Check for drift now",
    ("post", "/deployments/{name}/drift/repair"): "Put right what drifted",
    ("get", "/operations/{id}"): "Read how an operation stands",
    ("post", "/operations/{id}/cancel"): "Cancel and roll back an operation",
    ("get", "/health"): "Liveness",
    ("get", "/openapi.json"): "This description",
    ("get", "/ui"): "The page",
}

_STARTS = {"post": "202", "put": "202", "delete": "202", "get": "200"}


def description() -> Json:
    """The whole description."""
    schema = DeploymentSpec.model_json_schema(
        by_alias=True, ref_template="#/components/schemas/{model}"
    )
    parts = schema.pop("$defs", {})
    schema["required"] = [name for name in schema["required"] if name != "subscriptionId"]
    paths: Json = {}
    for (method, path), summary in ROUTES.items():
        paths.setdefault(path, {})[method] = _operation(method, path, summary)
    return {
        "openapi": "3.1.0",
        "info": {"title": "hybriddb", "version": "1.0"},
        "servers": [{"url": "/api"}],
        "paths": paths,
        "components": {"schemas": {**parts, "DeploymentSpec": schema, "Error": _ERROR}},
    }


def _operation(method: str, path: str, summary: str) -> Json:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    operation: Json = {
        "summary": summary,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in names
        ],
        "responses": {
            _STARTS[method]: {"description": summary},
            "default": {
                "description": "What went wrong",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            },
        },
    }
    if (method, path) in {("post", "/deployments"), ("put", "/deployments/{name}")}:
        reference = {"$ref": "#/components/schemas/DeploymentSpec"}
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": reference}},
        }
    return operation


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
