"""The two listeners: the public one and the one that the SDK's client talks to. Loopback only."""

import asyncio
import random
import socket
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from local.functions_host.errors import AddressError

LOOPBACK = "127.0.0.1"
MAX_BODY_BYTES = 100 * 1024**2  # what Azure Functions accepts
Handle = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def bind(port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Raises:
        AddressError: the port is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        why = error.strerror if isinstance(error, OSError) else "ports end at 65535"
        raise AddressError(
            f"Port {port} is in use or not allowed: choose another one ({why})."
        ) from error
    listener.setblocking(False)
    return listener


def bind_rpc(port: int) -> socket.socket:
    """Like `bind`; a taken port is replaced by a random one from 30000 to 31000, ten times."""
    candidates = [port] + ([random.randint(30000, 31000) for _ in range(10)] if port else [])  # noqa: S311
    for candidate in candidates:
        try:
            return bind(candidate)
        except AddressError as error:
            taken = error
    raise taken


def address(listener: socket.socket) -> str:
    """The base URL of a listener."""
    return f"http://{LOOPBACK}:{listener.getsockname()[1]}"


def below(path: str, base: str) -> str | None:
    """What follows `base` in a raw path, ignoring case; None if the path lies elsewhere."""
    if unquote(path[: len(base)]).lower() != base or path[len(base) : len(base) + 1] not in "/":
        return None
    return path[len(base) :]


def _large_request(*parts: Any) -> web.BaseRequest:
    make: Callable[..., web.BaseRequest] = web.BaseRequest
    return make(*parts, asyncio.get_running_loop(), client_max_size=MAX_BODY_BYTES)


class Servers:
    """The running listeners."""

    def __init__(self) -> None:
        self._runners: list[web.ServerRunner] = []

    async def serve(self, listener: socket.socket, handle: Handle) -> None:
        """Answer everything that arrives at a listener."""
        server = web.Server(handle, request_factory=_large_request, access_log=None)
        runner = web.ServerRunner(server, shutdown_timeout=0.1)
        await runner.setup()
        self._runners.append(runner)
        await web.SockSite(runner, listener).start()

    async def stop(self) -> None:
        """Close the listeners and their connections."""
        for runner in self._runners:
            await runner.cleanup()
