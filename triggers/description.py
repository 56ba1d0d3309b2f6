"""The API as OpenAPI 3.1, made from the routes and the shapes that they take and answer."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from shared.deployment.messages import Json
from shared.deployment.specs.spec import NAME
from triggers.conventions import CLIENT_REQUEST_ID, GIVEN_ID, REQUEST_ID, VERSION, VERSIONS
from triggers.parameters import GENERATION, OPERATION, STEP
from triggers.routing import ROUTES, Described
from triggers.shapes.errors import Error
from triggers.shapes.examples import EXAMPLES, REFUSALS

JSON = "application/json"
TEXT: Json = {"type": "string"}
FLAG: Json = {"type": "boolean", "default": False}
DEPLOYMENT: Json = {**TEXT, "pattern": NAME, "maxLength": 40}

PARAMETERS: Mapping[str, tuple[str, Json, str]] = {
    "name": ("path", DEPLOYMENT, "Name of the deployment"),
    "id": ("path", {**TEXT, "pattern": f"^{OPERATION}$", "maxLength": 80}, "Id of the operation"),
    "key": ("path", {**TEXT, "pattern": f"^{STEP}$", "maxLength": 80}, "Key of the step"),
    "generation": (
        "path",
        {**TEXT, "pattern": f"^{GENERATION}$", "maxLength": 9},
        "Number of a generation",
    ),
    "file": ("path", {**TEXT, "pattern": r"^[a-z-]+\.(js|css|html)$", "maxLength": 40}, "Its name"),
    "top": ("query", {"type": "integer", "minimum": 1, "maximum": 200}, "How many a page"),
    "token": ("query", {**TEXT, "pattern": f"^{OPERATION}$"}, "As nextLink gives it"),
    "destroyed": ("query", FLAG, "Those that were destroyed as well"),
    "deployment": ("query", DEPLOYMENT, "Of which deployment"),
    "whatIf": ("query", FLAG, "Plan without writing"),
    "deleteData": ("query", FLAG, "The database may go as well"),
    "If-Match": (
        "header",
        TEXT,
        "Only while the record has this ETag, or is as this plan found it: then that is walked",
    ),
    "If-None-Match": ("header", {"const": "*"}, "Only where there is no such deployment"),
    "Repeatability-Request-ID": (
        "header",
        {**TEXT, "pattern": GIVEN_ID},
        "Repeated, it gets its first answer",
    ),
}
REQUIRED = {"deployment"}  # of those that are no part of a path
EVERYWHERE: Mapping[str, tuple[str, Json, str]] = {
    VERSION: (
        "query",
        {**TEXT, "default": VERSIONS[-1], "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        f"Version of the API, of {', '.join(VERSIONS)}; the newest unless given",
    ),
    CLIENT_REQUEST_ID: ("header", {**TEXT, "pattern": GIVEN_ID}, "Said back in the answer"),
}
CONDITION = ("header", TEXT, "ETags that the caller has: 304 where it is one of them")
HEADERS: Mapping[str, tuple[Json, str]] = {
    VERSION: (TEXT, "Version that answered"),
    REQUEST_ID: ({**TEXT, "format": "uuid"}, "Id of the request, as the app's log has it"),
    CLIENT_REQUEST_ID: (TEXT, "The caller's own id of the request, where it gave one"),
    "x-ms-error-code": (TEXT, "The code of the error"),
    "ETag": (TEXT, "Strong entity tag: equal tags are equal bytes"),
    "Operation-Location": ({**TEXT, "format": "uri"}, "Where the operation is looked at"),
    "Retry-After": ({"type": "integer"}, "Seconds until it is worth looking again"),
}
ALWAYS = (VERSION, REQUEST_ID, CLIENT_REQUEST_ID)
SECURITY: Json = {
    "functionKey": {
        "type": "apiKey",
        "in": "header",
        "name": "x-functions-key",
        "description": "A key of the function app, where Microsoft Entra does not guard it",
    },
    "entra": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of Microsoft Entra for the app's registration",
    },
}
SUMMARY = (
    "Deploys hybrid PostgreSQL connectivity on Azure, durably: plan, deploy, validate, watch for "
    "drift, repair, destroy. What takes long answers 202 with the URL of its operation."
)


class _Untitled(GenerateJsonSchema):
    """Without titles that repeat the name of a field."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


@cache
def description() -> Json:
    """The whole description."""
    paths: Json = {}
    for (method, path), route in ROUTES.items():
        paths.setdefault(path, {})[method] = _operation(method, path, route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "hybriddb", "version": VERSIONS[-1], "description": SUMMARY},
        "servers": [{"url": "/api", "description": "This app"}],
        "security": [{scheme: []} for scheme in SECURITY],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "headers": {n: {"schema": s, "description": t} for n, (s, t) in HEADERS.items()},
            "parameters": {name: _parameter(name, *told) for name, told in EVERYWHERE.items()},
            "securitySchemes": SECURITY,
        },
    }


def _schemas() -> Json:
    shapes = [each for route in ROUTES.values() for each in (route.answer, route.body) if each]
    named = {shape.__name__: shape for shape in [*shapes, Error]}
    _, made = TypeAdapter.json_schemas(
        [(name, "validation", TypeAdapter(shape)) for name, shape in named.items()],
        ref_template="#/components/schemas/{model}",
        schema_generator=_Untitled,
    )
    schemas: Json = made["$defs"]
    return schemas


def _operation(method: str, path: str, route: Described) -> Json:
    operation: Json = {
        "operationId": route.operation,
        "summary": route.summary,
        "parameters": [*_parameters(method, path, route)],
        "responses": {**_successes(method, route), **_refusals(path, route)},
    }
    if route.body:
        content = {JSON: _content(route.body.__name__)}
        operation["requestBody"] = {
            "required": not route.optional,
            "description": (route.body.__doc__ or "").split("\n")[0],
            "content": content,
        }
    if route.open:
        operation["security"] = [{}]  # none is asked for
    if route.status == "202":
        operation["x-ms-long-running-operation"] = True
    if route.answer and route.answer.__name__.endswith("Page"):
        operation["x-ms-pageable"] = {"nextLinkName": "nextLink"}
    return operation


def _parameters(method: str, path: str, route: Described) -> Iterator[Json]:
    for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        yield _parameter(name, *PARAMETERS[name])
    for name in route.parameters:
        yield _parameter(name, *PARAMETERS[name])
    if method == "get":
        yield _parameter("If-None-Match", *CONDITION)
    for name in EVERYWHERE:
        yield {"$ref": f"#/components/parameters/{name}"}


def _parameter(name: str, where: str, schema: Json, text: str) -> Json:
    required = where == "path" or name in REQUIRED
    return {
        "name": name,
        "in": where,
        "required": required,
        "schema": schema,
        "description": text,
    }


def _successes(method: str, route: Described) -> Json:
    content = _content(route.answer.__name__) if route.answer else {"schema": TEXT}
    found: Json = {}
    for status in (route.status, *route.also):
        headers = (*ALWAYS, "Operation-Location", "Retry-After") if status == "202" else ALWAYS
        if method == "get" and status == "200":
            headers = (*headers, "ETag")
            found["304"] = {
                "description": "As the caller has it",
                "headers": _headers(*ALWAYS, "ETag"),
            }
        found[status] = {
            "description": route.summary,
            "headers": _headers(*headers),
            "content": {route.content: content},
        }
    return found


def _refusals(path: str, route: Described) -> Json:
    """What a route may refuse: what follows from what it takes, and what all of them may."""
    may = {"400", "500", *(() if route.open else ("401", "403", "503"))}
    may |= {"404"} if "{" in path else set()
    may |= {"413", "415"} if route.body else set()
    may |= {"404", "409"} if route.status == "202" else set()
    may |= {"412"} if {"If-Match", "If-None-Match"} & set(route.parameters) else set()
    told = {status: _refused(*REFUSALS[status]) for status in REFUSALS if status in may}
    return told | {"default": _refused("Anything else", REFUSALS["500"][1])}


def _refused(text: str, example: Json | None) -> Json:
    if example is None:
        return {"description": text}
    headers = _headers(*ALWAYS, "x-ms-error-code")
    schema = {"$ref": "#/components/schemas/Error"}
    content = {JSON: {"schema": schema, "example": example}}
    return {"description": text, "headers": headers, "content": content}


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _content(shape: str) -> Json:
    return {"schema": {"$ref": f"#/components/schemas/{shape}"}, "example": EXAMPLES[shape]}
