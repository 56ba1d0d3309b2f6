"""The public HTTP side: routes requests to the HTTP functions of the app."""

import logging
import os
from dataclasses import dataclass
from uuid import uuid4

import azure.functions as func
from aiohttp import web
from azure.functions import http

from local.functions_host.errors import AppError
from local.functions_host.http.access import Keys
from local.functions_host.http.route_templates import Route, compile_route
from local.functions_host.http.sign_in import SignIn
from local.functions_host.worker.invocation import Worker
from local.functions_host.worker.loader import AppFunction

log = logging.getLogger(__name__)

_ALL_METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"})

_RESERVED = ("admin", "runtime")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An HTTP function at its route."""

    function: AppFunction
    route: Route
    template: str
    methods: frozenset[str]
    level: str


def build_endpoints(functions: list[AppFunction], prefix: str) -> list[Endpoint]:
    """The HTTP functions in the order in which their routes are tried.

    Of those that are alike to the extension, the one whose function comes first by name: so
    FunctionMetadataManager.cs in azure-functions-host hands them over.

    Raises:
        AppError: a route template cannot be used.
    """
    endpoints = []
    for function in sorted(functions, key=lambda f: f.name.upper()):
        trigger = function.trigger
        template = "/".join(filter(None, [prefix.strip("/"), trigger.route or function.name]))
        methods = {getattr(m, "value", str(m)).upper() for m in trigger.methods or ()}
        level = trigger.auth_level
        try:
            route = compile_route(template)
        except ValueError as error:
            raise AppError(f"Function {function.name!r}: {error}.") from error
        endpoints.append(
            Endpoint(
                function,
                route,
                template,
                frozenset(methods) or _ALL_METHODS,
                getattr(level, "name", str(level)).upper(),
            )
        )
    _check_conflicts(endpoints)
    return sorted(endpoints, key=lambda e: e.route.rank)


def _check_conflicts(endpoints: list[Endpoint]) -> None:
    """Refuse routes as ScriptHost.cs in azure-functions-host does, which compares their texts."""
    taken: list[tuple[str, Endpoint]] = []
    for endpoint in endpoints:
        name = endpoint.function.name
        own = (endpoint.function.trigger.route or name).strip("/").casefold()
        if own.startswith(_RESERVED):
            raise AppError(
                f"Function {name!r}: The specified route conflicts with one or more built in "
                "routes."
            )
        for text, other in taken:
            if text == own and endpoint.methods & other.methods:
                raise AppError(
                    f"Function {name!r}: The route specified conflicts with the route defined by "
                    f"function '{other.function.name}'."
                )
        taken.append((own, endpoint))


class HttpFunctions:
    """Answers requests with the functions of the app."""

    def __init__(self, endpoints: list[Endpoint], worker: Worker, keys: Keys) -> None:
        self.endpoints, self._worker, self._keys = endpoints, worker, keys
        self._sign_in = SignIn(os.environ)  # where the app's settings are while the host runs

    async def handle(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        """Find the function and run it; 404, 401 and 500 have no body, as on the platform."""
        for endpoint in self.endpoints:
            parameters = endpoint.route.match(path)
            if parameters is not None and request.method in endpoint.methods:
                return await self._run(endpoint, parameters, request)
        return web.Response(status=404)

    async def _run(
        self, endpoint: Endpoint, parameters: dict[str, str], request: web.BaseRequest
    ) -> web.StreamResponse:
        function = endpoint.function
        given = request.headers.get("x-functions-key") or request.query.get("code")
        if not self._keys.allow(endpoint.level, given, function.name):
            return web.Response(status=401)
        if function.disabled:
            return web.Response(status=404)
        headers = self._sign_in.headers(request.headers, request.path)
        if headers is None:
            return web.Response(status=401)
        incoming = http.HttpRequest(
            request.method,
            str(request.url),
            headers=headers,
            params=_query(request),
            route_params=parameters,
            body_type="bytes",
            body=await request.read(),
        )
        try:
            answer = await self._worker.run_http(function, incoming, str(uuid4()))
        except Exception:
            log.exception("function %s failed", function.name)
            return web.Response(status=500)
        return web.Response(status=204) if answer is None else _to_response(answer)


def _query(request: web.BaseRequest) -> dict[str, str]:
    """As the host hands it out: what is repeated joined by commas, and nothing that is empty."""
    joined = {name: ",".join(request.query.getall(name)) for name in request.query}
    return {name: text for name, text in joined.items() if text}


def _to_response(answer: func.HttpResponse) -> web.Response:
    response = web.Response(status=answer.status_code, body=answer.get_body())
    charset = f"; charset={answer.charset}" if answer.mimetype.startswith("text/") else ""
    response.headers["content-type"] = f"{answer.mimetype}{charset}"
    named = [(k, v) for k, v in answer.headers.items() if k.lower() != "content-length"]
    for name in {name for name, _ in named}:
        response.headers.pop(name, None)
    for name, value in named:
        response.headers.add(name, value)
    return response
