"""The host itself: puts the parts together and runs them on a thread of its own.

`FunctionsHost` is both what the command line runs and what tests and simulations use in process.
"""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import CancelledError, Future, wait
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from azure.durable_functions.models.utils import http_utils

from local.clock import Clock, RunningClock, VirtualClock
from local.functions_host.access import Keys, read_keys
from local.functions_host.app_settings import applied, read_host_json, read_local_settings
from local.functions_host.diagnosis import Diagnosis
from local.functions_host.dispatcher import Dispatcher
from local.functions_host.errors import HostKilled
from local.functions_host.gate import Gate
from local.functions_host.history import Event
from local.functions_host.http_front import Endpoint, HttpFront, build_endpoints
from local.functions_host.loader import (
    ACTIVITY,
    HTTP,
    ORCHESTRATION,
    TIMER,
    AppFunction,
    by_durable_name,
    loaded,
)
from local.functions_host.management import Management
from local.functions_host.ready import Chooser
from local.functions_host.runner import Runner, plain
from local.functions_host.servers import Servers, address, bind, bind_rpc
from local.functions_host.status import Urls, status_body
from local.functions_host.store import Store
from local.functions_host.strict import run_strictly
from local.functions_host.taskhub import TaskHub
from local.functions_host.timers import Timer, TimerTriggers, read_schedules
from local.functions_host.timestamps import remembered
from local.functions_host.worker import Worker


@dataclass(frozen=True, slots=True)
class Seams:
    """Where a simulation takes hold of a host."""

    choose: Chooser | None
    boundary: Callable[[str], None]
    new_id: Callable[[], str]


class FunctionsHost:
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
        lease: how long an activity is held before somebody else may run it.
        remember_timestamps: parse each timestamp of a history once; for long simulations.
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
        lease: timedelta = timedelta(minutes=5),
        remember_timestamps: bool = False,
    ) -> None:
        self.app_dir = Path(app_dir).resolve()
        self.clock: Clock = clock or RunningClock()
        self.state = Path(state) if state is not None else None
        self.url = ""
        self.rpc_url = ""
        self.functions: list[AppFunction] = []
        self.endpoints: list[Endpoint] = []
        self.keys: Keys
        self.killed = threading.Event()
        self._strict, self._jumps, self._enable_auth = strict, jumps, enable_auth
        self._ports = (port, rpc_port)
        self._settings = dict(settings or {})
        self._seams = Seams(choose, boundary, new_id)
        self._lease, self._remember_timestamps = lease, remember_timestamps
        self._thread: threading.Thread | None = None
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop
        self._end: asyncio.Event
        self._dispatcher: Dispatcher
        self._store: Store

    # Life

    def start(self) -> Self:
        """Load the app and serve; returns when both ports answer.

        Raises:
            HostError: with one sentence that says why it cannot.
        """
        self._thread = threading.Thread(target=self._main, name="functions-host", daemon=True)
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure
        return self

    def stop(self) -> None:
        """End in good order; what was running is repeated by the next host on this state."""
        self._leave(kill=False)

    def kill(self) -> None:
        """Vanish as if by kill -9: nothing that is not committed now will ever be."""
        self._leave(kill=True)

    def _leave(self, *, kill: bool) -> None:
        if self._thread is None or not self._thread.is_alive():
            return

        def leave() -> None:
            if kill:
                self._die()
            self._end.set()

        with suppress(RuntimeError):  # a crash may have closed the loop just now
            self._loop.call_soon_threadsafe(leave)
        self._thread.join()

    def _die(self) -> None:
        self.killed.set()
        if not self._store.dead:
            self._store.close()
        self._end.set()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # Use from other threads

    def advance(self, by: timedelta, timeout: float = 60) -> None:
        """Move virtual time, stopping at each due thing on the way until it is done."""
        self._call(lambda: self._dispatcher.advance(by), timeout)

    def wait_idle(self, timeout: float = 60) -> None:
        """Wait until nothing is ready, in flight, or (where time moves by itself) due later."""
        self._call(lambda: self._dispatcher.until_idle(), timeout)

    def wait_for(self, instance_id: str, timeout: float = 60) -> dict[str, Any]:
        """The status of an instance as the management API shows it, once it has ended.

        On a virtual clock it returns as well when nothing can happen any more; an instance that
        does not exist has no status: {}.
        """

        async def ended() -> dict[str, Any]:
            await self._dispatcher.until_finished(instance_id)
            instance = self._store.instance(instance_id)
            return status_body(instance) if instance is not None else {}

        body: dict[str, Any] = self._call(ended, timeout)
        return body

    def history(self, instance_id: str) -> list[Event]:
        """The history of the current execution of an instance, as it is stored."""

        async def read() -> list[Event]:
            return list(self._store.history(instance_id).events)

        events: list[Event] = self._call(read)
        return events

    def _call(self, work: Callable[[], Coroutine[Any, Any, Any]], timeout: float = 60) -> Any:
        if self.killed.is_set():
            raise HostKilled
        coroutine = work()
        try:
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
            return self._result(future, timeout)
        except (CancelledError, RuntimeError):
            coroutine.close()
            if self.killed.is_set():
                raise HostKilled from None
            raise

    def _result(self, future: Future[Any], timeout: float) -> Any:
        """Wait in short steps: a loop that ends meanwhile may leave the future as it is."""
        end = time.monotonic() + timeout
        while not wait([future], timeout=0.5).done:
            if time.monotonic() > end:
                future.cancel()
                raise TimeoutError(f"the functions host was not ready within {timeout} s")
            if self._thread is None or not self._thread.is_alive():
                raise CancelledError
        return future.result(0)

    # The thread

    def _main(self) -> None:
        try:
            asyncio.run(self._run())
        except (Exception, HostKilled) as error:
            self._failure = error
            if isinstance(error, HostKilled):
                self.killed.set()
        finally:
            self._started.set()

    async def _run(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        async with AsyncExitStack() as stack:
            self._host_settings = read_host_json(self.app_dir)
            stack.enter_context(applied(read_local_settings(self.app_dir), self._settings))
            stack.enter_context(remembered(wanted=self._remember_timestamps))
            self.functions = stack.enter_context(loaded(self.app_dir))
            timers = read_schedules(self._of_kind(TIMER))
            prefix = self._host_settings.route_prefix
            self.endpoints = build_endpoints(self._of_kind(HTTP), prefix)
            public, rpc = self._bind(stack)
            self._store = Store(self.state, self._seams.boundary)
            stack.callback(self._store.close)
            self._assemble(timers)
            stack.callback(self._worker.stop)
            stack.push_async_callback(forget_client_session)
            stack.push_async_callback(self._dispatcher.end)
            servers = Servers()
            stack.push_async_callback(servers.stop)
            await servers.serve(public, self._gate.public)
            await servers.serve(rpc, self._gate.rpc)
            self._begin()
            if isinstance(self.clock, VirtualClock):
                stack.enter_context(self.clock.watched(self._clock_moved))
            self._started.set()
            await self._end.wait()

    def _bind(self, stack: AsyncExitStack) -> tuple[socket.socket, socket.socket]:
        public = stack.enter_context(bind(self._ports[0]))
        rpc = stack.enter_context(bind_rpc(self._ports[1]))
        self.url, self.rpc_url = address(public), address(rpc)
        return public, rpc

    def _assemble(self, timers: list[Timer]) -> None:
        """Put the parts together; nothing runs yet."""
        settings, seams = self._host_settings, self._seams
        names = [f.name for f in self._of_kind(HTTP)]
        self.keys = read_keys(self._store, names, enforced=self._enable_auth)
        urls = Urls(self.url, settings.hub_name, self.keys.durable)
        self._worker = Worker(self.app_dir, urls.client_binding(self.rpc_url))
        self._runner = Runner(
            TaskHub(self._store, self.clock, seams.new_id),
            self._worker,
            by_durable_name(self._of_kind(ORCHESTRATION)),
            by_durable_name(self._of_kind(ACTIVITY)),
            settings,
            run_checked=run_strictly if self._strict else plain,
            lease=self._lease,
        )
        self._dispatcher = Dispatcher(
            self._runner, choose=seams.choose, jumps=self._jumps, on_death=self._die
        )
        zone = os.environ.get("WEBSITE_TIME_ZONE")
        self._timers = TimerTriggers(timers, self._dispatcher, self._worker, zone)
        self._gate = Gate(
            HttpFront(self.endpoints, self._worker, self.keys),
            Management(self._runner, urls, self._dispatcher),
            Diagnosis(self._runner),
            self._dispatcher,
            self._timers,
            self.keys,
        )

    def _begin(self) -> None:
        self._dispatcher.background += [self._runner, self._timers]
        self._runner.activities.release_all()
        self._timers.begin()
        self._dispatcher.begin()

    def _clock_moved(self) -> None:
        with suppress(RuntimeError):  # the loop may be closing
            self._loop.call_soon_threadsafe(self._dispatcher.run_due)

    def _of_kind(self, kind: str) -> list[AppFunction]:
        return [f for f in self.functions if f.kind == kind]


async def forget_client_session() -> None:
    """Give the next host of this process a fresh client: the SDK keeps its session globally."""
    await http_utils._close_session()
    http_utils._client_session = None
    http_utils._session_lock = asyncio.Lock()
