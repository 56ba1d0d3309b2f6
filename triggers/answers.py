"""How every route answers: JSON, and the error envelope that Azure's own services use."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import azure.functions as func

from shared.deployment.messages import Advice, Json


class BadRequest(ValueError):
    """A request whose parameters, headers or body cannot be used."""

    def __init__(self, code: str, message: str, target: str, *, status: int = 400) -> None:
        self.code = code
        self.target = target
        self.status = status
        super().__init__(message)


class NotCancelable(Exception):
    """An operation that has no way back: only a deployment can be rolled back."""

    def __init__(self, operation_id: str, kind: str) -> None:
        self.operation_id = operation_id
        super().__init__(
            f"operation {operation_id} is a {kind}, which cannot be rolled back: wait for its end"
        )


class NotAwaitingApproval(Exception):
    """A decision on an operation that asks for none, or for none any more."""

    def __init__(self, operation_id: str, why: str) -> None:
        self.operation_id = operation_id
        super().__init__(f"operation {operation_id} {why}")


def operation_url(req: func.HttpRequest, operation_id: str) -> str:
    """Where an operation is looked at, under the name by which the caller reached the app."""
    return f"{req.url.split('/api/')[0]}/api/operations/{operation_id}"


def reply(
    body: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    """A JSON answer."""
    return func.HttpResponse(
        json.dumps(body, indent=2) + "\n",
        status_code=status,
        headers=dict(headers or {}),
        mimetype="application/json",
    )


def error(
    status: int,
    code: str,
    message: str,
    *,
    target: str | None = None,
    details: Iterable[Advice] = (),
    headers: Mapping[str, str] | None = None,
) -> func.HttpResponse:
    """An error answer: the envelope and its code as a header."""
    body: Json = {"code": code, "message": message, "target": target}
    body["details"] = [
        {"code": d["code"], "message": d["message"], "target": d["target"]} for d in details
    ]
    return reply({"error": body}, status, {**(headers or {}), "x-ms-error-code": code})
