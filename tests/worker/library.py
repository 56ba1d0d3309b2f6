"""Asks Azure's own worker library what it makes of an app; run as a process of its own.

    python library.py run FOLDER      loads its function_app.py, and calls three of its functions
    python library.py load FOLDER     loads each app_*.py; what is said against it, or null

Prints JSON. The library, azure-functions-runtime, needs Python 3.13. It is handed the messages of
the worker's gRPC protocol, whose classes it takes as an argument; here plain objects stand in for
them, with the fields that it reads.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

INSTANCE = {"deployment": "a", "operation": "a-1", "kind": "drift", "phase": "planning"}
NOW = "2026-11-27T00:00:00Z"


class Message(SimpleNamespace):
    """A protobuf message: fields that were not set are empty, and one of several is set."""

    def WhichOneof(self, group: str) -> str | None:
        if group == "rpc_data":
            return "data"
        return next((name for name, value in vars(self).items() if value is not None), None)

    def __getattr__(self, name: str) -> str:
        if name.startswith("__") or name[0].isupper():  # the latter is asked of modules
            raise AttributeError(name)
        return ""


class Protocol(ModuleType):
    """The module of message classes: one is made for every name that is asked for."""

    StatusResult = type("StatusResult", (Message,), {"Failure": 0, "Success": 1})
    BindingInfo = type(
        "BindingInfo", (Message,), {"in": 0, "out": 1, "inout": 2, "undefined": 0, "string": 1}
    )

    def __getattr__(self, name: str) -> type[Message]:
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (Message,), {})
        setattr(self, name, made)
        return made


PROTOCOL = Protocol("protocol")


class Library:
    """The worker library with one app loaded into it."""

    def __init__(self) -> None:
        from azure_functions_runtime import handle_event

        self._worker = handle_event
        self._ids: dict[str, str] = {}

    async def _ask(self, handle: Callable[[Any], Awaitable[Any]], **request: Any) -> Any:
        properties = {"host": "127.0.0.1", "protos": PROTOCOL}
        return await handle(SimpleNamespace(request=Message(**request), properties=properties))

    async def load(self, app: Path) -> str | None:
        """Load an app; what the library says against it, if it does."""
        start = Message(function_app_directory=str(app), capabilities={})
        begun = await self._ask(self._worker.worker_init_request, worker_init_request=start)
        if begun.result.status != PROTOCOL.StatusResult.Success:  # type: ignore[attr-defined]
            return str(begun.result.exception.message)
        known = await self._ask(self._worker.functions_metadata_request)
        self._ids = {f.name: f.function_id for f in known.function_metadata_results or ()}
        return None

    @property
    def functions(self) -> list[str]:
        """The names of the functions that the host would be told of."""
        return sorted(self._ids)

    async def call(self, name: str, value: Message) -> dict[str, Any]:
        """Invoke a function on what its trigger binds; what it returned, or what went wrong."""
        (bound,) = self._worker._functions.get_function(self._ids[name]).input_types
        request = Message(
            invocation_id="1",
            function_id=self._ids[name],
            input_data=[Message(name=bound, data=value)],
            trigger_metadata={},
            trace_context=Message(attributes={}),
            retry_context=Message(retry_count=0, max_retry_count=0, exception=None),
        )
        ended = await self._ask(self._worker.invocation_request, invocation_request=request)
        if ended.result.status != PROTOCOL.StatusResult.Success:  # type: ignore[attr-defined]
            return {"succeeded": False, "said": ended.result.exception.message}
        returned = ended.return_value
        return {"succeeded": True, "returned": getattr(returned, returned.WhichOneof("data") or "")}


def http_get(url: str) -> Message:
    """A request as the host sends it to an HTTP function."""
    maps = ("headers", "query", "params", "nullable_headers", "nullable_params", "nullable_query")
    empty: dict[str, Any] = {name: {} for name in maps}
    body = Message(bytes=b"")
    return Message(http=Message(method="GET", url=url, body=body, identities=[], **empty))


def first_episode(name: str) -> Message:
    """The context of an orchestrator that starts."""
    text = json.dumps(INSTANCE)
    row = {"EventId": -1, "IsPlayed": False, "Timestamp": NOW}
    started = {"EventType": 0, "Name": name, "Version": None, "Input": json.dumps(text)}
    context = {
        "history": [{"EventType": 12, **row}, {**started, **row}],
        "input": text,
        "instanceId": "a-1",
        "isReplaying": False,
        "parentInstanceId": None,
        "upperSchemaVersion": 1,
        "upperSchemaVersionNew": 3,
        "longRunningTimerIntervalDuration": "3.00:00:00",
        "maximumShortTimerDuration": "6.00:00:00",
    }
    return Message(string=json.dumps(context))


async def run_app(app: Path) -> dict[str, Any]:
    """Load an app and call one function of each kind."""
    sys.path.insert(0, str(app))
    library = Library()
    refused = await library.load(app)
    if refused is not None:
        return {"refused": refused}
    called = {
        "health": await library.call("health", http_get("http://localhost/api/health")),
        "check_drift": await library.call("check_drift", first_episode("check_drift")),
        "list_deployments": await library.call("list_deployments", Message(string="{}")),
    }
    for told in called.values():
        told["returned"] = str(getattr(told.get("returned"), "__dict__", told.get("returned")))
    return {"functions": library.functions, "called": called}


def load_apps(folder: Path) -> dict[str, str | None]:
    """Load each app alone; what the library says against it."""
    from azure_functions_runtime import handle_event, loader
    from azure_functions_runtime.bindings.meta import load_binding_registry
    from azure_functions_runtime.functions import Registry

    handle_event.protos = PROTOCOL
    load_binding_registry()
    sys.path.insert(0, str(folder))
    said: dict[str, str | None] = {}
    for file in sorted(folder.glob("app_*.py")):
        try:
            functions = loader.index_function_app(str(file))
            loader.process_indexed_function(PROTOCOL, Registry(), functions, str(folder))
        except Exception as error:
            said[file.stem] = f"{type(error).__name__}: {error}"
        else:
            said[file.stem] = None
    return said


def main() -> None:
    what, folder = sys.argv[1], Path(sys.argv[2]).resolve()
    os.chdir(folder)
    told = asyncio.run(run_app(folder)) if what == "run" else load_apps(folder)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
