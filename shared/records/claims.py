"""Who may operate on a deployment: one operation at a time, decided from its record alone.

Pure, so that the rules can be read and tested without a table; `records` writes what comes of
them, guarded by the ETag of the record that they were decided from.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from shared.deployment.messages import Json
from shared.deployment.operation import Kind
from shared.records.entities import RUNNING, Answered, Operation, OperationNote, Record
from shared.records.errors import (
    DeploymentUnknown,
    OperationInProgress,
    PreconditionFailed,
    RequestIdReused,
)

REQUESTS_KEPT = 20  # answers that a repeated request can still be given
NO_RECORD = "none"  # stands for the digest of a record that is not there

Fate = Callable[[str], Literal["running", "ended", "missing"]]
"""How the orchestration of an operation is, by the operation's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A wish to operate on a deployment; `operation_id` is chosen by the caller, and new."""

    deployment: str
    operation_id: str
    kind: Kind
    now: datetime
    spec: Json | None = None  # None: the one on record
    plan_of: str | None = None  # the plan to walk, and no other
    forgets: tuple[str, ...] = ()  # what is to be let go of: keys, or ids
    delete_data: bool = False  # the database may go as well
    request_id: str | None = None  # Repeatability-Request-ID
    digest: str = ""  # of method, route and body
    actor: Json | None = None
    paths: list[str] | None = None  # of a drift report: what is repaired or accepted; None: all
    comment: str = ""
    by_scan: bool = False  # asked for by a policy, and not by a person
    traceparent: str | None = None  # of the request, where it is usable
    if_match: str | None = None  # an ETag, or * for any
    if_none_match: bool = False  # the caller sent If-None-Match: *


@dataclass(frozen=True, slots=True)
class Claimed:
    """The operation to answer with.

    A repeated request gets its first operation again. Its caller starts that where it holds the
    claim and has no orchestration: the process may have died between the claim and the start.
    """

    operation_id: str
    record: Record
    repeated: bool

    @property
    def holds(self) -> bool:
        """Whether the operation may run: it has not ended, and nobody has taken it over."""
        note = self.record.operation
        return note["id"] == self.operation_id and note["status"] == RUNNING


def answer_again(claim: Claim, record: Record | None) -> Claimed | None:
    """The first answer, where this request has been answered before.

    Raises:
        RequestIdReused: it was another request that had this id.
    """
    if record is None or claim.request_id is None or claim.request_id not in record.requests:
        return None
    answered = record.requests[claim.request_id]
    if answered["digest"] != claim.digest:
        raise RequestIdReused(claim.request_id)
    return Claimed(answered["operation"], record, repeated=True)


def check(claim: Claim, record: Record | None, *, fate: Fate, grace: timedelta) -> None:
    """Refuse a claim that must not be made now.

    Raises:
        PreconditionFailed: If-Match or If-None-Match does not hold.
        OperationInProgress: another operation runs.
        DeploymentUnknown: the claim brings no spec and none is on record.
    """
    if record and record.status == "Destroyed":
        record = None
    if claim.if_none_match and record:
        raise PreconditionFailed(claim.deployment, "exists already")
    if claim.if_match and record is None:
        raise PreconditionFailed(claim.deployment, "does not exist")
    if claim.if_match and record and claim.if_match not in {"*", record.etag}:
        raise PreconditionFailed(claim.deployment, "has changed since it was read")
    if record and holds(record.operation, claim.now, fate, grace):
        raise OperationInProgress(claim.deployment, record.operation["id"])
    if record is None and claim.spec is None:
        raise DeploymentUnknown(claim.deployment)


def holds(note: OperationNote, now: datetime, fate: Fate, grace: timedelta) -> bool:
    """Whether the operation holds its claim: its orchestration runs, or has yet to be started.

    An orchestration records the end before it ends, so one that has ended without is lost.
    """
    if note["status"] != RUNNING:
        return False
    match fate(note["id"]):
        case "running":
            return True
        case "ended":
            return False
        case "missing":
            return now - datetime.fromisoformat(note["startedAt"]) < grace


def check_plan(claim: Claim, planned: Operation | None, record: Record | None) -> None:
    """Refuse to walk a plan that is not, or no longer, what would be decided.

    Raises:
        PreconditionFailed: it is another deployment's, or the deployment has changed since.
    """
    if planned is None:
        raise PreconditionFailed(claim.deployment, "has no such plan any more")
    usable = planned.kind == "plan" and planned.status == "Succeeded"
    if not usable or planned.deployment != claim.deployment:
        raise PreconditionFailed(claim.deployment, "has no such plan that could be walked")
    if planned.spec != claim.spec:
        raise PreconditionFailed(claim.deployment, "was planned with another spec")
    if planned.base != base(record):
        raise PreconditionFailed(claim.deployment, "has changed since it was planned")


def base(record: Record | None) -> str:
    """What tells whether a deployment is still as it was when a plan was made from its record."""
    return NO_RECORD if record is None or record.status == "Destroyed" else record.digest


def claimed(claim: Claim, record: Record | None) -> Record:
    """The record as it is once the claim is made."""
    note = OperationNote(
        id=claim.operation_id,
        kind=claim.kind,
        startedAt=claim.now.isoformat(),
        status=RUNNING,
    )
    if record is None or record.status == "Destroyed":
        record = begun(claim, note, record)
    answers = dict(record.requests)
    if claim.request_id:
        answers[claim.request_id] = Answered(operation=claim.operation_id, digest=claim.digest)
    return replace(
        record,
        proposed=claim.spec,
        operation=note,
        requests=dict(list(answers.items())[-REQUESTS_KEPT:]),
    )


def begun(claim: Claim, note: OperationNote, destroyed: Record | None = None) -> Record:
    """The record of a deployment that is not there yet, or not any more."""
    return Record(
        name=claim.deployment,
        spec=claim.spec or {},
        generation=1,
        status="NotDeployed",
        operation=note,
        inventory={},
        outputs={},
        requests=destroyed.requests if destroyed else {},
        createdAt=claim.now.isoformat(),
        etag=destroyed.etag if destroyed else "",
    )
