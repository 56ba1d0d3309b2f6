"""What becomes of a record when its deployment is seen, changed or left: decided from it alone.

Pure, as the claims are; `records` writes what comes of them, guarded by the ETag of the record
that they were decided from, and again from a newer one where somebody was faster.
"""

from dataclasses import replace
from datetime import datetime

from shared.deployment.changes.merge_patch import patched
from shared.deployment.changes.paths import changed
from shared.deployment.drift_check import Acceptance, DriftReport, Still
from shared.deployment.inventory import Item, item_of
from shared.deployment.messages import Json
from shared.deployment.operation import Health
from shared.deployment.walks.ending import Ending
from shared.records.claims import Claim, begun
from shared.records.entities import RUNNING, Operation, OperationNote, Record
from shared.records.errors import OperationOver

ACCEPTED_KEPT = 100  # notes of fields that drift has changed


def ahead(record: Record, operation: Operation, inventory: dict[str, Item]) -> Record:
    """With what an operation is about to create or delete.

    Raises:
        OperationOver: another operation has taken its claim over.
    """
    if record.operation["id"] != operation.id:
        raise OperationOver(operation.id, "has been taken over")
    health: Health = "Destroying" if operation.kind == "destroy" else "Deploying"
    return replace(record, inventory=inventory, status=health)


def ended(record: Record, operation: Operation, ending: Ending) -> Record:
    """After an operation; a deployment that another one has taken over is left to that."""
    if record.operation["id"] != operation.id:
        return record
    proven = operation.kind == "validate" and ending.status == "Succeeded"
    at_last = "Deployed" if proven and record.status == "Unvalidated" else record.status
    deployed = has_deployed(ending)
    spec = (record.proposed if deployed else None) or record.spec
    spec = changed(spec, ending.stays.items())
    held = record.inventory if ending.inventory is None else ending.inventory
    let_go = [*record.letGo, *ending.let_go]
    return replace(
        record,
        spec=spec,
        generation=record.generation + (spec != record.spec),
        proposed=None,
        status=ending.health or at_last,
        operation={**record.operation, "status": ending.status},
        inventory=held,
        letGo=[e for e in let_go if item_of(held, e["id"]) is None],
        outputs=record.outputs if ending.outputs is None else ending.outputs,
        lastQuery=record.lastQuery if ending.query is None else ending.query,
        monthlyCost=ending.monthly_cost or record.monthlyCost,
        secretVersions=(ending.secret_versions if deployed else None) or record.secretVersions,
    )


def has_deployed(ending: Ending) -> bool:
    """Whether what the operation brought is what is deployed from now on."""
    done = ending.status == "Succeeded" or ending.health == "Unvalidated"
    return ending.inventory is not None and done


def lost(record: Record, operation: Operation) -> Record:
    """After an operation that has no orchestration any more; nothing where it has ended."""
    note = record.operation
    if note["id"] != operation.id or note["status"] != RUNNING:
        return record
    failed: OperationNote = {**note, "status": "Failed"}
    midway = record.status in {"Deploying", "Destroying"}
    health: Health = "DeployFailed" if midway else record.status
    return replace(record, status=health, proposed=None, operation=failed)


def checked(record: Record, report: DriftReport | Json, still: Still | None = None) -> Record:
    """With what the last drift check found, and how things were where it read everything."""
    health: dict[str, Health] = {"inSync": "Deployed", "drifted": "Drifted"}
    at_rest = record.status in {"Deployed", "Drifted"} and not record.busy
    status = health.get(report["status"], record.status) if at_rest else record.status
    read = record.still if still is None else dict(still)
    return replace(record, drift=dict(report), status=status, still=read)


def accepted(record: Record, taken: Acceptance, operation_id: str | None) -> Record:
    """With what drifted as part of the spec, unless another operation runs than this one."""
    if record.busy and record.operation["id"] != operation_id:
        return record
    spec, drift = patched(record.spec, taken["patch"]), dict(record.drift or {})
    left = [c for c in drift.get("changes", []) if not _among(c, taken["changes"])]
    drift |= {"changes": left, "status": "drifted" if left else "inSync"}
    fresh = [field for field in taken["fields"] if field not in (record.accepted or [])]
    calm = record.status == "Drifted" and not left
    return replace(
        record,
        spec=spec,
        generation=record.generation + (spec != record.spec),
        accepted=[*(record.accepted or []), *fresh][-ACCEPTED_KEPT:],
        drift=drift,
        status="Deployed" if calm else record.status,
    )


def unborn(operation: Operation) -> Record:
    """The record that a deployment would have of which there is only a plan."""
    began = datetime.fromisoformat(operation.startedAt)
    claim = Claim(
        deployment=operation.deployment,
        operation_id=operation.id,
        kind="plan",
        now=began,
        spec=operation.spec,
    )
    note = OperationNote(
        id=operation.id, kind="plan", startedAt=operation.startedAt, status=RUNNING
    )
    return begun(claim, note)


def _among(change: Json, places: list[Json]) -> bool:
    return {"id": change["id"], "path": change.get("path")} in places
