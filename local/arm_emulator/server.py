"""The HTTPS edge: bytes to `Request`, `Response` to bytes, and nothing else."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from local.arm_emulator.cloud import Cloud
from local.arm_emulator.control.control import Control
from local.arm_emulator.control.routes import PREFIX, serve_control
from local.arm_emulator.wire.loose_json import read_json
from local.arm_emulator.wire.messages import Request, Response
from local.clock import VirtualClock


class Edge:
    """Two applications on one event loop: ARM with the vault, and the identity endpoint."""

    def __init__(self, cloud: Cloud, control: Control, boundary: Callable[[str], None]) -> None:
        self._cloud = cloud
        self._control = control
        self._boundary = boundary

    def arm(self) -> web.Application:
        """Everything that is served over HTTPS."""
        application = web.Application(client_max_size=16 * 1024 * 1024)
        application.router.add_route("*", "/{path:.*}", self._serve)
        return application

    def identity(self) -> web.Application:
        """The App Service identity endpoint, plain HTTP on loopback as on a worker."""
        application = web.Application()
        application.router.add_get("/msi/token", self._token)
        return application

    async def _serve(self, incoming: web.Request) -> web.StreamResponse:
        request = await _read(incoming)
        if request is None:
            error = {"code": "InvalidRequestContent", "message": "The request content is no JSON."}
            return _encode(Response(400, {"error": error}), "")
        if request.path.startswith(PREFIX):
            return _encode(serve_control(self._control, request), request.path)
        response = self._cloud.handle(request)
        if request.method != "GET":
            self._boundary(f"{request.method} {request.path}")
        if response.delay_seconds:
            await self._delay(response.delay_seconds)
        if response.dropped and incoming.transport is not None:
            incoming.transport.abort()
        return _encode(response, request.path)

    async def _token(self, incoming: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in incoming.headers.items()}
        status, body = self._cloud.identity.answer(dict(incoming.query), headers)
        return web.json_response(body, status=status)

    async def _delay(self, seconds: float) -> None:
        """Let an injected delay pass; a virtual clock is moved instead."""
        clock = self._cloud.clock
        until = clock.now() + timedelta(seconds=seconds)
        if isinstance(clock, VirtualClock):
            clock.advance_to(until)
        else:
            await asyncio.sleep(clock.real_seconds_until(until))


async def _read(incoming: web.Request) -> Request | None:
    """The core's request; None where the body is no JSON."""
    raw = await incoming.read()
    try:
        body: Any = read_json(raw.decode()) if raw else None
    except ValueError:
        return None
    return Request(
        method=incoming.method,
        path=re.sub("/{2,}", "/", unquote(incoming.rel_url.raw_path)),  # as ARM reads it
        query={name.lower(): value for name, value in incoming.query.items()},
        headers={name.lower(): value for name, value in incoming.headers.items()},
        body=body,
        raw_query=incoming.rel_url.raw_query_string,
    )


def _encode(response: Response, path: str) -> web.Response:
    headers = dict(response.headers)
    if response.dropped:
        return web.Response(status=500)  # never arrives: the connection is cut
    if response.body is None:
        return web.Response(status=response.status, headers=headers)
    text = json.dumps(response.body)
    if "/privateDnsZones" in path:
        text = text.replace("/", "\\/")  # as private DNS escapes them (recorded)
    return web.Response(
        status=response.status,
        text=text,
        headers=headers,
        content_type="application/json",
        charset="utf-8",
    )
