"""What is told of an operation: one truth, made of its record, its plan and its instance."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import azure.durable_functions as df

from shared.deployment.messages import Json
from shared.records.claims import RUNNING
from shared.records.entities import Operation
from shared.records.records import records

GRACE = timedelta(seconds=60)  # between a claim and the start of its orchestration
ENDED = {
    df.OrchestrationRuntimeStatus.Completed,
    df.OrchestrationRuntimeStatus.Failed,
    df.OrchestrationRuntimeStatus.Terminated,
    df.OrchestrationRuntimeStatus.Canceled,
}


class Recorded(NamedTuple):
    """What is on record of an operation."""

    operation: Operation
    plan: Json | None  # without bodies and snapshots

    @property
    def running(self) -> bool:
        """No end is on record."""
        return self.operation.status == RUNNING

    def told(self) -> Json:
        """The plan in short, and how it ended."""
        operation, plan = self.operation, self.plan or {}
        steps = plan.get("steps", [])
        return {
            "id": operation.id,
            "kind": operation.kind,
            "deployment": operation.deployment,
            "status": operation.status,
            "phase": "finished" if operation.result else "planning",
            "startedAt": operation.startedAt,
            "endedAt": operation.endedAt,
            "cancelRequested": operation.cancelRequested,
            "decision": operation.decision,
            "plan": steps,
            "monthlyCost": plan.get("monthlyCost"),
            "unchanged": sum(step["action"] == "no-op" for step in steps),
            "warnings": plan.get("warnings", []),
            "refusals": plan.get("refusals", []),
            **(operation.result or {}),
        }


async def recorded(identity: str) -> Recorded:
    """What is on record of an operation.

    Raises:
        OperationUnknown: nothing.
    """
    return await asyncio.to_thread(_recorded, identity)


def _recorded(identity: str) -> Recorded:
    operation = records().operation(identity)
    return Recorded(operation, records().plans.short(identity))


async def as_it_stands(identity: str, client: df.DurableOrchestrationClient) -> Json:
    """An operation as it stands at this moment.

    Raises:
        OperationUnknown: there is none.
    """
    seen = await recorded(identity)
    if not seen.running:
        return seen.told()
    status = await client.get_status(identity)
    if _over(status, seen.operation):
        # It may have recorded its end between the two reads; otherwise it never will.
        seen = await recorded(identity)
        return seen.told() | (_lost(status) if seen.running else {})
    shown = (status.custom_status if status else None) or {"phase": "planning"}
    return seen.told() | {k: v for k, v in shown.items() if k not in {"version", "status"}}


def durable_status(status: Any) -> Json:
    """An instance as the Durable Functions status query shows it, without its input."""
    told: Mapping[str, Any] = status.to_json()
    names = ("name", "instanceId", "runtimeStatus", "customStatus", "output")
    return {
        **{name: told.get(name) for name in names},
        "input": None,
        "createdTime": told.get("createdTime"),
        "lastUpdatedTime": told.get("lastUpdatedTime"),
    }


def _over(status: Any, operation: Operation) -> bool:
    """Whether nothing runs any more that could record an end."""
    if status:
        return status.runtime_status in ENDED
    return datetime.now(UTC) - datetime.fromisoformat(operation.startedAt) >= GRACE


def _lost(status: Any) -> Json:
    """What is told of an operation whose orchestration is gone and whose end is not on record."""
    told: Json = (status.custom_status if status else None) or {}
    if told.get("status") not in {None, RUNNING}:
        return {k: v for k, v in told.items() if k != "version"}
    ended = status.runtime_status.value if status else "missing"
    message = f"its orchestration is {ended} without a recorded end: start the operation again"
    failure = {"code": "OperationLost", "message": message}
    return {**told, "status": "Failed", "phase": "finished", "failure": failure}
