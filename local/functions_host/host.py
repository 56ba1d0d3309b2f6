"""The host itself: assembles itself for an app and runs on a thread of its own.

`FunctionsHost` is both what the command line runs and what tests and simulations use in process.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from azure.durable_functions.models.utils import http_utils

from local.clock import Clock, RunningClock, VirtualClock
from local.functions_host.assembly import App, Assembly, Seams
from local.functions_host.dispatch.work_items import Chooser
from local.functions_host.engine.history import Event
from local.functions_host.http.access import Keys, read_keys
from local.functions_host.http.http_functions import Endpoint
from local.functions_host.http.listeners import Servers, address, bind, bind_rpc
from local.functions_host.http.status import status_body
from local.functions_host.loop_thread import LoopThread
from local.functions_host.settings.app_settings import applied, read_host_json, read_local_settings
from local.functions_host.store.tables import Store
from local.functions_host.store.task_hub import TaskHub
from local.functions_host.worker.loader import AppFunction, loaded
from local.functions_host.worker.timestamps import remembered
from local.service import Service

PATIENCE = 300.0  # real seconds; what takes longer hangs, however busy the machine


class FunctionsHost(Service):
    """A Functions host for one app, on loopback, in this process.

    Usable as a context manager. One per process at a time: the SDK's client is global.

    Args:
        app_dir: the folder with function_app.py and host.json.
        clock: real time unless given; share a VirtualClock with whatever else has to agree.
        state: the SQLite file of the task hub; in memory unless given.
        strict: replay every episode twice and check more than the platform does.
        port: of the public address; 0 takes a free one.
        rpc_port: of the address that the SDK's client uses; 0 takes a free one.
        settings: app settings that override local.settings.json and the environment.
        enable_auth: ask for access keys.
        jumps: with a VirtualClock, move it to the next due message whenever all is quiet;
            otherwise only `advance` moves it.
        choose: which of the ready work items, given their names, runs next; one at a time then.
        boundary: called with the name of every place at which a crash makes a difference; raises
            HostKilled to crash there.
        new_id: makes ids of instances and executions.
        lateness: how much later the next completion is noticed.
        runs_per_activity: how often an activity runs; the last result counts.
        lease: how long an activity is held before somebody else may run it.
    """

    def __init__(
        self,
        app_dir: Path | str,
        *,
        clock: Clock | None = None,
        state: Path | str | None = None,
        strict: bool = False,
        port: int = 0,
        rpc_port: int = 0,
        settings: Mapping[str, str] | None = None,
        enable_auth: bool = False,
        jumps: bool = True,
        choose: Chooser | None = None,
        boundary: Callable[[str], None] = lambda place: None,
        new_id: Callable[[], str] = lambda: uuid4().hex,
        lateness: Callable[[], timedelta] = timedelta,
        runs_per_activity: int = 1,
        lease: timedelta = timedelta(minutes=5),
    ) -> None:
        self.app_dir = Path(app_dir).resolve()
        self.clock: Clock = clock or RunningClock()
        self.state = Path(state) if state is not None else None
        self.ports = (port, rpc_port)
        self.url = ""
        self.rpc_url = ""
        self.keys: Keys
        self._app: App
        self._enable_auth = enable_auth
        self._settings = dict(settings or {})
        self._seams = Seams(
            strict, jumps, choose, boundary, new_id, lateness, runs_per_activity, lease
        )
        self._thread = LoopThread("functions-host", self._run)
        self._store: Store
        self._assembly: Assembly

    @property
    def functions(self) -> list[AppFunction]:
        """The functions of the app."""
        return self._app.functions

    @property
    def endpoints(self) -> list[Endpoint]:
        """Its HTTP functions, in the order in which their routes are tried."""
        return self._app.endpoints

    # Life

    def start(self) -> Self:
        """Load the app and serve; returns when both ports answer.

        Raises:
            HostError: with one sentence that says why it cannot.
        """
        self._thread.start()
        return self

    def stop(self) -> None:
        """End in good order; what was running is repeated by the next host on this state."""
        self.ask_to_stop()
        self.join()

    def ask_to_stop(self) -> None:
        """Like `stop`, but without waiting: for signal handlers."""
        self._thread.end()

    def kill(self) -> None:
        """Vanish as if by kill -9: nothing that is not committed now will ever be."""
        self._thread.end(self._die)
        self.join()

    def join(self) -> bool:
        """Wait for the end; whether the host was killed."""
        self._thread.join()
        return self.killed.is_set()

    @property
    def killed(self) -> threading.Event:
        """Set once the host has died, by `kill` or by its crash hook."""
        return self._thread.killed

    def _die(self) -> None:
        self.killed.set()
        if not self._store.dead:
            self._store.close()
        self._thread.ending.set()

    # Use from other threads

    def advance(self, by: timedelta, timeout: float = PATIENCE) -> None:
        """Move virtual time, stopping at each due thing on the way until it is done."""
        self._thread.ask(lambda: self._assembly.dispatcher.advance(by), timeout)

    def wait_idle(self, timeout: float = PATIENCE) -> None:
        """Wait until nothing is ready, in flight, or (where time moves by itself) due later."""
        self._thread.ask(lambda: self._assembly.dispatcher.until_idle(), timeout)

    def wait_for(self, instance_id: str, timeout: float = PATIENCE) -> dict[str, Any]:
        """The status of an instance as the management API shows it, once it has ended.

        On a virtual clock it returns as well when nothing can happen any more; an instance that
        does not exist has no status: {}.
        """

        async def ended() -> dict[str, Any]:
            await self._assembly.dispatcher.until_finished(instance_id)
            instance = self._store.instance(instance_id)
            return status_body(instance) if instance is not None else {}

        body: dict[str, Any] = self._thread.ask(ended, timeout)
        return body

    def history(self, instance_id: str) -> list[Event]:
        """The history of the current execution of an instance, as it is stored."""

        async def read() -> list[Event]:
            return list(self._store.histories.of(instance_id).events)

        events: list[Event] = self._thread.ask(read)
        return events

    # The thread

    async def _run(self) -> None:
        async with AsyncExitStack() as stack:
            settings = read_host_json(self.app_dir)
            stack.enter_context(applied(read_local_settings(self.app_dir), self._settings))
            stack.enter_context(remembered())
            self._app = App(self.app_dir, stack.enter_context(loaded(self.app_dir)), settings)
            public, rpc = self._bind(stack)
            self._store = Store(self.state, self._seams.boundary, self._seams.lateness)
            stack.callback(self._store.close)
            self._assembly = assembly = self._assemble()
            stack.callback(assembly.worker.stop)
            stack.push_async_callback(forget_client_session)
            stack.push_async_callback(assembly.dispatcher.end)
            servers = Servers()
            stack.push_async_callback(servers.stop)
            await servers.serve(public, assembly.router.public)
            await servers.serve(rpc, assembly.router.rpc)
            assembly.begin()
            if isinstance(self.clock, VirtualClock):
                stack.enter_context(self.clock.watched(self._clock_moved))
            self._thread.ready()
            await self._thread.ending.wait()

    def _bind(self, stack: AsyncExitStack) -> tuple[socket.socket, socket.socket]:
        public = stack.enter_context(bind(self.ports[0]))
        rpc = stack.enter_context(bind_rpc(self.ports[1]))
        self.url, self.rpc_url = address(public), address(rpc)
        self.ports = (public.getsockname()[1], rpc.getsockname()[1])
        return public, rpc

    def _assemble(self) -> Assembly:
        names = [endpoint.function.name for endpoint in self._app.endpoints]
        self.keys = read_keys(self._store, names, enforced=self._enable_auth)
        replaces_live = self._app.settings.overridable_states == "AnyState"
        hub = TaskHub(self._store, self.clock, self._seams.new_id, replaces_live=replaces_live)
        return Assembly(
            self._app,
            hub,
            self._seams,
            keys=self.keys,
            url=self.url,
            rpc_url=self.rpc_url,
            on_death=self._die,
        )

    def _clock_moved(self) -> None:
        self._thread.notify(lambda: self._assembly.dispatcher.run_due())


async def forget_client_session() -> None:
    """Give the next host of this process a fresh client: the SDK keeps its session globally."""
    await http_utils._close_session()
    http_utils._client_session = None
    http_utils._session_lock = asyncio.Lock()
