"""Registers a route once, with all that is said of it: what it takes, answers and refuses."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from triggers.answers import guarded
from triggers.callers import ALL, Role

Handler = Callable[..., Awaitable[func.HttpResponse]]


@dataclass(frozen=True, slots=True)
class Described:
    """What is said of one method of one path."""

    summary: str
    status: str = "200"
    parameters: tuple[str, ...] = ()  # keys of PARAMETERS in the description
    spec: bool | None = None  # whether the body, a spec, is required; None: there is no body
    roles: tuple[Role, ...] = ALL  # any of these may call it
    open: bool = False  # asks for no key
    content: str = "application/json"


ROUTES: dict[tuple[str, str], Described] = {}
"""Every route that `route` has registered: (method, path) -> what is said of it."""


def route(
    blueprint: df.Blueprint,
    method: str,
    path: str,
    summary: str,
    *,
    client: bool = False,
    **details: Any,
) -> Callable[[Handler], Any]:
    """Register a route of the API.

    Args:
        blueprint: of the concern that it belongs to.
        method: GET, POST, ...
        path: below the prefix of the API.
        summary: what it does, in a few words.
        client: whether the handler takes the durable client.
        details: what else `Described` holds; other query parameters are refused.
    """
    described = Described(summary, **details)
    ROUTES[(method.lower(), f"/{path}")] = described

    def register(handler: Handler) -> Any:
        answered = guarded(handler, described.parameters, described.roles)
        if client:
            answered = blueprint.durable_client_input(client_name="client")(answered)
        return blueprint.route(route=path, methods=[method])(answered)

    return register
