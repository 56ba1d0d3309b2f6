"""What is told of an operation: one truth, made of its record, its plan and its instance."""

import asyncio
import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

import azure.durable_functions as df

from shared.deployment.messages import Json
from shared.deployment.tracing import trace_of
from shared.records.entities import RUNNING, Operation, Record
from shared.records.records import records
from shared.telemetry.telling import tell_end

log = logging.getLogger(__name__)

PLAN_ETAG = re.compile(r'"plan:([a-z0-9-]{1,80})"')
GRACE = timedelta(seconds=60)  # between a claim and the start of its orchestration
REWINDS = 5  # of one operation; what fails more often fails by itself
LOST = "OperationLost"
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

    def as_json(self) -> Json:
        """The plan in short, and how it ended."""
        operation, plan = self.operation, self.plan or {}
        steps = (
            _walked(plan.get("steps", [])) if operation.kind == "deploy" else plan.get("steps", [])
        )
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
            "traceId": trace_of(operation.id, operation.traceparent).id,
            "actor": operation.actor,
            "decidedBy": operation.decidedBy,
            "canceledBy": operation.canceledBy,
            **({"accepted": operation.accepted} if operation.accepted else {}),
            "plan": steps,
            "monthlyCost": plan.get("monthlyCost"),
            "unchanged": sum(step["action"] == "no-op" for step in steps),
            "warnings": plan.get("warnings", []),
            "refusals": plan.get("refusals", []),
            "validation": plan.get("validation"),
            **_checks_apart(operation.kind, operation.result or {}),
            **self._error(),
        }

    def _error(self) -> Json:
        """Why it did not succeed, where Azure's clients look for it in a status monitor."""
        failure = (self.operation.result or {}).get("failure")
        if self.running or not failure:
            return {}
        return {"error": {"code": failure["code"], "message": failure["message"]}}


def plan_etag(identity: str) -> str:
    """The ETag of a plan; the records' own look otherwise, so neither is taken for the other."""
    return f'"plan:{identity}"'


def plan_named(etag: str | None) -> str | None:
    """The plan whose ETag this is, if it is one."""
    found = PLAN_ETAG.fullmatch(etag or "")
    return found[1] if found else None


async def recorded(identity: str) -> Recorded:
    """What is on record of an operation.

    Raises:
        OperationUnknown: nothing.
    """
    return await asyncio.to_thread(_recorded, identity)


def _recorded(identity: str) -> Recorded:
    operation = records().operations.get(identity)
    return Recorded(operation, records().plans.short(identity))


async def as_it_stands(identity: str, client: df.DurableOrchestrationClient) -> Json:
    """An operation as it stands at this moment.

    Raises:
        OperationUnknown: there is none.
    """
    seen = await recorded(identity)
    if not seen.running:
        return seen.as_json()
    status = await instance_of(identity, client)
    if await _settled(seen.operation, status):
        return (await recorded(identity)).as_json()
    shown = (status.custom_status if status else None) or {"phase": "planning"}
    stands = {k: v for k, v in shown.items() if k not in {"version", "status"}}
    operation = seen.as_json() | _checks_apart(seen.operation.kind, stands)
    return operation | {"phase": _phase(operation, status)}


def _checks_apart(kind: str, told: Json) -> Json:
    """A deployment as it was walked: what proves it afterwards stands beside its steps."""
    if kind != "deploy":
        return told
    lists = [name for name in ("forwardSteps", "steps") if name in told]
    checks = [step for name in lists for step in told[name] if step["action"] == "check"]
    walked: Json = {name: _walked(told[name]) for name in lists}
    return {**told, **walked, **({"checks": checks} if checks else {})}


def _walked(steps: list[Json]) -> list[Json]:
    return [step for step in steps if step["action"] != "check"]


def _phase(operation: Json, status: Any) -> str:
    """What it is doing; a wish that it has yet to hear of, and a pause, are told at once."""
    if status and status.runtime_status == df.OrchestrationRuntimeStatus.Suspended:
        return "suspended"
    if operation["cancelRequested"] and operation["phase"] == "deploying":
        return "canceling"
    return str(operation["phase"])


async def settle(record: Record, client: df.DurableOrchestrationClient) -> Record:
    """The record of a deployment; where its operation is lost, that is on record from now on."""
    if not record.busy:
        return record
    note = record.operation
    operation = Operation(**note, deployment=record.name)
    if await _settled(operation, await instance_of(note["id"], client)):
        return await asyncio.to_thread(records().get, record.name)
    return record


async def fate_of(
    client: df.DurableOrchestrationClient, identity: str
) -> Literal["running", "ended", "missing"]:
    """How the orchestration of an operation is."""
    status = await instance_of(identity, client)
    if not status:
        return "missing"
    return "ended" if status.runtime_status in ENDED else "running"


async def instance_of(identity: str, client: df.DurableOrchestrationClient) -> Any:
    """The instance of an operation without a recorded end; None where there is none.

    One that has failed is taken back to before its failure, and goes on: an orchestration records
    the end of its operation before its own, so what failed was the platform. A worker that dies
    takes the episode along that it runs.
    """
    status = await client.get_status(identity)
    if not status or status.runtime_status != df.OrchestrationRuntimeStatus.Failed:
        return status
    if await asyncio.to_thread(records().operations.count_rewind, identity, most=REWINDS):
        try:
            await client.rewind(identity, "lost")
        except Exception as error:  # the SDK has no class: rewound meanwhile, or not supported
            log.warning("%s was not rewound: %s", identity, type(error).__name__)
        return await client.get_status(identity)
    return status


async def settle_unended(client: df.DurableOrchestrationClient) -> None:
    """Settle the operations that nobody asks about: each has an end on record, or goes on."""
    now = datetime.now(UTC)
    for identity in await asyncio.to_thread(records().operations.unended, begun_before=now):
        await as_it_stands(identity, client)


async def _settled(operation: Operation, status: Any) -> bool:
    """Whether an operation has ended; one whose orchestration is gone ends here, as lost.

    An orchestration records the end before it ends, and is started right after its claim.
    """
    now = datetime.now(UTC)
    if status:
        gone = status.runtime_status in ENDED
    else:
        gone = now - datetime.fromisoformat(operation.startedAt) >= GRACE
    if gone:
        how = status.runtime_status.value.lower() if status else "missing"
        await asyncio.to_thread(_lose, operation, how, now)
    return gone


def _lose(operation: Operation, how: str, now: datetime) -> None:
    """End an operation that has no orchestration any more, and tell of it."""
    records().lose(operation, how, now=now)
    lost = records().operations.get(operation.id)
    if lost.result and (lost.result["failure"] or {}).get("code") == LOST:
        at = lost.endedAt or now.isoformat()
        tell_end(replace(lost, endedAt=None), lost.result, at=at)


def _cost(record: Record) -> Json | None:
    """What a deployment costs a month as it is now, where that can be told."""
    if record.monthlyCost is None:
        return None
    told = {k: v for k, v in record.monthlyCost.items() if k not in {"before", "after"}}
    return {"amount": record.monthlyCost["after"], **told}


def shown(record: Record) -> Json:
    """A deployment as it is shown."""
    return {
        "name": record.name,
        "status": record.status,
        "generation": record.generation,
        "createdAt": record.createdAt,
        "lastOperation": dict(record.operation),
        "spec": record.spec,
        "inventory": record.inventory,
        "outputs": record.outputs,
        "monthlyCost": _cost(record),
        "retained": record.letGo,
        "drift": record.drift,
        "lastQuery": record.lastQuery or None,
    }


def durable_status(status: Any) -> Json:
    """An instance as the Durable Functions status query shows it, without its input."""
    instance: Mapping[str, Any] = status.to_json()
    names = ("name", "instanceId", "runtimeStatus", "customStatus")
    return {
        **{name: instance.get(name) for name in names},
        # One that was rewound still shows how it failed.
        "output": instance.get("output") if status.runtime_status in ENDED else None,
        "input": None,
        "createdTime": instance.get("createdTime"),
        "lastUpdatedTime": instance.get("lastUpdatedTime"),
    }
