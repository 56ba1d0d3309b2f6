"""The management API of the Durable Task extension, for the public port and for the SDK's client.

Paths are matched here rather than by aiohttp, because the extension ignores case and the client
sends instance ids as they are.
"""

import logging
from urllib.parse import unquote

from aiohttp import web

from local.functions_host.dispatch.dispatcher import Dispatcher
from local.functions_host.dispatch.runner import Runner
from local.functions_host.engine.episode import FINISHED
from local.functions_host.errors import RequestError
from local.functions_host.http.operations import Operations, json_text
from local.functions_host.http.status import Urls, shape_history, status_body, status_code
from local.functions_host.store.instances import page, parse_filter, purge

log = logging.getLogger(__name__)


class Management:
    """The routes of the management API, below any base path."""

    def __init__(
        self,
        runner: Runner,
        urls: Urls,
        dispatcher: Dispatcher,
    ) -> None:
        self._hub, self._urls, self._dispatcher = runner.hub, urls, dispatcher
        self._orchestrators = runner.catalogue.orchestrators
        self._default_version = runner.catalogue.default_version or ""
        self._operations = Operations(runner.hub, self._accepted)

    async def handle(self, request: web.BaseRequest, path: str) -> web.Response:
        """Answer a request; `path` is what follows the base path, still encoded."""
        segments = path.strip("/").split("/")
        try:
            return await self._route(request, segments)
        except RequestError as error:
            return error_response(error.status, str(error))
        except Exception as error:
            log.exception("the management API failed on %s %s", request.method, path)
            return error_response(500, str(error))

    async def _route(self, request: web.BaseRequest, segments: list[str]) -> web.Response:
        head, rest = segments[0].lower(), [unquote(s) for s in segments[1:]]
        method = request.method
        if head == "orchestrators" and rest and method == "POST":
            return await self._start(request, rest)
        if head == "instances" and not rest and method in ("GET", "DELETE"):
            return self._list(request) if method == "GET" else self._purge_many(request)
        if head == "instances" and len(rest) == 1 and method in ("GET", "DELETE"):
            return self._get(request, rest[0]) if method == "GET" else self._purge_one(rest[0])
        if head == "instances" and len(rest) >= 2 and method == "POST":
            return await self._operations.handle(request, rest)
        if head == "entities":
            raise RequestError(501, "This local host runs no entities.")
        return web.Response(status=404)

    # Starting

    async def _start(self, request: web.BaseRequest, rest: list[str]) -> web.Response:
        name, instance_id = rest[0], "/".join(rest[1:]) or None
        if name.casefold() not in self._orchestrators:
            known = ", ".join(f"'{n}'" for n in sorted(self._orchestrators.values()))
            raise RequestError(
                400,
                f"The function '{name}' doesn't exist, is disabled, or is not an orchestrator "
                f"function. Additional info: the following are the known orchestrator functions: "
                f"{known}.",
            )
        start_input = await json_text(request)
        version = request.query.get("version") or self._default_version
        proper = self._orchestrators[name.casefold()]
        instance = self._hub.start(proper, instance_id, start_input, version)
        timeout, interval = request.query.get("timeout"), request.query.get("pollingInterval")
        if timeout and interval:
            ended = await self._wait_for_end(instance.id, timeout)
            if ended is not None:
                return ended
        return self._accepted(instance.id)

    async def _wait_for_end(self, instance_id: str, timeout: str) -> web.Response | None:
        try:
            seconds = float(timeout)
        except ValueError as error:
            raise RequestError(400, f"timeout={timeout} is not a number of seconds.") from error
        with self._dispatcher.standing_aside():
            await self._dispatcher.until_finished(instance_id, seconds)
        instance = self._hub.store.instance(instance_id)
        if instance is None or instance.status not in FINISHED:
            return None
        status = 500 if instance.status == "Failed" else 200
        body = status_body(instance)["output"] if status == 200 else status_body(instance)
        return web.json_response(body, status=status)

    def _accepted(self, instance_id: str) -> web.Response:
        body = self._urls.check_status(instance_id)
        headers = {"Location": body["statusQueryGetUri"], "Retry-After": "10"}
        return web.json_response(body, status=202, headers=headers)

    # Reading

    def _get(self, request: web.BaseRequest, instance_id: str) -> web.Response:
        instance = self._hub.store.instance(instance_id)
        if instance is None:
            return web.Response(status=404)
        query = request.query
        show_input = query.get("showInput", "true").lower() != "false"
        history = None
        if _flag(request, "showHistory") and instance.status != "Pending":
            history = shape_history(
                self._hub.store.histories.of(instance_id).events,
                show_input=show_input,
                show_output=_flag(request, "showHistoryOutput"),
            )
        error_on_failure = _flag(request, "returnInternalServerErrorOnFailure")
        code = status_code(instance, error_on_failure=error_on_failure)
        body = status_body(instance, show_input=show_input, history=history)
        headers = {}
        if code == 202:
            location = self._urls.check_status(instance_id)["statusQueryGetUri"]
            headers = {"Location": location, "Retry-After": "5"}
        return web.json_response(body, status=code, headers=headers)

    def _list(self, request: web.BaseRequest) -> web.Response:
        token = request.headers.get("x-ms-continuation-token")
        found, token = page(self._hub.store, parse_filter(request.query), token)
        show_input = request.query.get("showInput", "true").lower() != "false"
        headers = {"x-ms-continuation-token": token} if token else {}
        body = [status_body(instance, show_input=show_input) for instance in found]
        return web.json_response(body, headers=headers)

    # Purging

    def _purge_one(self, instance_id: str) -> web.Response:
        with self._hub.store.transaction(f"purge {instance_id}"):
            deleted = self._hub.store.forget(instance_id)
        if not deleted:
            return web.Response(status=404)
        return web.json_response({"instancesDeleted": deleted})

    def _purge_many(self, request: web.BaseRequest) -> web.Response:
        chosen = parse_filter(request.query)
        if chosen.created_from is None:
            raise RequestError(400, "Please provide a valid value for createdTimeFrom.")
        deleted = purge(self._hub.store, chosen, self._hub.clock.now())
        if not deleted:
            return web.Response(status=404)
        return web.json_response({"instancesDeleted": deleted})


def error_response(status: int, message: str) -> web.Response:
    """An error as ASP.NET writes it; always JSON, since the client parses every body."""
    if status == 409:
        return web.json_response({"Message": message}, status=status)
    summary = message if status < 500 else "Something went wrong while processing your request"
    kind = "System.ArgumentException" if status == 400 else "System.InvalidOperationException"
    body = {
        "Message": summary,
        "ExceptionMessage": message,
        "ExceptionType": kind,
        "StackTrace": None,
    }
    return web.json_response(body, status=status)


def _flag(request: web.BaseRequest, name: str) -> bool:
    return request.query.get(name, "").lower() == "true"
