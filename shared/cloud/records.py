"""What is known of deployments and operations between requests, in two tables of Azure Storage.

`deployments` has one entity a deployment, and every write of it is guarded by its ETag.
`operations` has one entity an operation, whose writers (the caller who cancels, the activities)
each merge properties of their own. Neither ever holds a secret or the body of a resource. Nothing
here reads the clock: callers say when it is. Both tables are in one class, and so in a file that
is longer than most, because a claim and its end write both.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from azure.core import MatchConditions
from azure.core.credentials import TokenCredential
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.data.tables import TableClient, TableServiceClient, UpdateMode

from shared.cloud.claims import RUNNING, Claim, Claimed, IsAlive, answer_again, check, claimed
from shared.cloud.clients import PATIENCE, credential
from shared.cloud.entities import (
    Decision,
    Operation,
    Record,
    Signals,
    as_operation,
    as_record,
    packed,
    properties_of,
)
from shared.cloud.errors import DeploymentUnknown, OperationUnknown, RecordsUnavailable
from shared.cloud.settings import settings
from shared.deployment.messages import Json

PARTITION = "deployment"  # one partition, so that a listing comes in order of names
AGREEMENTS = "agreement"  # a partition beside it
UNRECORDED = frozenset({"body", "prior", "locks"})  # of a step in a plan


@dataclass(frozen=True, slots=True)
class Page:
    """Some deployments in order of name, and the token of the page after them."""

    records: list[Record]
    token: str | None


@contextmanager
def _azure_ends_here() -> Iterator[None]:
    try:
        yield
    except HttpResponseError as error:
        code = getattr(error, "error_code", None) or f"HTTP {error.status_code}"
        raise RecordsUnavailable(str(code)) from error
    except AzureError as error:
        raise RecordsUnavailable(type(error).__name__) from error


class Records:
    """The two tables."""

    def __init__(self, deployments: TableClient, operations: TableClient) -> None:
        self._deployments = deployments
        self._operations = operations

    @classmethod
    @_azure_ends_here()
    def connect(cls, storage: str, credential: TokenCredential | None = None) -> "Records":
        """The tables of a storage account, made where they are missing.

        Args:
            storage: a connection string, or the table endpoint of the account.
            credential: the identity to use with an endpoint.
        """
        if storage.startswith("http"):
            service = TableServiceClient(endpoint=storage, credential=credential, **PATIENCE)
        else:
            service = TableServiceClient.from_connection_string(storage, **PATIENCE)
        return cls(
            service.create_table_if_not_exists("deployments"),
            service.create_table_if_not_exists("operations"),
        )

    @_azure_ends_here()
    def find(self, name: str) -> Record | None:
        """The record of a deployment, if there is one."""
        try:
            return as_record(self._deployments.get_entity(PARTITION, name))
        except ResourceNotFoundError:
            return None

    def get(self, name: str) -> Record:
        """The record of a deployment.

        Raises:
            DeploymentUnknown: there is none.
        """
        record = self.find(name)
        if record is None:
            raise DeploymentUnknown(name)
        return record

    @_azure_ends_here()
    def page(self, *, top: int, token: str | None = None) -> Page:
        """At most `top` deployments in order of name, after those of the page that gave `token`."""
        found = self._deployments.query_entities(
            "PartitionKey eq @partition and RowKey gt @last",
            parameters={"partition": PARTITION, "last": token or ""},
            results_per_page=top + 1,
        )
        records = [as_record(entity) for entity in next(found.by_page(), ())]
        return Page(records[:top], records[top - 1].name if len(records) > top else None)

    def claim(self, claim: Claim, *, is_alive: IsAlive, grace: timedelta) -> Claimed:
        """Make `claim` the one running operation of its deployment; of many at once, one succeeds.

        Args:
            claim: what is wanted; a request that was answered before gets that answer again.
            is_alive: whether an operation that has not ended still has its orchestration.
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
            check(claim, record, is_alive=is_alive, grace=grace)
            wanted = claimed(claim, record)
            if etag := self._write(wanted):
                self._open(claim.operation_id, claim)
                return Claimed(claim.operation_id, replace(wanted, etag=etag), repeated=False)

    def save_plan(self, operation_id: str, plan: Mapping[str, Any]) -> None:
        """Keep a plan for callers to read, without the bodies and snapshots of its steps."""
        steps = [{k: v for k, v in s.items() if k not in UNRECORDED} for s in plan["steps"]]
        self._note(operation_id, plan={**plan, "steps": steps})

    def save_drift(self, name: str, summary: Json) -> None:
        """Keep what the last drift check found."""
        self._amend(name, lambda record: replace(record, drift=summary))

    def finish(
        self,
        name: str,
        operation_id: str,
        *,
        status: str,
        now: datetime,
        result: Json,
        inventory: Json | None = None,
        outputs: Json | None = None,
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
        """
        self._note(operation_id, status=status, endedAt=now.isoformat(), result=result)

        def ended(record: Record) -> Record:
            if record.operation["id"] != operation_id:
                return record
            deployed = status == "Succeeded" and inventory is not None
            spec = (record.proposed if deployed else None) or record.spec
            return replace(
                record,
                spec=spec,
                generation=record.generation + (spec != record.spec),
                proposed=None,
                status=status,
                operation={**record.operation, "status": status},
                inventory=record.inventory if inventory is None else inventory,
                outputs=record.outputs if outputs is None else outputs,
            )

        self._amend(name, ended)

    @_azure_ends_here()
    def agree(self, topic: str, proposal: str, *, instead_of: str | None = None) -> str:
        """The proposal that was made first on a topic, by whomever; there is only ever one.

        Args:
            topic: what is to be agreed on; letters and digits.
            proposal: ours; never a secret.
            instead_of: what was agreed before and has become void.
        """
        ours = {"PartitionKey": AGREEMENTS, "RowKey": topic, "agreed": proposal}
        try:
            self._deployments.create_entity(ours)
        except ResourceExistsError:
            there = self._deployments.get_entity(AGREEMENTS, topic)
            if there["agreed"] != instead_of:
                return str(there["agreed"])
            with suppress(ResourceModifiedError):  # by somebody who found it void as well
                etag, unchanged = there.metadata["etag"], MatchConditions.IfNotModified
                self._deployments.update_entity(ours, etag=etag, match_condition=unchanged)
            return self.agree(topic, proposal)
        return proposal

    def forget(self, name: str, operation_id: str) -> None:
        """Remove the record of a deployment that `operation_id` has destroyed; may be repeated."""
        record = self.find(name)
        if record and record.operation["id"] == operation_id:
            self._delete(record)

    @_azure_ends_here()
    def operation(self, operation_id: str) -> Operation:
        """One operation.

        Raises:
            OperationUnknown: there is none.
        """
        try:
            return as_operation(self._operations.get_entity(operation_id, ""))
        except ResourceNotFoundError:
            raise OperationUnknown(operation_id) from None

    def signals(self, operation_id: str) -> Signals:
        """What callers have asked of an operation."""
        operation = self.operation(operation_id)
        return Signals(cancelRequested=operation.cancelRequested, decision=operation.decision)

    def request_cancel(self, operation_id: str) -> None:
        """Ask an operation to stop and roll back; may be repeated.

        Raises:
            OperationUnknown: there is none.
        """
        self._signal(operation_id, cancelRequested=True)

    @_azure_ends_here()
    def decide(self, operation_id: str, decision: Decision) -> Decision:
        """Answer an operation that waits for approval: the first answer holds, and is returned.

        Raises:
            OperationUnknown: there is none.
        """
        while True:  # a race is lost only to somebody who got on, so this ends
            try:
                entity = self._operations.get_entity(operation_id, "")
            except ResourceNotFoundError:
                raise OperationUnknown(operation_id) from None
            if made := as_operation(entity).decision:
                return made
            values = {"PartitionKey": operation_id, "RowKey": "", "decision": decision}
            guard: Json = {
                "etag": entity.metadata["etag"],
                "match_condition": MatchConditions.IfNotModified,
            }
            with suppress(ResourceModifiedError):
                self._operations.update_entity(values, UpdateMode.MERGE, **guard)
                return decision

    def _amend(self, name: str, amended: Callable[[Record], Record]) -> None:
        """Change a record whatever else happens to it; nothing where it is gone."""
        while True:  # a race is lost only to somebody who got on, so this ends
            record = self.find(name)
            if record is None or amended(record) == record or self._write(amended(record)):
                return

    @_azure_ends_here()
    def _write(self, record: Record) -> str | None:
        """Write a record that was read, or a new one: its ETag, None where another was faster."""
        entity = {"PartitionKey": PARTITION, "RowKey": record.name, **properties_of(record)}
        guard: Json = {"etag": record.etag, "match_condition": MatchConditions.IfNotModified}
        try:
            if record.etag:
                answer = self._deployments.update_entity(entity, UpdateMode.REPLACE, **guard)
            else:
                answer = self._deployments.create_entity(entity)
        except (ResourceExistsError, ResourceModifiedError, ResourceNotFoundError):
            return None
        return str(answer["etag"])

    @_azure_ends_here()
    def _delete(self, record: Record) -> None:
        self._deployments.delete_entity(
            PARTITION,
            record.name,
            etag=record.etag,
            match_condition=MatchConditions.IfNotModified,
        )

    @_azure_ends_here()
    def _open(self, operation_id: str, claim: Claim) -> None:
        """Begin to tell of an operation; whoever claimed it may have died before that."""
        entity = {
            "PartitionKey": operation_id,
            "RowKey": "",
            "deployment": claim.deployment,
            "kind": claim.kind,
            "status": RUNNING,
            "startedAt": claim.now.isoformat(),
        }
        with suppress(ResourceExistsError):
            self._operations.create_entity(entity)

    @_azure_ends_here()
    def _note(self, operation_id: str, **values: Any) -> None:
        entity = {"PartitionKey": operation_id, "RowKey": "", **packed(values)}
        self._operations.upsert_entity(entity, UpdateMode.MERGE)

    @_azure_ends_here()
    def _signal(self, operation_id: str, **values: Any) -> None:
        entity = {"PartitionKey": operation_id, "RowKey": "", **packed(values)}
        try:
            self._operations.update_entity(entity, UpdateMode.MERGE)
        except ResourceNotFoundError:
            raise OperationUnknown(operation_id) from None


@cache
def records() -> Records:
    """The records of this installation."""
    return Records.connect(settings().storage, credential())
