"""How the SDKs are called: one ARM call each, whose HTTP response is kept as it came.

Nothing here waits or reads a model: what an answer means is for the resource and the verbs to say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import signature
from typing import Any, Protocol, get_args

from shared.deployment.messages import Json
from shared.deployment.resource_id import ResourceId


class Response(Protocol):
    """What ARM answered: the part of azure.core's HTTP response that is used here."""

    @property
    def status_code(self) -> int:
        """200, 201, 202 or 204; the SDKs raise for the rest."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Azure-AsyncOperation, Location, Retry-After."""

    def json(self) -> Any:
        """The body."""


class OperationGroup(Protocol):
    """The three methods that most of the SDKs' operation groups share."""

    @property
    def get(self) -> Callable[..., Any]:
        """Read one resource."""

    @property
    def begin_create_or_update(self) -> Callable[..., Any]:
        """Submit a body."""

    @property
    def begin_delete(self) -> Callable[..., Any]:
        """Submit a deletion."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response of our own, where a resource is more or less than one ARM call."""

    status_code: int
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Json:
        """The body."""
        return self.body


def answered(method: Callable[..., Any], *arguments: Any, **options: Any) -> Response:
    """Call a synchronous SDK method and keep the HTTP response, not the model made of it."""
    response: Response = method(*_typed(method, arguments), cls=_response, **options)
    return response


class FirstAnswer:
    """A polling method of azure.core that does not poll: its result is the first HTTP response.

    The SDKs' own NoPolling reads the body of the first answer as the resource, which for
    PostgreSQL is the operation, and for an action that is answered with 202 is nothing at all.
    """

    def initialize(self, client: Any, initial_response: Any, deserialize: Any) -> None:
        """Keep the answer."""
        self._response = initial_response.http_response

    def run(self) -> None:
        """Nothing to wait for."""

    def status(self) -> str:
        """As far as this is concerned, it is over."""
        return "succeeded"

    def finished(self) -> bool:
        """So no thread is started."""
        return True

    def resource(self) -> Any:
        """The HTTP response."""
        return self._response


def started(method: Callable[..., Any], *arguments: Any, **options: Any) -> Response:
    """Call a `begin_` method for its first answer only: the waiting is the orchestrator's."""
    submitted = method(*_typed(method, arguments), polling=FirstAnswer(), **options)
    response: Response = submitted.result()
    return response


def body_types(method: Callable[..., Any]) -> tuple[type, ...]:
    """What an SDK method takes for a body: its model and its TypedDict; none where it has none."""
    for parameter in signature(method).parameters.values():
        if model := [kind for kind in get_args(parameter.annotation) if _is_body(kind)]:
            return tuple(model)
    return ()


def sendable(method: Callable[..., Any], body: Json) -> Json:
    """A body as read, less all that the SDK knows to be written by Azure alone, at any depth."""
    model: Any = next(iter(body_types(method)))
    kept: Json = model(body).as_dict(exclude_readonly=True)
    return kept


def _is_body(kind: Any) -> bool:
    # A model knows its fields once it has been made for the first time; that it is one, before.
    return hasattr(kind, "_calculated") or hasattr(kind, "__total__")


def _typed(method: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments with the body as the SDK's model of it.

    A model leaves out what only Azure writes, at any depth; a plain dict is sent as it is.
    """
    model = next(iter(body_types(method)), None)
    return tuple(
        model(argument) if model and isinstance(argument, Mapping) else argument
        for argument in arguments
    )


def _response(pipeline: Any, _body: Any, _headers: Any) -> Any:
    return pipeline.http_response


def path_of(resource_id: str) -> tuple[str, ...]:
    """The arguments with which the SDKs address a resource: its group, then the names in its id."""
    return ResourceId.of(resource_id).address
