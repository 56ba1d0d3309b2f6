"""What is counted and measured, by name; see docs/observability.md.

What others would call a gauge is a histogram of one value: an instance would go on reporting the
last value of a gauge, long after another instance has seen a newer one.

Nothing here sends anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from shared.azure.correlation import ArmCall
from shared.deployment.messages import Json
from shared.records.entities import Operation
from shared.telemetry.spans import Value, Walked, kind_of

THROTTLED = 429


@dataclass(frozen=True, slots=True)
class Instrument:
    """One thing that is measured."""

    name: str
    kind: Literal["counter", "histogram"]
    unit: str
    about: str


RUNNING = Instrument(
    "hybriddb.operations.running", "histogram", "{operation}", "Operations without an end on record"
)
DURATION = Instrument(
    "hybriddb.operation.duration", "histogram", "s", "From the request to the end on record"
)
STEP_DURATION = Instrument("hybriddb.step.duration", "histogram", "s", "Of a step that has ended")
STEP_RATIO = Instrument(
    "hybriddb.step.duration.ratio", "histogram", "1", "Its duration by the one that was expected"
)
DRIFTED = Instrument(
    "hybriddb.drift.changes",
    "histogram",
    "{change}",
    "What the last check of a deployment has found",
)
RESIDUE = Instrument(
    "hybriddb.operation.residue", "counter", "{resource}", "What could not be removed"
)
CALLS = Instrument("hybriddb.arm.calls", "counter", "{call}", "Calls of ARM by method and status")
REFUSED = Instrument("hybriddb.arm.throttled", "counter", "{call}", "Calls that ARM put off")

INSTRUMENTS = (
    RUNNING,
    DURATION,
    STEP_DURATION,
    STEP_RATIO,
    DRIFTED,
    RESIDUE,
    CALLS,
    REFUSED,
)


@dataclass(frozen=True, slots=True)
class Measure:
    """One value of an instrument."""

    name: str
    value: float
    attributes: Mapping[str, Value] = field(default_factory=dict)


def of_end(operation: Operation, end: Json, *, at: str) -> Iterator[Measure]:
    """What the end of an operation tells."""
    about: dict[str, Value] = {"hybriddb.kind": operation.kind, "hybriddb.status": end["status"]}
    yield Measure(DURATION.name, _seconds(operation.startedAt, at), about)
    if left := len(end.get("residue", ())):
        yield Measure(RESIDUE.name, left, {**about, "hybriddb.deployment": operation.deployment})


def of_steps(walked: Walked) -> Iterator[Measure]:
    """How long steps took, and by how much that was more or less than expected."""
    steps = {step["key"]: step for step in walked.plan["steps"]}
    for key, run in walked.runs.items():
        if "startedAt" not in run or "settledAt" not in run or key not in steps:
            continue
        step, took = steps[key], _seconds(run["startedAt"], run["settledAt"])
        about: dict[str, Value] = {
            "hybriddb.step": key,
            "hybriddb.action": step["action"],
            "hybriddb.state": run["state"],
        }
        yield Measure(STEP_DURATION.name, took, about)
        if run["state"] == "succeeded" and step["expectedSeconds"] > 0:
            yield Measure(STEP_RATIO.name, took / step["expectedSeconds"], about)


def of_calls(calls: Iterable[ArmCall]) -> Iterator[Measure]:
    """How often ARM was asked, and how often it wanted to be left alone."""
    for call in calls:
        about: dict[str, Value] = {"http.request.method": call.method}
        yield Measure(CALLS.name, 1, {**about, "http.response.status_code": call.status or 0})
        if call.status == THROTTLED:
            yield Measure(REFUSED.name, 1, {**about, "hybriddb.called": kind_of(call.path)})


def of_drift(deployment: str, changes: int) -> Measure:
    """What a drift check has found."""
    return Measure(DRIFTED.name, changes, {"hybriddb.deployment": deployment})


def of_running(number: int) -> Measure:
    """How many operations have no end on record."""
    return Measure(RUNNING.name, number)


def _seconds(began: str, ended: str) -> float:
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds()
