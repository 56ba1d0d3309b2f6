"""An operation as a trace: a span for itself, for each of its steps, for each call of ARM.

Times are those that were recorded; ids follow from the operation, so a span that is told again is
the same span. Nothing here sends anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from shared.azure.correlation import ArmCall
from shared.deployment.messages import Failure, Json, Plan, Run
from shared.deployment.tracing import Trace, span_id
from shared.deployment.walks.ending import Story
from shared.records.entities import Operation

Kind = Literal["server", "internal", "client"]
Value = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One span; times are nanoseconds since 1970."""

    name: str
    trace: str
    id: str
    parent: str | None
    kind: Kind
    began: int
    ended: int
    error: str = ""  # code and message; empty: it went well
    attributes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Walked:
    """A plan and how far it was walked; `undo`: of a rollback."""

    plan: Plan
    runs: Mapping[str, Run]
    undo: bool = False


def walks(story: Story, runs: Mapping[str, Run] | None) -> list[Walked]:
    """What an operation has walked: its plan and, where that failed, the undone one.

    Args:
        story: what was stored of it.
        runs: how far the last of its walks has come.
    """
    if story.plan is None:
        return []
    if story.undone is None:
        return [Walked(story.plan, runs or {})]
    forward = Walked(story.plan, story.forward_runs or {})
    return [forward, Walked(story.undone, runs or {}, undo=True)]


def operation_span(operation: Operation, trace: Trace, end: Json, *, at: str) -> Span:
    """The span of an operation that has ended, from its request to its end on record."""
    failure: Failure | None = end.get("failure")
    attributes: dict[str, Value] = {
        "hybriddb.operation": operation.id,
        "hybriddb.deployment": operation.deployment,
        "hybriddb.kind": operation.kind,
        "hybriddb.status": end["status"],
        "hybriddb.residue": len(end.get("residue", ())),
    }
    return Span(
        name=operation.kind,
        trace=trace.id,
        id=trace.root,
        parent=trace.parent,
        kind="server",
        began=nanoseconds(operation.startedAt),
        ended=nanoseconds(at),
        error=_told(failure),
        attributes=attributes,
    )


def step_spans(operation: Operation, trace: Trace, walked: Walked) -> Iterator[Span]:
    """The spans of the steps that were begun, from the first submit to the end."""
    steps = {step["key"]: step for step in walked.plan["steps"]}
    for key, run in walked.runs.items():
        if "startedAt" not in run or "settledAt" not in run or key not in steps:
            continue
        step, failure = steps[key], run.get("failure")
        attributes: dict[str, Value] = {
            "hybriddb.operation": operation.id,
            "hybriddb.deployment": operation.deployment,
            "hybriddb.step": key,
            "hybriddb.action": step["action"],
            "hybriddb.state": run["state"],
            "hybriddb.attempts": run["attempts"],
            "hybriddb.expected_seconds": step["expectedSeconds"],
            "azure.resource_type": step["armType"],
            "azure.resource_id": step["id"],
        }
        yield Span(
            name=f"{step['action']} {key}",
            trace=trace.id,
            id=step_span_id(operation.id, key, undo=walked.undo),
            parent=trace.root,
            kind="internal",
            began=nanoseconds(run["startedAt"]),
            ended=nanoseconds(run["settledAt"]),
            error=_told(failure) if run["state"] == "failed" else "",
            attributes=attributes,
        )


def call_spans(trace: Trace, parent: str, calls: Iterable[ArmCall]) -> Iterator[Span]:
    """The spans of calls that one activity has made for a step, or for the whole operation."""
    for call in calls:
        attributes: dict[str, Value] = {
            "http.request.method": call.method,
            "server.address": call.host,
            "server.port": call.port,
            "url.full": f"https://{call.host}:{call.port}{call.path}",
            "az.client_request_id": call.request_id,
            "az.correlation_id": trace.correlation,
        }
        if call.status is not None:
            attributes["http.response.status_code"] = call.status
        refused = call.status is None or (call.status >= 400 and call.status != 404)
        yield Span(
            name=f"{call.method} {kind_of(call.path)}",
            trace=trace.id,
            id=span_id(parent, call.request_id, str(call.began)),
            parent=parent,
            kind="client",
            began=call.began,
            ended=call.ended,
            error=(call.error or f"ARM answered {call.status}") if refused else "",
            attributes=attributes,
        )


def step_span_id(operation: str, key: str, *, undo: bool) -> str:
    """The id of the span of a step."""
    return span_id(operation, "undo" if undo else "do", key)


def kind_of(path: str) -> str:
    """What a path of ARM leads to, without the names in it: few words for many resources."""
    parts = path.strip("/").split("/")
    lowered = [part.casefold() for part in parts]
    if "providers" not in lowered:
        return "/".join(parts[0::2][:3]) or "/"
    last = len(lowered) - 1 - lowered[::-1].index("providers")
    namespace, *rest = parts[last + 1 :] or [""]
    return "/".join([namespace, *rest[0::2]])


def nanoseconds(moment: str) -> int:
    """Since 1970, of an ISO 8601 time; whole microseconds."""
    told = datetime.fromisoformat(moment)
    return int(told.timestamp() * 1_000_000) * 1_000


def _told(failure: Mapping[str, Any] | None) -> str:
    return f"{failure['code']}: {failure['message']}" if failure else ""
