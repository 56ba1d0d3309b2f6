"""A bench for the functions host: apps made of the functions that a test defines.

The app is a real one: function_app.py in a folder of its own, indexed through the real decorators.
It only takes its functions from the test, so that each test shows what it runs.
"""

import inspect
import json
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import azure.durable_functions as df
import azure.functions as func
import httpx
import pytest

from local.clock import VirtualClock
from local.functions_host.engine.history import Event, EventType, new_event
from local.functions_host.host import FunctionsHost
from local.world import NO_CERTIFICATES

Json = dict[str, Any]


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker that ties tests to the cases of test_conformance.py."""
    config.addinivalue_line("markers", "case(*numbers): the cases that a test falsifies")


class Bench:
    """An app under construction, and the hosts that run it one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state" / "taskhub.db"
        self.clock = VirtualClock()
        self.settings = {"AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1"}
        self.host_json: Json = {"version": "2.0"}
        self.exchanges: list[tuple[Json, str]] = []  # request and answer of every replay
        self.http = httpx.Client(timeout=30, verify=NO_CERTIFICATES)
        self.host: FunctionsHost
        self._declarations: list[Callable[[df.DFApp], object]] = []
        self._hosts: list[FunctionsHost] = []
        self._numbers = count()

    # The app

    def declare(self, declaration: Callable[[df.DFApp], object]) -> None:
        """Add functions with the decorators of the app."""
        self._declarations.append(declaration)

    def add(self, *functions: Callable[..., Any]) -> None:
        """Add orchestrators (their parameter is called context) and activities."""
        for function in functions:
            (parameter,) = inspect.signature(function).parameters
            add = self.add_orchestrator if parameter == "context" else self.add_activity
            self.declare(partial(add, function))

    def add_activity(self, function: Callable[..., Any], app: df.DFApp) -> None:
        """Register an activity whose name is that of the function."""
        (parameter,) = inspect.signature(function).parameters
        app.activity_trigger(input_name=parameter)(function)

    def add_orchestrator(self, function: Callable[..., Any], app: df.DFApp) -> None:
        """Register an orchestrator and note its exchanges with the host."""
        builder = app.orchestration_trigger(context_name="context")(function)
        replay = builder._function._func

        def handle(context: func.OrchestrationContext) -> str:
            request = json.loads(context.body)
            try:
                answer: str = replay(context)
            except Exception as error:
                self.exchanges.append((request, str(error)))
                raise
            self.exchanges.append((request, answer))
            return answer

        handle.__name__ = function.__name__
        builder._function._func = handle

    def set_versions(self, default: str, match: str, failure: str) -> None:
        """Say in host.json which versions of instances the host runs."""
        durable = {
            "defaultVersion": default,
            "versionMatchStrategy": match,
            "versionFailureStrategy": failure,
        }
        self.host_json = {"version": "2.0", "extensions": {"durableTask": durable}}

    def build(self) -> df.DFApp:
        """A fresh app; called by function_app.py."""
        app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
        for declaration in self._declarations:
            declaration(app)
        return app

    # Hosts

    def start(self, *functions: Callable[..., Any], **options: Any) -> FunctionsHost:
        """Start a host on the app so far; `options` are those of FunctionsHost."""
        self.add(*functions)
        (self.folder / "host.json").write_text(json.dumps({"version": "2.0", **self.host_json}))
        script = "from functions_under_test import bench\n\napp = bench.build()\n"
        (self.folder / "function_app.py").write_text(script)
        chosen = {
            "clock": self.clock,
            "state": self.state,
            "strict": True,
            "settings": self.settings,
            "new_id": lambda: f"{next(self._numbers):032x}",
            **options,
        }
        self.host = FunctionsHost(self.folder, **chosen)
        self._hosts.append(self.host)
        return self.host.start()

    def restart(self, *functions: Callable[..., Any], kill: bool = False, **options: Any) -> None:
        """End the host and start another one on the same state."""
        self.host.kill() if kill else self.host.stop()
        self.start(*functions, **options)

    def close(self) -> None:
        self.http.close()
        for host in self._hosts:
            host.stop()

    # The management API

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request to the management API."""
        url = f"{self.host.url}/runtime/webhooks/durabletask/{path}"
        return self.http.request(method, url, **options)

    def begin(self, name: str | Callable[..., Any], value: Any = None, *, id: str = "i1") -> str:
        """Start an instance as the SDK's client does; its id."""
        called = name if isinstance(name, str) else name.__name__
        body = None if value is None else json.dumps(json.dumps(value))
        answer = self.call("POST", f"orchestrators/{called}/{id}", content=body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def raise_event(self, name: str, value: Any = None, *, id: str = "i1") -> httpx.Response:
        """Raise an event as the SDK's client does."""
        return self.call("POST", f"instances/{id}/raiseEvent/{name}", json=json.dumps(value))

    def status(self, id: str = "i1") -> Json:
        """The status of an instance."""
        body: Json = self.call("GET", f"instances/{id}").json()
        return body

    def diagnosis(self, id: str = "i1") -> Json:
        """Why an instance is Running."""
        body: Json = self.http.get(f"{self.host.url}/admin/instances/{id}").json()
        return body

    def history(self, id: str = "i1") -> list[Event]:
        """The stored history of an instance."""
        return self.host.history(id)

    def run(self, *functions: Callable[..., Any], value: Any = None, **options: Any) -> Json:
        """Start a host, run the first function to its end, and give its status."""
        self.start(*functions, **options)
        return self.finish(self.begin(functions[0], value))

    def complete(self, task: int, result: Any, *, execution_id: str | None = None) -> None:
        """Report an activity of i1 behind the back of the host, as a lost attempt may do."""
        hub = self.host._assembly.hub
        now = hub.clock.now()
        event = new_event(
            EventType.TASK_COMPLETED, now, TaskScheduledId=task, Result=json.dumps(result)
        )

        async def send() -> None:
            with hub.store.transaction("test"):
                hub.store.send("i1", event, now, execution_id)
            self.host._assembly.dispatcher.pump()

        self.host._thread.ask(send)

    def finish(self, id: str = "i1") -> Json:
        """The status of an instance once nothing can happen any more."""
        self.host.wait_idle()
        return self.status(id)

    def settled(self, id: str = "i1") -> str:
        """The runtime status once nothing can happen any more."""
        return str(self.finish(id)["runtimeStatus"])

    def advance(self, **span: float) -> None:
        """Let virtual time pass."""
        self.host.advance(timedelta(**span))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """An empty app without a host."""
    bench = Bench(tmp_path)
    module = ModuleType("functions_under_test")
    module.bench = bench  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    yield bench
    bench.close()
