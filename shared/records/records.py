"""What is known of deployments and operations between requests, in tables of Azure Storage.

`deployments` has one entity a deployment, and every write of it is guarded by its ETag.
`operations` has one entity an operation, whose writers (the caller who cancels, the activities)
each merge properties of their own. Neither ever holds a secret or the body of a resource; `plans`
holds those, see there. Nothing here reads the clock: callers say when it is. Everything may raise
RecordsUnavailable.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from azure.core.credentials import TokenCredential
from azure.identity import DefaultAzureCredential

from shared.deployment.changes.merge_patch import patched
from shared.deployment.changes.paths import changed
from shared.deployment.inventory import Item, item_of
from shared.deployment.messages import Failure, Json
from shared.deployment.operation import Acceptance, Decision, DriftReport, Health, Signals
from shared.deployment.walks.ending import Ending, Story, complete
from shared.records.claims import Claim, Claimed, Fate, answer_again, begun, check, claimed
from shared.records.entities import (
    RUNNING,
    Operation,
    OperationNote,
    Record,
    as_operation,
    as_record,
    packed,
    properties_of,
)
from shared.records.errors import (
    DeploymentUnknown,
    NotOurs,
    OperationOver,
    OperationUnknown,
    PreconditionFailed,
    RequestIdReused,
)
from shared.records.plans import Plans
from shared.records.specs import Specs
from shared.records.tables import Key, Table, open_tables
from shared.records.watch import Watch
from shared.settings import settings

TABLES = ("deployments", "operations", "plans", "watch", "specs")
PARTITION = "deployment"  # one partition, so that a listing comes in order of names
AGREEMENTS = "agreement"  # a partition beside it
ACCEPTED_KEPT = 100  # notes of fields that drift has changed
NO_RECORD = "none"  # stands for the digest of a record that is not there


@dataclass(frozen=True, slots=True)
class Page:
    """Some deployments in order of name, and the token of the page after them."""

    records: list[Record]
    token: str | None


class Records:
    """The tables; `plans`, `watch` and `specs` are those beside the records."""

    def __init__(
        self, deployments: Table, operations: Table, plans: Table, watch: Table, specs: Table
    ) -> None:
        self._deployments = deployments
        self._operations = operations
        self.plans = Plans(plans)
        self.watch = Watch(watch)
        self.specs = Specs(specs)

    @classmethod
    def connect(cls, storage: str, credential: TokenCredential | None = None) -> "Records":
        """The records in a storage account: a connection string, or its table endpoint."""
        return cls(*open_tables(storage, credential, *TABLES))

    def find(self, name: str) -> Record | None:
        """The record of a deployment, if there is one."""
        entity = self._deployments.find(Key(PARTITION, name))
        return None if entity is None else as_record(entity)

    def get(self, name: str) -> Record:
        """The record of a deployment.

        Raises:
            DeploymentUnknown: there is none.
        """
        record = self.find(name)
        if record is None:
            raise DeploymentUnknown(name)
        return record

    def page(self, *, top: int, token: str | None = None, destroyed: bool = False) -> Page:
        """At most `top` deployments in order of name, after those of the page that gave `token`.

        Those that were destroyed are left out unless asked for.
        """
        but = "" if destroyed else "Destroyed"
        found = self._deployments.page(PARTITION, after=token or "", size=top + 1, but=but)
        records = [as_record(entity) for entity in found]
        return Page(records[:top], records[top - 1].name if len(records) > top else None)

    def claim(self, claim: Claim, *, fate: Fate, grace: timedelta) -> Claimed:
        """Make `claim` the one running operation of its deployment; of many at once, one succeeds.

        Args:
            claim: what is wanted; a request that was answered before gets that answer again.
            fate: how the orchestration of an operation is.
            grace: how long an operation holds its claim without one.

        Raises:
            OperationInProgress: another operation runs.
            PreconditionFailed: If-Match or If-None-Match does not hold.
            DeploymentUnknown: the claim brings no spec and none is on record.
        """
        while True:  # see _amend
            record = self.find(claim.deployment)
            if again := answer_again(claim, record):
                self._open(again.operation_id, claim)
                return again
            check(claim, record, fate=fate, grace=grace)
            self._check_plan(claim, record)
            wanted = claimed(claim, record)
            if etag := self._write(wanted):
                if record and record.operation["status"] == RUNNING:
                    self._lose(record.operation["id"], "missing", claim.now)
                self._open(claim.operation_id, claim)
                return Claimed(claim.operation_id, replace(wanted, etag=etag), repeated=False)

    def open_beside(self, claim: Claim) -> str:
        """Begin what only looks, a plan or a drift check: without a claim on the record.

        Returns:
            The id of its operation; that of the first, where a request is repeated.

        Raises:
            DeploymentUnknown: it brings no spec and none is on record.
            RequestIdReused: another request had this id before.
        """
        record = self.find(claim.deployment)
        if record and record.status == "Destroyed":
            record = None
        spec = claim.spec or (record.spec if record else None)
        if spec is None:
            raise DeploymentUnknown(claim.deployment)
        properties = {**_properties(claim), "request": claim.digest}
        if claim.kind == "plan":
            properties |= {"spec": spec, "base": record.digest if record else NO_RECORD}
        if not self._operations.insert(Key(claim.operation_id), packed(properties)):
            first = self.operation(claim.operation_id)
            if first.request != claim.digest:
                raise RequestIdReused(claim.request_id or "")
        return claim.operation_id

    def history(self, deployment: str, *, top: int, token: str | None = None) -> list[Operation]:
        """At most `top` operations of a deployment, the latest first, before the one of `token`."""
        found = self._operations.range(start=f"{deployment}-", end=f"{deployment}-~")
        mine = [o for o in map(as_operation, found) if o.deployment == deployment]
        newest = sorted(mine, key=lambda o: (o.startedAt, o.id), reverse=True)
        ids = [operation.id for operation in newest]
        first = ids.index(token) + 1 if token in ids else 0
        return newest[first : first + top]

    def save_drift(self, name: str, report: DriftReport | Json) -> None:
        """Keep what the last drift check found."""
        health: dict[str, Health] = {"inSync": "Deployed", "drifted": "Drifted"}

        def seen(record: Record) -> Record:
            at_rest = record.status in {"Deployed", "Drifted"} and not record.busy
            status = health.get(report["status"], record.status) if at_rest else record.status
            return replace(record, drift=dict(report), status=status)

        self._amend(name, seen)

    def end_drift(self, operation_id: str, report: DriftReport) -> None:
        """Record how a drift check ended that somebody asked for; may be repeated."""
        failure = report.get("failure")
        if report["status"] == "busy":
            message = "an operation changes the deployment: check again once it has ended"
            failure = Failure(code="OperationInProgress", message=message, retryable=False)
        found = {"status": report["status"], "changes": len(report["changes"])}
        status = "Failed" if failure else "Succeeded"
        result = {"status": status, "failure": failure, "drift": found}
        self._note(operation_id, status=status, endedAt=report["checkedAt"], result=result)

    def accept(self, name: str, taken: Acceptance, *, operation_id: str | None = None) -> None:
        """Make what drifted part of a spec, unless another operation runs; may be repeated.

        Args:
            name: the deployment.
            taken: what becomes of its spec and of its last report.
            operation_id: the operation that accepts it; None: the scan does.
        """
        if operation_id:
            self._note(operation_id, accepted=taken)

        def with_it(record: Record) -> Record:
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

        self._amend(name, with_it)

    def finish(
        self,
        name: str,
        operation_id: str,
        *,
        status: str,
        now: datetime,
        result: Json,
        inventory: dict[str, Item] | None = None,
        outputs: Json | None = None,
        health: Health | None = None,
        secret_versions: Mapping[str, str] | None = None,
        monthly_cost: Json | None = None,
        let_go: Sequence[Json] = (),
        stays: Mapping[str, Any] | None = None,
    ) -> None:
        """Record how an operation ended; may be repeated.

        A deployment that another operation has taken over is left to that one.

        Args:
            name: the deployment.
            operation_id: the operation.
            status: Succeeded, Failed or Canceled.
            now: when it ended.
            result: what callers are told: failure, outputs, residue, retained.
            inventory: what the deployment consists of now; None leaves it as it was, and the spec
                too: then nothing was deployed.
            outputs: likewise.
            health: likewise.
            secret_versions: those that are deployed now, where something was.
            monthly_cost: of what there is now; None leaves it as it was.
            let_go: what was forgotten, with the reason.
            stays: fields of the spec, as Azure holds them from now on whatever the spec said.
        """
        deployed = inventory is not None and (status == "Succeeded" or health == "Unvalidated")

        def ended(record: Record) -> Record:
            if record.operation["id"] != operation_id:
                return record
            proven = record.operation["kind"] == "validate" and status == "Succeeded"
            at_last = "Deployed" if proven and record.status == "Unvalidated" else record.status
            spec = (record.proposed if deployed else None) or record.spec
            spec = changed(spec, (stays or {}).items())
            held = record.inventory if inventory is None else inventory
            return replace(
                record,
                spec=spec,
                generation=record.generation + (spec != record.spec),
                proposed=None,
                status=health or at_last,
                operation={**record.operation, "status": status},
                inventory=held,
                letGo=[e for e in [*record.letGo, *let_go] if item_of(held, e["id"]) is None],
                outputs=record.outputs if outputs is None else outputs,
                monthlyCost=monthly_cost or record.monthlyCost,
                secretVersions=(secret_versions if deployed else None) or record.secretVersions,
            )

        self._amend(name, ended)
        if health == "Destroyed":
            self.specs.forget(name)
        elif deployed:
            self._keep_spec(name, operation_id, now)
        # Last, so that whoever has seen the end finds the record as it is then.
        self._note(operation_id, status=status, endedAt=now.isoformat(), result=result)

    def _keep_spec(self, name: str, operation_id: str, now: datetime) -> None:
        """Keep the spec that an operation has deployed, in whose name and when."""
        record = self.find(name)
        if record and record.operation["id"] == operation_id:
            actor = self.operation(operation_id).actor
            told = {"operation": operation_id, "actor": actor, "deployedAt": now.isoformat()}
            self.specs.keep(name, record.generation, record.spec, **told)

    def lose(self, operation: Operation, how: str, *, now: datetime) -> None:
        """Record that an operation has no orchestration any more; nothing where it has ended.

        What it had put on record before its first write stays in the inventory.

        Args:
            operation: as it was read.
            how: what became of its orchestration.
            now: when that was found.
        """
        self._lose(operation.id, how, now)

        def lost(record: Record) -> Record:
            note = record.operation
            if note["id"] != operation.id or note["status"] != RUNNING:
                return record
            failed: OperationNote = {**note, "status": "Failed"}
            midway = record.status in {"Deploying", "Destroying"}
            health: Health = "DeployFailed" if midway else record.status
            return replace(record, status=health, proposed=None, operation=failed)

        self._amend(operation.deployment, lost)

    def _lose(self, operation_id: str, how: str, now: datetime) -> None:
        entity = self._operations.find(Key(operation_id))
        if entity is None or entity["status"] != RUNNING:
            return
        message = f"its orchestration is {how} without a recorded end: start the operation again"
        lost = Failure(code="OperationLost", message=message, retryable=True)
        at, target = now.isoformat(), str(entity["deployment"])
        failure = complete(lost, target=target, at=at, id=operation_id)
        result = {"status": "Failed", "failure": failure, "residue": [], "retained": []}
        end = packed({"status": "Failed", "endedAt": now.isoformat(), "result": result})
        self._operations.merge(Key(operation_id), end, etag=entity.metadata["etag"])

    def story(self, operation: Operation) -> Story:
        """All that was stored of an operation."""
        record = self.find(operation.deployment)  # None where its end has been recorded before
        return Story(
            plan=self.plans.find(operation.id),
            undone=self.plans.find(operation.id, undo=True),
            forward_runs=self.plans.forward_runs(operation.id),
            remains=self.plans.remains(operation.id),
            before=self.plans.before(operation.id),
            now=record.inventory if record else {},
        )

    def end(self, operation: Operation, ending: Ending, *, now: datetime) -> None:
        """Record how an operation ended, and what there is of its deployment; may be repeated."""
        name = operation.deployment
        self.finish(
            name,
            operation.id,
            status=ending.status,
            now=now,
            result=ending.result,
            inventory=ending.inventory,
            outputs=ending.outputs,
            health=ending.health,
            secret_versions=ending.secret_versions,
            monthly_cost=ending.monthly_cost,
            let_go=ending.let_go,
            stays=ending.stays,
        )

    def write_ahead(self, operation: Operation, inventory: dict[str, Item]) -> None:
        """Put on record what an operation is about to create or delete; may be repeated.

        Raises:
            OperationOver: another operation has taken its claim over.
        """

        def ahead(record: Record) -> Record:
            if record.operation["id"] != operation.id:
                raise OperationOver(operation.id, "has been taken over")
            health: Health = "Destroying" if operation.kind == "destroy" else "Deploying"
            return replace(record, inventory=inventory, status=health)

        self._amend(operation.deployment, ahead)

    def installation(self) -> str:
        """What tells our marks from those of another installation: an id that these records have.

        It is made once, by whoever asks first.
        """
        return self.agree("installation", uuid.uuid4().hex[:12])

    def agree(self, topic: str, proposal: str, *, instead_of: str | None = None) -> str:
        """The proposal that was made first on a topic, by whomever; there is only ever one.

        Args:
            topic: what is to be agreed on; letters and digits.
            proposal: ours; never a secret.
            instead_of: what was agreed before and has become void.
        """
        key, ours = Key(AGREEMENTS, topic), {"agreed": proposal}
        if self._deployments.insert(key, ours):
            return proposal
        there: Any = self._deployments.find(key)  # where it stays: an agreement is never removed
        if there["agreed"] != instead_of:
            return str(there["agreed"])
        # Where somebody who found it void as well was faster, theirs is agreed on.
        self._deployments.replace(key, ours, etag=there.metadata["etag"])
        return self.agree(topic, proposal)

    def forget(self, name: str, operation_id: str) -> None:
        """Remove the record of a deployment whose last operation this is; may be repeated."""
        record = self.find(name)
        if record and record.operation["id"] == operation_id:
            self._deployments.delete(Key(PARTITION, name), etag=record.etag)
            self.watch.forget(name)
            self.specs.forget(name)

    def operation(self, operation_id: str) -> Operation:
        """One operation.

        Raises:
            OperationUnknown: there is none.
        """
        return as_operation(self._found(operation_id))

    def running(self, operation_id: str) -> tuple[Operation, Record]:
        """An operation that may go on, and its deployment.

        Raises:
            OperationUnknown, DeploymentUnknown: there is none.
            OperationOver: it has ended, or another one has taken its claim over.
        """
        operation = self.operation(operation_id)
        if operation.status != RUNNING:
            raise OperationOver(operation_id, f"has ended as {operation.status}")
        if operation.kind == "plan":
            return operation, self.find(operation.deployment) or _unborn(operation)
        record = self.get(operation.deployment)
        if record.operation["id"] != operation_id:
            raise OperationOver(operation_id, "has been taken over")
        return operation, record

    def unended(self, *, begun_before: datetime) -> list[str]:
        """Ids of operations without an end on record that began before a moment."""
        found = self._operations.where("status eq @running", running=RUNNING)
        moment = begun_before.isoformat()
        return [entity["PartitionKey"] for entity in found if entity["startedAt"] < moment]

    def clear(self, *, ended_before: datetime) -> int:
        """Remove operations that ended before a moment, with their plans; how many there were.

        Records of deployments that were destroyed before it go as well; all others stay.
        """
        moment = ended_before.isoformat()
        old = self._operations.where(
            "status ne @running and endedAt lt @moment", running=RUNNING, moment=moment
        )
        for entity in old:
            self.plans.remove(entity["PartitionKey"])
            self._operations.delete_partition(entity["PartitionKey"])
        gone = self._deployments.where(
            "PartitionKey eq @partition and status eq @gone", partition=PARTITION, gone="Destroyed"
        )
        for record in map(as_record, gone):
            if not record.busy and record.operation["startedAt"] < moment:
                self.forget(record.name, record.operation["id"])
        return len(old)

    def check_ours(self, operation_id: str, resource_id: str) -> None:
        """Make sure, before something is deleted, that it is ours by the record as it is now.

        Raises:
            OperationOver: the operation must not go on.
            NotOurs: the record does not say that we created this id.
        """
        operation, record = self.running(operation_id)
        item = item_of(record.inventory, resource_id)
        if item is None or item["provenance"] != "created":
            raise NotOurs(operation.deployment, resource_id)

    def signals(self, operation_id: str) -> Signals:
        """What callers have asked of an operation."""
        operation = self.operation(operation_id)
        return Signals(cancelRequested=operation.cancelRequested, decision=operation.decision)

    def request_cancel(self, operation_id: str, *, by: Json | None = None) -> None:
        """Ask an operation to stop and roll back, in whose name; may be repeated.

        Raises:
            OperationUnknown: there is none.
        """
        self._signal(operation_id, cancelRequested=True, canceledBy=by)

    def decide(self, operation_id: str, decision: Decision, *, by: Json | None = None) -> Decision:
        """Answer an operation that waits for approval: the first answer holds, and is returned.

        Args:
            operation_id: the operation.
            decision: the answer.
            by: who gives it: {name, objectId, client, comment}.

        Raises:
            OperationUnknown: there is none.
        """
        while True:  # see _amend
            entity = self._found(operation_id)
            if there := as_operation(entity).decision:
                return there
            etag = entity.metadata["etag"]
            made = packed({"decision": decision, "decidedBy": by})
            if self._operations.merge(Key(operation_id), made, etag=etag):
                return decision

    def count_rewind(self, operation_id: str, *, most: int) -> bool:
        """Whether an operation whose orchestration has failed is to go on from where it was.

        Not where its end is on record, nor where it has gone on `most` times: then it is lost.
        """
        entity = self._operations.find(Key(operation_id))
        if entity is None:
            return False
        seen = as_operation(entity)
        if seen.status != RUNNING or seen.rewinds >= most:
            return False
        counted = packed({"rewinds": seen.rewinds + 1})
        # Where somebody else has counted meanwhile, it goes on all the same.
        self._operations.merge(Key(operation_id), counted, etag=entity.metadata["etag"])
        return True

    def _amend(self, name: str, amended: Callable[[Record], Record]) -> None:
        """Change a record whatever else happens to it; nothing where it is gone."""
        while True:  # a race is lost only to somebody who got on, so this ends
            record = self.find(name)
            if record is None or amended(record) == record or self._write(amended(record)):
                return

    def _write(self, record: Record) -> str | None:
        """Write a record that was read, or a new one: its ETag, None where another was faster."""
        key, properties = Key(PARTITION, record.name), properties_of(record)
        if record.etag:
            return self._deployments.replace(key, properties, etag=record.etag)
        return self._deployments.insert(key, properties)

    def _open(self, operation_id: str, claim: Claim) -> None:
        """Begin to tell of an operation; whoever claimed it may have died before that."""
        self._operations.insert(Key(operation_id), packed(_properties(claim)))

    def _check_plan(self, claim: Claim, record: Record | None) -> None:
        """Refuse to walk a plan that is not, or no longer, what would be decided.

        Raises:
            PreconditionFailed: it is another deployment's, or the deployment has changed since.
        """
        if claim.plan_of is None:
            return
        try:
            planned = self.operation(claim.plan_of)
        except OperationUnknown:
            raise PreconditionFailed(claim.deployment, "has no such plan any more") from None
        usable = planned.kind == "plan" and planned.status == "Succeeded"
        if not usable or planned.deployment != claim.deployment:
            raise PreconditionFailed(claim.deployment, "has no such plan that could be walked")
        if planned.spec != claim.spec:
            raise PreconditionFailed(claim.deployment, "was planned with another spec")
        gone = record is None or record.status == "Destroyed"
        if planned.base != (NO_RECORD if gone or record is None else record.digest):
            raise PreconditionFailed(claim.deployment, "has changed since it was planned")

    def _found(self, operation_id: str) -> Any:
        entity = self._operations.find(Key(operation_id))
        if entity is None:
            raise OperationUnknown(operation_id)
        return entity

    def _note(self, operation_id: str, **values: Any) -> None:
        self._operations.upsert(Key(operation_id), packed(values))

    def _signal(self, operation_id: str, **values: Any) -> None:
        if not self._operations.merge(Key(operation_id), packed(values)):
            raise OperationUnknown(operation_id)


def _among(change: Json, places: list[Json]) -> bool:
    return {"id": change["id"], "path": change.get("path")} in places


def _properties(claim: Claim) -> Json:
    """What is noted of an operation when it begins."""
    return {
        "deployment": claim.deployment,
        "kind": claim.kind,
        "status": RUNNING,
        "startedAt": claim.now.isoformat(),
        "deleteData": claim.delete_data,
        "planOf": claim.plan_of,
        "forgets": list(claim.forgets) or None,
        "actor": claim.actor,
        "paths": claim.paths,
        "comment": claim.comment,
        "byScan": claim.by_scan,
    }


def _unborn(operation: Operation) -> Record:
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


@cache
def records() -> Records:
    """The records of this installation."""
    return Records.connect(settings().storage, DefaultAzureCredential())
