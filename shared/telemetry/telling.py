"""Tells of what activities do: each call of ARM as it was made, each operation once it has ended.

Nothing is told where nobody listens, and nothing that goes wrong here hinders an activity.
"""

import functools
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from shared.azure.correlation import Asking, asking
from shared.deployment.drift_check import DriftReport
from shared.deployment.messages import Json
from shared.deployment.tracing import Trace, trace_of
from shared.records.entities import Operation
from shared.records.records import records
from shared.settings import settings
from shared.telemetry.logs import Entry, listen
from shared.telemetry.measures import (
    Measure,
    of_calls,
    of_drift,
    of_end,
    of_running,
    of_steps,
)
from shared.telemetry.spans import (
    Span,
    Walked,
    call_spans,
    operation_span,
    step_span_id,
    step_spans,
)

log = logging.getLogger(__name__)


LISTENERS = {
    "otlp_endpoint": "shared.telemetry.otlp",
    "insights": "shared.telemetry.azure_monitor",
}
"""Setting that names a receiver -> how it is reached."""


class Sender(Protocol):
    """What sends; see courier.py."""

    def send(self, spans: Iterable[Span]) -> None:
        """Spans that have ended."""

    def measure(self, measures: Iterable[Measure]) -> None:
        """Values as they were measured."""

    def log(self, entry: Entry) -> None:
        """Something that was logged."""


@cache
def sender() -> Sender | None:
    """Who sends what this process tells; None where nobody listens."""
    listening = [module for name, module in LISTENERS.items() if getattr(settings(), name)]
    if not listening:
        return None
    try:  # imported only where it is needed: a worker starts the faster
        courier = import_module("shared.telemetry.courier")
        exporters = [import_module(module).exporters(settings()) for module in listening]
        made: Sender = courier.Courier(exporters)
    except Exception:
        log.warning("nothing is told of this process", exc_info=True)
        return None
    listen(made.log)
    return made


@contextmanager
def told(operation: str, key: str = "", *, undo: bool = False) -> Iterator[None]:
    """Ask ARM in the name of an operation, and tell what it was asked.

    Args:
        operation: its id.
        key: of the step that it is about, if it is about one.
        undo: whether that is undone.
    """
    trace = _trace(operation)
    asked = Asking(trace.correlation)
    try:
        with asking(asked):
            yield
    finally:
        parent = step_span_id(operation, key, undo=undo) if key else trace.root
        _tell(call_spans(trace, parent, asked.calls), of_calls(asked.calls))


def traced(verb: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Make an activity tell what it asks of ARM, in the name of the operation of its order."""

    @functools.wraps(verb)
    def telling(order: Any) -> Any:
        check = check_id(order["deployment"], order["at"]) if "deployment" in order else None
        operation = order.get("check") or check or order["operation"]
        with told(operation, order.get("key", ""), undo=order.get("undo", False)):
            return verb(order)

    return telling


def tell_end(operation: Operation, end: Json, *, at: str, walks: Sequence[Walked] = ()) -> None:
    """Tell of an operation that has ended: itself, and every step that was begun.

    Told again after a crash, the spans are the same ones; what was measured is told once only.

    Args:
        operation: as it was before its end was recorded.
        end: its result, as recorded.
        at: when it ended.
        walks: its plan, and the undone one, as far as each was walked.
    """
    _tell(_ended(operation, end, at, walks), _measured(operation, end, at, walks))
    tell_running()


def _ended(operation: Operation, end: Json, at: str, walks: Sequence[Walked]) -> Iterator[Span]:
    trace = trace_of(operation.id, operation.traceparent)
    yield operation_span(operation, trace, end, at=at)
    for walked in walks:
        yield from step_spans(operation, trace, walked)


def _measured(
    operation: Operation, end: Json, at: str, walks: Sequence[Walked]
) -> Iterator[Measure]:
    if operation.endedAt is None:
        yield from of_end(operation, end, at=at)
        for walked in walks:
            yield from of_steps(walked)


def tell_drift(deployment: str, report: DriftReport | Json, asked: Operation | None) -> None:
    """Tell what a drift check has found.

    Args:
        deployment: its name.
        report: what was found.
        asked: the operation that it is; None: the timer's check, which is told as one.
    """
    at, failure = report["checkedAt"], report.get("failure")
    status = "Failed" if failure else "Succeeded"
    check = asked or Operation(
        id=check_id(deployment, at),
        deployment=deployment,
        kind="drift",
        status=status,
        startedAt=at,
        endedAt=at,  # nothing of it is measured: nobody has waited for it
    )
    tell_end(check, {"status": status, "failure": failure}, at=at)
    if report["status"] in {"inSync", "drifted"}:
        _tell((), (of_drift(deployment, len(report["changes"])),))


def check_id(deployment: str, at: str) -> str:
    """What a drift check is called that is no operation."""
    return f"{deployment}-drift-{at}"


def tell_running() -> None:
    """Tell how many operations run, as far as that is on record."""
    _tell((), _running())


def _running() -> Iterator[Measure]:
    yield of_running(records().operations.count_running())


def _tell(spans: Iterable[Span], measures: Iterable[Measure]) -> None:
    to = sender()
    if to is None:
        return
    try:
        to.send(spans)
        to.measure(measures)
    except Exception:
        log.warning("something was not told", exc_info=True)


def _trace(operation: str) -> Trace:
    try:
        return trace_of(operation, _traceparent(operation))
    except Exception:  # the records cannot be asked: it is told as a trace of its own
        return trace_of(operation)


@functools.lru_cache(maxsize=1_000)
def _traceparent(operation: str) -> str | None:
    return records().operations.get(operation).traceparent
