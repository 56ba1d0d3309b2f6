"""Registers a route once, with all that is said of it: what it takes, answers and refuses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import azure.durable_functions as df
import azure.functions as func
from pydantic import BaseModel

from triggers.callers import ALL, Role
from triggers.guarding import Handler, conventional, guarded
from triggers.shapes.operations import Started


@dataclass(frozen=True, slots=True)
class Described:
    """What is said of one method of one path."""

    operation: str  # its id in the description: Noun_Verb
    summary: str
    answer: Any = Started  # the shape of it; None: content that is no JSON
    status: str = "200"
    also: tuple[str, ...] = ()  # other statuses, with the same shape
    parameters: tuple[str, ...] = ()  # keys of PARAMETERS in the description
    body: type[BaseModel] | None = None  # what it takes
    optional: bool = False  # whether it takes nothing as well
    roles: tuple[Role, ...] = ALL  # any of these may call it
    open: bool = False  # anybody may call it, without a key
    content: str = "application/json"


ROUTES: dict[tuple[str, str], Described] = {}
"""Every route that `route` has registered: (method, path) -> what is said of it."""


def route(
    blueprint: df.Blueprint,
    method: str,
    path: str,
    summary: str,
    *,
    operation: str,
    client: bool = False,
    **told: Any,
) -> Callable[[Handler], Any]:
    """Register a route of the API; what is read by GET can be asked for by HEAD.

    Args:
        blueprint: of the concern that it belongs to.
        method: GET, POST, ...
        path: below the prefix of the API.
        summary: what it does, in a few words.
        operation: its id in the description.
        client: whether the handler takes the durable client.
        told: what else `Described` holds; other query parameters are refused.
    """
    described = Described(operation, summary, **told)
    ROUTES[(method.lower(), f"/{path}")] = described

    def register(handler: Handler) -> Any:
        answered = handler
        if not described.open:
            answered = guarded(answered, described.parameters, described.roles)
        answered = conventional(answered)
        if client:
            answered = blueprint.durable_client_input(client_name="client")(answered)
        methods = ["GET", "HEAD"] if method == "GET" else [method]
        level = func.AuthLevel.ANONYMOUS if described.open else None
        return blueprint.route(route=path, methods=methods, auth_level=level)(answered)

    return register


def allowed(path: str) -> list[str]:
    """The methods that a path knows; none where there is no such route."""
    segments = path.casefold().split("/")
    found = [method.upper() for method, known in ROUTES if _fits(known.split("/"), segments)]
    return sorted({*found, *(["HEAD"] if "GET" in found else []), "OPTIONS"}) if found else []


def _fits(template: list[str], segments: list[str]) -> bool:
    pairs = zip(template, segments, strict=False)
    same = all(given if part.startswith("{") else part == given for part, given in pairs)
    return len(template) == len(segments) and same
