"""What a request is for: a function, the management API, or the host itself."""

from aiohttp import web

from local.functions_host.dispatch.diagnosis import Diagnosis
from local.functions_host.dispatch.dispatcher import Dispatcher
from local.functions_host.errors import HostKilled
from local.functions_host.http.access import Keys
from local.functions_host.http.http_functions import HttpFunctions
from local.functions_host.http.listeners import below
from local.functions_host.http.management import Management
from local.functions_host.timers.timer_triggers import TimerTriggers

PUBLIC_BASE = "/runtime/webhooks/durabletask"
RPC_BASE = "/durabletask"
DIAGNOSIS_BASE = "/admin/instances"
FUNCTIONS_BASE = "/admin/functions"


class Router:
    """The handlers of both listeners; virtual time stands still while a request is answered."""

    def __init__(
        self,
        front: HttpFunctions,
        management: Management,
        diagnosis: Diagnosis,
        dispatcher: Dispatcher,
        timers: TimerTriggers,
        keys: Keys,
    ) -> None:
        self._front, self._management, self._diagnosis = front, management, diagnosis
        self._dispatcher, self._timers, self._keys = dispatcher, timers, keys

    async def public(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer on the public address."""
        path = request.raw_path.partition("?")[0]
        rest = below(path, PUBLIC_BASE)
        with self._dispatcher.request():
            try:
                if rest is not None:
                    if not self._keys.allow("DURABLE", given_key(request)):
                        return web.Response(status=401)
                    return await self._management.handle(request, rest)
                if path.lower().startswith("/admin/"):
                    return await self._admin(request, path)
                return await self._front.handle(request, path)
            except HostKilled:
                return self._die()

    async def rpc(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer the SDK's client, which has no key."""
        rest = below(request.raw_path.partition("?")[0], RPC_BASE)
        if rest is None:
            return web.Response(status=404)
        with self._dispatcher.request():
            try:
                return await self._management.handle(request, rest)
            except HostKilled:
                return self._die()

    def _die(self) -> web.Response:
        self._dispatcher.on_death()
        return web.Response(status=503)

    async def _admin(self, request: web.BaseRequest, path: str) -> web.Response:
        if not self._keys.allow("ADMIN", given_key(request)):
            return web.Response(status=401)
        if path.lower() in ("/admin/host/status", "/admin/host/ping"):
            return web.json_response({"state": "Running"})
        instance_id = below(path, DIAGNOSIS_BASE)
        if instance_id is not None and request.method == "GET":
            return await self._diagnosis.answer(instance_id.strip("/"))
        name = below(path, FUNCTIONS_BASE)
        if name is not None and request.method == "POST" and self._timers.fire(name.strip("/")):
            return web.Response(status=202)
        return web.Response(status=404)


def given_key(request: web.BaseRequest) -> str | None:
    """The access key of a request, if it brought one."""
    return request.headers.get("x-functions-key") or request.query.get("code")
