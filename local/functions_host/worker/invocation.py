"""Runs functions of the app as the Python worker does.

Coroutines that work items run have an event loop of their own, on the host's clock; those of HTTP
and timer functions, and of activities with a durable client, run on the host's own loop.
Everything else, orchestrators included, runs in one pool of threads. Values are decoded and encoded
by the SDK's own converters.
"""

import asyncio
import json
import logging
import os
import threading
import traceback
import warnings
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import azure.functions as func
from azure.functions import durable_functions, http, meta, timer

from local.clock import Clock
from local.functions_host.engine.actions import Answer
from local.functions_host.errors import InvocationFailed, SettingError, WorkerCrash
from local.functions_host.worker.clock_loop import ClockLoop
from local.functions_host.worker.loader import AppFunction
from local.functions_host.worker.retry_policy import RetryContext

log = logging.getLogger(__name__)

FAILURE_MARKER = "$OutOfProcData$:"
EARLY_EVENT = "Potential duplicate Task completion"


class ActivityFailed(Exception):
    """An activity raised, or returned what is not JSON; the text is the worker's."""


async def _here(work: Coroutine[Any, Any, Any]) -> Any:
    return await work


@dataclass
class InvocationContext(func.Context):
    """What a function receives as `context: func.Context`."""

    function_name: str = ""
    function_directory: str = ""
    invocation_id: str = ""
    trace_context: Any = None
    retry_context: Any = None
    thread_local_storage: Any = threading.local()  # noqa: RUF009 local to threads by nature


class Worker:
    """The pool of threads, the loop of activities, and the rules of invocation."""

    def __init__(self, app_dir: Path, client_binding: str, clock: Clock) -> None:
        self.coroutines = ClockLoop(clock)
        self.pool = ThreadPoolExecutor(read_thread_count(), "function")
        self._app_dir = app_dir
        self._client_binding = client_binding

    def stop(self) -> None:
        """Start nothing more; a thread that runs cannot be stopped."""
        self.coroutines.stop()
        self.pool.shutdown(wait=False, cancel_futures=True)

    async def _invoke(
        self,
        function: AppFunction,
        value: object,
        invocation_id: str,
        retry: RetryContext | None = None,
        run: Callable[[Coroutine[Any, Any, Any]], Awaitable[Any]] = _here,
    ) -> Any:
        arguments: dict[str, Any] = {function.parameter: value}
        arguments |= dict.fromkeys(function.clients, self._client_binding)
        if function.wants_context:
            context = InvocationContext(
                function_name=function.name,
                function_directory=str(self._app_dir),
                invocation_id=invocation_id,
                retry_context=retry,
            )
            arguments["context"] = context
        try:
            if function.is_async:
                return await run(function.call(**arguments))
            call = partial(function.call, **arguments)
            return await asyncio.get_running_loop().run_in_executor(self.pool, call)
        except (SystemExit, KeyboardInterrupt) as exit_:
            raise WorkerCrash(f"{function.name} ended the worker") from exit_

    async def run_activity(
        self, function: AppFunction, activity_input: str, invocation_id: str
    ) -> str:
        """Run an activity on the JSON text of its input; the JSON text of its result.

        Raises:
            ActivityFailed: it raised; the text is what an orchestrator may see.
        """
        try:
            datum = meta.Datum(activity_input, "json")
            value = durable_functions.ActivityTriggerConverter.decode(datum, trigger_metadata={})
            # One that starts others asks the host over HTTP, and so waits in real time.
            run = _here if function.clients else self.coroutines.run
            result = await self._invoke(function, value, invocation_id, run=run)
            encoded = durable_functions.ActivityTriggerConverter.encode(result, expected_type=None)
        except WorkerCrash:
            raise
        except Exception as error:
            log.info("activity %s failed:\n%s", function.name, traceback.format_exc())
            raise ActivityFailed(f"{type(error).__name__}: {error}") from error
        return str(encoded.value)

    async def run_timer(
        self, function: AppFunction, info: dict[str, Any], run_id: str, retry: RetryContext | None
    ) -> None:
        """Run a timer-triggered function."""
        datum = meta.Datum(json.dumps(info), "json")
        request = timer.TimerRequestConverter.decode(datum, trigger_metadata={})
        result = await self._invoke(function, request, run_id, retry)
        if result is not None:
            raise TypeError(f"{function.name} returned a value, but has no binding for it")

    async def run_http(
        self, function: AppFunction, request: http.HttpRequest, run_id: str
    ) -> func.HttpResponse | None:
        """Run an HTTP function; None when it has no output binding.

        Raises:
            TypeError: it returned neither a string nor an HttpResponse.
        """
        result = await self._invoke(function, request, run_id)
        if not function.returns_http:
            if result is not None:
                raise RuntimeError(
                    f"function {function.name} without a $return binding returned a non-None value"
                )
            return None
        if isinstance(result, str):
            return func.HttpResponse(result)
        if isinstance(result, func.HttpResponse):
            return result
        raise TypeError(
            f"{function.name} returned {type(result).__name__}, not str or HttpResponse"
        )


def read_thread_count() -> int | None:
    """How many threads the app asks for; None leaves it to Python, whose default is the worker's.

    Raises:
        SettingError: it is no number above 0.
    """
    text = os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
    if text and (not text.isdecimal() or not int(text)):
        raise SettingError(f"PYTHON_THREADPOOL_THREAD_COUNT is {text!r}, should be 1 or more.")
    return int(text) if text else None


def keep_warnings_harmless() -> None:
    """Let the SDK's remark on an early event be a remark, even where warnings are errors.

    A test run with `-W error` would otherwise fail orchestrations that go on everywhere else.
    """
    if not any(pattern and pattern.match(EARLY_EVENT) for _, pattern, *_ in warnings.filters[:1]):
        warnings.filterwarnings("default", message=EARLY_EVENT)


def ask_orchestrator(function: AppFunction, request: str) -> Answer:
    """Let the SDK replay an orchestrator; runs in a thread of the pool.

    Raises:
        InvocationFailed: it failed without the SDK's state in the message.
        WorkerCrash: it ended the process it ran in.
    """
    keep_warnings_harmless()
    try:
        text = function.call(**{function.parameter: func.OrchestrationContext(request)})
    except (SystemExit, KeyboardInterrupt) as exit_:
        raise WorkerCrash(f"{function.name} ended the worker") from exit_
    except Exception as error:
        state = state_in_failure(str(error))
        if state is None:
            message = f"{type(error).__name__}: {error}"
            raise InvocationFailed(message) from error
        return state
    answer: Answer = json.loads(text)
    return answer


def state_in_failure(message: str) -> Answer | None:
    """The state that the SDK appends to the message of a failed orchestration, if it did.

    User text may hold the marker too, before the SDK's or inside its JSON; the SDK's is the first
    one whose rest is a whole state.
    """
    start = message.find(FAILURE_MARKER)
    while start >= 0:
        start += len(FAILURE_MARKER)
        try:
            state = json.loads(message[start:])
        except ValueError:
            state = None
        if isinstance(state, dict) and "actions" in state:
            answer: Answer = state  # type: ignore[assignment]
            return answer
        start = message.find(FAILURE_MARKER, start)
    return None
