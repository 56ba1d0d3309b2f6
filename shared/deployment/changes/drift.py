"""What a drift check reports: a plan that should be empty, told as differences.

missing: gone from Azure. changed: differs from the spec. degraded: as declared, but not well.
extra: in our resource group, and not ours.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from shared.deployment.changes.watching import Course, Drift
from shared.deployment.drift_check import DriftReport
from shared.deployment.messages import Change, Json, Plan

MOST_CHANGES, LONGEST_TEXT = 100, 500  # of a report; characters of a value in it, as JSON
OF_AZURE = {"path", "before", "after", "message"}  # what somebody else has written
UNDECLARED = "undeclared"  # marks a change of what the spec leaves open
NO_POLICY = Drift()
DEGRADED = "Degraded"
EXTRA = "UnexpectedResource"

_EXPOSED = tuple(
    (re.compile(pattern, re.IGNORECASE), why)
    for pattern, why in (
        (r"securityRules", "the rules say who reaches the subnet"),
        (r"networkSecurityGroup", "a subnet without its group lets the whole network in"),
        (r"publicNetworkAccess|publicIPAddress", "it may be reached from the Internet"),
        (r"enableIPForwarding", "it may pass on what is not meant for it"),
        (r"disableBgpRoutePropagation|nextHop|routes|routeTable", "traffic may take another way"),
        (
            r"backendAddress|listeners|routingRules|frontendPorts",
            "connections may be led elsewhere",
        ),
        (r"aRecords|cnameRecord|dhcpOptions|privateDnsZone", "names may lead elsewhere"),
        (r"firewallPolicy|managedRules|customRules|policySettings", "web traffic may go unwatched"),
        (r"authConfig|administrators", "others may sign in"),
        (
            r"sslPolicy|minimumTls|require_secure_transport|password_encryption",
            "it may be read along",
        ),
        (
            r"delegations|virtualNetwork\b|[vV]irtualNetworkPeerings|remoteVirtualNetwork",
            "the networks are joined otherwise",
        ),
        (r"^locks", "it may keep an update, or a rollback, from being made"),
        (r"log_(connections|disconnections|statement)", "who connects may go unseen"),
    )
)
"""Paths whose change exposes something, each with what; the first that fits is told."""
MISSING = "what was declared is not there"
UNWELL = "it may not serve"


def drift_report(
    plan: Plan, edits: Iterable[Json] = (), *, at: str, policy: Drift = NO_POLICY
) -> DriftReport:
    """The report; each change is {key, id, class, severity, why?, policy, ...}.

    Args:
        plan: that should be empty.
        edits: changes of what nobody declared.
        at: when it was made.
        policy: what is done about which change; what is ignored is counted.
    """
    changes: list[Json] = []
    ids = {step["key"]: step["id"] for step in plan["steps"]}
    for step in plan["steps"]:
        found = {"key": step["key"], "id": step["id"]}
        if step["action"] == "create":
            changes.append({**found, "class": "missing", "severity": "high", "why": MISSING})
        elif step["action"] == "update":
            changes += changes_of(found, step["changes"])
    for advice in plan["warnings"]:
        if advice["code"] in {DEGRADED, EXTRA}:
            kind = "degraded" if advice["code"] == DEGRADED else "extra"
            found = {"key": advice["target"], "id": ids.get(advice["target"], advice["target"])}
            grave = (
                {"severity": "high", "why": UNWELL} if kind == "degraded" else {"severity": "low"}
            )
            more = {UNDECLARED: True} if kind == "extra" else {}
            changes.append({**found, "class": kind, **grave, "message": advice["message"], **more})
    told = [{**each, "policy": course_of(each, policy)} for each in [*changes, *edits]]
    kept = [each for each in told if each["policy"] != "ignore"]
    report = DriftReport(checkedAt=at, status="drifted" if kept else "inSync", changes=kept)
    if ignored := len(told) - len(kept):
        report["ignored"] = ignored
    return report


def bounded(report: DriftReport) -> DriftReport:
    """A report that a record can hold, whatever somebody has written into Azure: gravest first."""
    changes = report["changes"]
    if len(changes) > MOST_CHANGES:
        changes = sorted(changes, key=lambda change: change["severity"] != "high")[:MOST_CHANGES]
    told = [
        {name: shortened(value) if name in OF_AZURE else value for name, value in change.items()}
        for change in changes
    ]
    cut: DriftReport = {**report, "changes": told}
    if left := len(report["changes"]) - len(told):
        cut["leftOut"] = left
    return cut


def shortened(value: Any) -> Any:
    """A value as it is, or the beginning of it as text where it is long."""
    text = json.dumps(value)
    if len(text) <= LONGEST_TEXT:
        return value
    return f"{text[:LONGEST_TEXT]}... ({len(text):,} characters)"


def changes_of(step: Mapping[str, Any], changes: Iterable[Change]) -> list[Json]:
    """The changes of a resource as a report tells them."""
    found = {"key": step["key"], "id": step["id"], "class": "changed"}
    return [{**found, **_severity(change["path"]), **change} for change in changes]


def course_of(change: Json, policy: Drift) -> Course:
    """What is done about a change of a report."""
    undeclared = change.get(UNDECLARED, False)
    return policy.course(change["key"], change.get("path", ""), undeclared=undeclared)


def _severity(path: str) -> Json:
    """How grave a change at a path is, and why."""
    why = next((why for pattern, why in _EXPOSED if pattern.search(path)), None)
    return {"severity": "high", "why": why} if why else {"severity": "low"}
