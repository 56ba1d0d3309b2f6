"""What the app tells of by itself: CloudEvents about a deployment; pure.

An event says what happened and where to read more, never what a resource holds: no value of a
change, no secret. Its id follows from what it is about, so that it stays the same however often it
is made or sent.
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypedDict

from shared.deployment.messages import Failure, Json

Happened = Literal[
    "hybriddb.operation.finished",
    "hybriddb.approval.wanted",
    "hybriddb.drift.found",
    "hybriddb.drift.gone",
]
MOST_CHANGES = 20  # of an event; the report has all
TOLD = ("key", "id", "class", "path", "severity", "why", "undeclared", "policy")


class CloudEvent(TypedDict):
    """An event in the JSON form of CloudEvents 1.0."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: Happened
    subject: str
    time: str
    datacontenttype: Literal["application/json"]
    data: Json


def operation_finished(
    deployment: str, operation: str, kind: str, status: str, failure: Failure | None, at: str
) -> CloudEvent:
    """An operation has ended, in whatever way."""
    why = {"code": failure["code"], "message": failure["message"]} if failure else None
    data = {"operation": operation, "kind": kind, "status": status, "failure": why}
    subject = f"operations/{operation}"
    return _event(
        f"{operation}-finished", "hybriddb.operation.finished", deployment, subject, at, data
    )


def approval_wanted(deployment: str, operation: str, kind: str, at: str) -> CloudEvent:
    """A plan waits for somebody's yes or no."""
    data = {"operation": operation, "kind": kind}
    subject = f"operations/{operation}"
    return _event(
        f"{operation}-approval", "hybriddb.approval.wanted", deployment, subject, at, data
    )


def drift_event(
    deployment: str, before: Mapping[str, Any] | None, report: Mapping[str, Any]
) -> CloudEvent | None:
    """What a report has found that the one before it had not, or that nothing is left of it."""
    old = [_identity(change) for change in (before or {}).get("changes", [])]
    fresh = [change for change in report["changes"] if _identity(change) not in old]
    at = report["checkedAt"]
    stamp = f"{datetime.fromisoformat(at):%Y%m%d%H%M%S}"
    if fresh:
        changes = [{k: c[k] for k in TOLD if k in c} | _author(c) for c in fresh[:MOST_CHANGES]]
        data = {"new": len(fresh), "all": len(report["changes"]), "changes": changes}
        identity, what = f"{deployment}-{stamp}-drifted", "found"
    elif old and report["status"] == "inSync":
        data, identity, what = {"gone": len(old)}, f"{deployment}-{stamp}-settled", "gone"
    else:
        return None
    kind: Happened = "hybriddb.drift.found" if what == "found" else "hybriddb.drift.gone"
    return _event(identity, kind, deployment, f"deployments/{deployment}/drift", at, data)


def _identity(change: Mapping[str, Any]) -> tuple[str, ...]:
    path, there = change.get("path", ""), str(change.get("before"))
    return str(change["id"]).casefold(), change["class"], path, there


def _author(change: Mapping[str, Any]) -> Json:
    known = (change.get("attribution") or {}).get("by")
    return {"by": known} if known else {}


def _event(
    identity: str, kind: Happened, deployment: str, subject: str, at: str, data: Json
) -> CloudEvent:
    return CloudEvent(
        specversion="1.0",
        id=identity,
        source=f"/api/deployments/{deployment}",
        type=kind,
        subject=subject,
        time=at,
        datacontenttype="application/json",
        data={"deployment": deployment, **data},
    )
