"""What goes in and out of the emulator's core: plain requests, responses and refusals.

The core knows no HTTP server. The edge (server.py) turns a socket into a `Request` and a `Response`
back into bytes; tests may call the core with the same objects.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request, as read from its token."""

    object_id: str
    tenant_id: str
    name: str
    app_id: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. Names of headers and of query parameters are in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    raw_query: str = ""  # verbatim: signed operation URLs are compared as sent


@dataclass(slots=True)
class Response:
    """One HTTP response; a body of None is sent as no body at all."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0  # an injected delay, in seconds of the emulator's clock
    dropped: bool = False  # the connection is cut instead of answered


class ArmError(Exception):
    """A refusal in Azure's envelope: ``{"error": {code, message, target?, details}}``."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str | None = None,
        details: list[Json] | None = None,
        headers: Mapping[str, str] | None = None,
        flat: bool = False,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.target = target
        self.details = details
        self.headers = dict(headers or {})
        self.flat = flat  # without an envelope, as DNS answers (recorded in azure-cli)

    def response(self) -> Response:
        """The refusal as it goes over the wire."""
        plain = {"code": self.code, "message": self.message}
        body = plain if self.flat else {"error": self.error()}
        return Response(self.status, body, dict(self.headers))

    def error(self) -> Json:
        """The inside of the envelope, as operations that end Failed carry it too."""
        error: Json = {"code": self.code, "message": self.message}
        if self.target is not None:
            error["target"] = self.target
        error["details"] = self.details or []
        return error


def fill_in(node: Json, defaults: Mapping[str, Any]) -> None:
    """Add the defaults that an object does not have, at any depth."""
    for key, value in defaults.items():
        if isinstance(value, Mapping) and isinstance(node.get(key), dict):
            fill_in(node[key], value)
        elif node.get(key) is None:
            node[key] = clone(dict(value) if isinstance(value, Mapping) else value)


def merge(node: Json, sent: Mapping[str, Any]) -> None:
    """Lay what is sent over an object, at any depth; a null takes a member out."""
    for key, value in sent.items():
        if isinstance(value, Mapping) and isinstance(node.get(key), dict):
            merge(node[key], value)
        elif value is None:
            node.pop(key, None)
        else:
            node[key] = value


def clone(node: Any) -> Any:
    """A deep copy of JSON; several times faster than copy.deepcopy."""
    if isinstance(node, dict):
        return {key: clone(value) for key, value in node.items()}
    if isinstance(node, list):
        return [clone(item) for item in node]
    return node if isinstance(node, str | int | float | bool | None) else copy.deepcopy(node)
