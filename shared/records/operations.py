"""Operations, one entity each: who asked for what, what callers have asked since, how it ended.

Several write the same entity (the caller who cancels, the activities), so each merges properties
of its own. Everything may raise RecordsUnavailable.
"""

from datetime import datetime
from typing import Any

from shared.deployment.drift_check import DriftReport
from shared.deployment.messages import Failure, Json
from shared.deployment.operation import Decision, Signals
from shared.deployment.walks.ending import complete
from shared.records.claims import Claim
from shared.records.entities import RUNNING, Operation, as_operation, packed
from shared.records.errors import OperationUnknown, RequestIdReused
from shared.records.tables import Key, Table


class Operations:
    """One table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, identity: str) -> Operation | None:
        """One operation, if there is one."""
        entity = self._table.find(Key(identity))
        return None if entity is None else as_operation(entity)

    def get(self, identity: str) -> Operation:
        """One operation.

        Raises:
            OperationUnknown: there is none.
        """
        return as_operation(self._found(identity))

    def history(self, deployment: str, *, top: int, token: str | None = None) -> list[Operation]:
        """At most `top` operations of a deployment, the latest first, before the one of `token`."""
        found = self._table.range(start=f"{deployment}-", end=f"{deployment}-~")
        mine = [o for o in map(as_operation, found) if o.deployment == deployment]
        newest = sorted(mine, key=lambda o: (o.startedAt, o.id), reverse=True)
        ids = [operation.id for operation in newest]
        first = ids.index(token) + 1 if token in ids else 0
        return newest[first : first + top]

    def begin(self, identity: str, claim: Claim) -> None:
        """Begin to tell of an operation; whoever claimed it may have died before that."""
        self._table.insert(Key(identity), packed(_properties(claim)))

    def begin_once(self, claim: Claim, **more: Any) -> None:
        """Begin to tell of an operation, once for each request.

        Raises:
            RequestIdReused: another request had this id before.
        """
        properties = {**_properties(claim), "request": claim.digest, **more}
        if not self._table.insert(Key(claim.operation_id), packed(properties)):
            first = self.get(claim.operation_id)
            if first.request != claim.digest:
                raise RequestIdReused(claim.request_id or "")

    def note(self, identity: str, **values: Any) -> None:
        """Tell more of an operation; may be repeated."""
        self._table.upsert(Key(identity), packed(values))

    def end_drift(self, identity: str, report: DriftReport) -> None:
        """Record how a drift check ended that somebody asked for; may be repeated."""
        failure = report.get("failure")
        if report["status"] == "busy":
            message = "an operation changes the deployment: check again once it has ended"
            failure = Failure(code="OperationInProgress", message=message, retryable=False)
        found = {"status": report["status"], "changes": len(report["changes"])}
        status = "Failed" if failure else "Succeeded"
        result = {"status": status, "failure": failure, "drift": found}
        self.note(identity, status=status, endedAt=report["checkedAt"], result=result)

    def lose(self, identity: str, how: str, *, now: datetime) -> None:
        """Record that an operation has no orchestration any more; nothing where it has ended."""
        entity = self._table.find(Key(identity))
        if entity is None or entity["status"] != RUNNING:
            return
        message = f"its orchestration is {how} without a recorded end: start the operation again"
        lost = Failure(code="OperationLost", message=message, retryable=True)
        at, target = now.isoformat(), str(entity["deployment"])
        failure = complete(lost, target=target, at=at, id=identity)
        result = {"status": "Failed", "failure": failure, "residue": [], "retained": []}
        end = packed({"status": "Failed", "endedAt": now.isoformat(), "result": result})
        self._table.merge(Key(identity), end, etag=entity.metadata["etag"])

    def unended(self, *, begun_before: datetime) -> list[str]:
        """Ids of operations without an end on record that began before a moment."""
        found = self._table.where("status eq @running", running=RUNNING)
        moment = begun_before.isoformat()
        return [entity["PartitionKey"] for entity in found if entity["startedAt"] < moment]

    def count_running(self) -> int:
        """How many have no end on record."""
        return len(self._table.where("status eq @running", running=RUNNING))

    def ended(self, *, before: datetime) -> list[str]:
        """Ids of operations that ended before a moment."""
        old = "status ne @running and endedAt lt @moment"
        found = self._table.where(old, running=RUNNING, moment=before.isoformat())
        return [entity["PartitionKey"] for entity in found]

    def forget(self, identity: str) -> None:
        """Remove one; may be repeated."""
        self._table.delete_partition(identity)

    def signals(self, identity: str) -> Signals:
        """What callers have asked of an operation."""
        operation = self.get(identity)
        return Signals(cancelRequested=operation.cancelRequested, decision=operation.decision)

    def request_cancel(self, identity: str, *, by: Json | None = None) -> None:
        """Ask an operation to stop and roll back, in whose name; may be repeated.

        Raises:
            OperationUnknown: there is none.
        """
        if not self._table.merge(
            Key(identity), packed({"cancelRequested": True, "canceledBy": by})
        ):
            raise OperationUnknown(identity)

    def decide(self, identity: str, decision: Decision, *, by: Json | None = None) -> Decision:
        """Answer an operation that waits for approval: the first answer holds, and is returned.

        Args:
            identity: the operation.
            decision: the answer.
            by: who gives it: {name, objectId, client, comment}.

        Raises:
            OperationUnknown: there is none.
        """
        while True:  # a race is lost only to somebody who got on, so this ends
            entity = self._found(identity)
            if there := as_operation(entity).decision:
                return there
            etag = entity.metadata["etag"]
            made = packed({"decision": decision, "decidedBy": by})
            if self._table.merge(Key(identity), made, etag=etag):
                return decision

    def count_rewind(self, identity: str, *, most: int) -> bool:
        """Whether an operation whose orchestration has failed is to go on from where it was.

        Not where its end is on record, nor where it has gone on `most` times: then it is lost.
        """
        entity = self._table.find(Key(identity))
        if entity is None:
            return False
        seen = as_operation(entity)
        if seen.status != RUNNING or seen.rewinds >= most:
            return False
        counted = packed({"rewinds": seen.rewinds + 1})
        # Where somebody else has counted meanwhile, it goes on all the same.
        self._table.merge(Key(identity), counted, etag=entity.metadata["etag"])
        return True

    def _found(self, identity: str) -> Any:
        entity = self._table.find(Key(identity))
        if entity is None:
            raise OperationUnknown(identity)
        return entity


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
        "traceparent": claim.traceparent,
    }
