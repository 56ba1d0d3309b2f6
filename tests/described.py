"""Holds answers to the description of the API: status, headers, and every field of the body."""

import copy
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
from jsonschema_rs import Draft202012Validator

import function_app  # noqa: F401  # it registers the routes
from triggers.description import description

Json = dict[str, Any]


def faults(answer: httpx.Response) -> list[str]:
    """In what an answer is not as it is described; what the platform answers is not looked at."""
    request = answer.request
    responses = _responses(request.method, request.url.path)
    if responses is None or "x-ms-request-id" not in answer.headers:
        return []
    where = f"{request.method} {request.url.path} {answer.status_code}"
    told = responses.get(str(answer.status_code))
    if told is None:
        return [f"{where}: this status is not described"]
    return [f"{where}: {fault}" for fault in [*_headers(told, answer), *_body(told, answer)]]


def _headers(told: Json, answer: httpx.Response) -> Iterator[str]:
    for name in told["headers"]:
        optional = name in {"x-ms-client-request-id", "Operation-Location", "Retry-After"}
        if name not in answer.headers and not optional:
            yield f"it has no header {name}"


def _body(told: Json, answer: httpx.Response) -> Iterator[str]:
    content = told.get("content", {}).get("application/json")
    if content and answer.request.method != "HEAD":
        shape = content["schema"]["$ref"].rsplit("/", 1)[1]
        for error in validator(shape).iter_errors(answer.json()):
            path = ".".join(map(str, error.instance_path))
            yield f"{path or 'the body'}: {error.message[:200]}"


def _responses(method: str, path: str) -> Json | None:
    for template, methods in description()["paths"].items():
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(f"/api{template}"))
        if re.fullmatch(pattern, path, re.IGNORECASE):
            found: Json | None = methods.get("get" if method == "HEAD" else method.lower())
            return found and found["responses"]
    return None


@cache
def validator(shape: str) -> Any:
    """Judges a body by a shape of the description, which it may not go beyond."""
    reference = f"#/components/schemas/{shape}"
    return Draft202012Validator({"$ref": reference, "components": _closed()["components"]})


@cache
def _closed() -> Json:
    whole: Json = copy.deepcopy(description())
    for schema in whole["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return whole
