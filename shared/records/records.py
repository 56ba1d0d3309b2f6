"""What is known of deployments and operations between requests, in tables of Azure Storage.

`deployments` has one entity a deployment, and every write of it is guarded by its ETag; what
becomes of one is decided in claims and amendments. The other tables have modules of their own.
None ever holds a secret, and `plans` alone the body of a resource. Nothing here reads the clock:
callers say when it is. Everything may raise RecordsUnavailable.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from azure.core.credentials import TokenCredential
from azure.identity import DefaultAzureCredential

from shared.deployment.drift_check import Acceptance, DriftReport, Still
from shared.deployment.inventory import Item, item_of
from shared.deployment.messages import Json
from shared.deployment.walks.ending import Ending, Story
from shared.records import amendments
from shared.records.agreements import Agreements
from shared.records.budgets import Budgets
from shared.records.claims import (
    Claim,
    Claimed,
    Fate,
    answer_again,
    base,
    check,
    check_plan,
    claimed,
)
from shared.records.entities import RUNNING, Operation, Record, as_record, properties_of
from shared.records.errors import (
    DeploymentUnknown,
    NotOurs,
    OperationOver,
)
from shared.records.events import Events
from shared.records.operations import Operations
from shared.records.plans import Plans
from shared.records.specs import Specs
from shared.records.tables import Key, Table, open_tables
from shared.records.watch import Watch
from shared.settings import settings

TABLES = ("deployments", "operations", "plans", "watch", "specs", "events")
PARTITION = "deployment"  # one partition, so that a listing comes in order of names


@dataclass(frozen=True, slots=True)
class Page:
    """Some deployments in order of name, and the token of the page after them."""

    records: list[Record]
    token: str | None


class Records:
    """The records of the deployments, and beside them what is kept in the other tables."""

    def __init__(self, tables: Sequence[Table]) -> None:
        deployments, operations, plans, watch, specs, events = tables  # as in TABLES
        self._deployments = deployments
        self.agreements = Agreements(deployments)
        self.budgets = Budgets(deployments)
        self.operations = Operations(operations)
        self.plans = Plans(plans)
        self.watch = Watch(watch)
        self.specs = Specs(specs)
        self.events = Events(events)

    @classmethod
    def connect(cls, storage: str, credential: TokenCredential | None = None) -> "Records":
        """The records in a storage account: a connection string, or its table endpoint."""
        return cls(open_tables(storage, credential, *TABLES))

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
                self.operations.begin(again.operation_id, claim)
                return again
            check(claim, record, fate=fate, grace=grace)
            if claim.plan_of:
                check_plan(claim, self.operations.find(claim.plan_of), record)
            wanted = claimed(claim, record)
            if etag := self._write(wanted):
                if record and record.operation["status"] == RUNNING:
                    self.operations.lose(record.operation["id"], "missing", now=claim.now)
                self.operations.begin(claim.operation_id, claim)
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
        spec = claim.spec or (record.spec if record and record.status != "Destroyed" else None)
        if spec is None:
            raise DeploymentUnknown(claim.deployment)
        made_from = {"spec": spec, "base": base(record)} if claim.kind == "plan" else {}
        self.operations.begin_once(claim, **made_from)
        return claim.operation_id

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

    def write_ahead(self, operation: Operation, inventory: dict[str, Item]) -> None:
        """Put on record what an operation is about to create or delete; may be repeated.

        Raises:
            OperationOver: another operation has taken its claim over.
        """
        self._amend(operation.deployment, lambda r: amendments.ahead(r, operation, inventory))

    def end(self, operation: Operation, ending: Ending, *, now: datetime) -> None:
        """Record how an operation ended, and what there is of its deployment; may be repeated."""
        name = operation.deployment
        self._amend(name, lambda record: amendments.ended(record, operation, ending))
        if ending.health == "Destroyed":
            self.specs.forget(name)
        elif amendments.has_deployed(ending):
            self._keep_spec(operation, now)
        # Last, so that whoever has seen the end finds the record as it is then.
        end = {"status": ending.status, "endedAt": now.isoformat(), "result": ending.result}
        self.operations.note(operation.id, **end)

    def _keep_spec(self, operation: Operation, now: datetime) -> None:
        """Keep the spec that an operation has deployed, in whose name and when."""
        record = self.find(operation.deployment)
        if record and record.operation["id"] == operation.id:
            self.specs.keep(
                record.name,
                record.generation,
                record.spec,
                operation=operation.id,
                actor=operation.actor,
                deployedAt=now.isoformat(),
            )

    def lose(self, operation: Operation, how: str, *, now: datetime) -> None:
        """Record that an operation has no orchestration any more; nothing where it has ended.

        What it had put on record before its first write stays in the inventory.

        Args:
            operation: as it was read.
            how: what became of its orchestration.
            now: when that was found.
        """
        self.operations.lose(operation.id, how, now=now)
        self._amend(operation.deployment, lambda record: amendments.lost(record, operation))

    def save_drift(self, name: str, report: DriftReport | Json, still: Still | None = None) -> None:
        """Keep what the last drift check found, and how things were where it read everything."""
        self._amend(name, lambda record: amendments.checked(record, report, still))

    def accept(self, name: str, taken: Acceptance, *, operation_id: str | None = None) -> None:
        """Make what drifted part of a spec, unless another operation runs; may be repeated.

        Args:
            name: the deployment.
            taken: what becomes of its spec and of its last report.
            operation_id: the operation that accepts it; None: the scan does.
        """
        if operation_id:
            self.operations.note(operation_id, accepted=taken)
        self._amend(name, lambda record: amendments.accepted(record, taken, operation_id))

    def forget(self, name: str, operation_id: str) -> None:
        """Remove the record of a deployment whose last operation this is; may be repeated."""
        record = self.find(name)
        if record and record.operation["id"] == operation_id:
            self._deployments.delete(Key(PARTITION, name), etag=record.etag)
            self.watch.forget(name)
            self.specs.forget(name)

    def running(self, operation_id: str) -> tuple[Operation, Record]:
        """An operation that may go on, and its deployment.

        Raises:
            OperationUnknown, DeploymentUnknown: there is none.
            OperationOver: it has ended, or another one has taken its claim over.
        """
        operation = self.operations.get(operation_id)
        if operation.status != RUNNING:
            raise OperationOver(operation_id, f"has ended as {operation.status}")
        if operation.kind == "plan":
            return operation, self.find(operation.deployment) or amendments.unborn(operation)
        record = self.get(operation.deployment)
        if record.operation["id"] != operation_id:
            raise OperationOver(operation_id, "has been taken over")
        return operation, record

    def clear(self, *, ended_before: datetime) -> int:
        """Remove operations that ended before a moment, with their plans; how many there were.

        Records of deployments that were destroyed before it go as well; all others stay.
        """
        self.events.clear(before=ended_before)
        old = self.operations.ended(before=ended_before)
        for identity in old:
            self.plans.remove(identity)
            self.operations.forget(identity)
        gone = self._deployments.where(
            "PartitionKey eq @partition and status eq @gone", partition=PARTITION, gone="Destroyed"
        )
        for record in map(as_record, gone):
            if not record.busy and record.operation["startedAt"] < ended_before.isoformat():
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


@cache
def records() -> Records:
    """The records of this installation."""
    return Records.connect(settings().storage, DefaultAzureCredential())
