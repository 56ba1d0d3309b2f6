"""What a drift check reports: a plan that should be empty, told as differences.

missing: gone from Azure. changed: differs from the spec. degraded: as declared, but not well.
extra: in our resource group, and not ours.
"""

import re

from shared.deployment.messages import Json, Plan
from shared.deployment.operation import DriftReport

DEGRADED = "Degraded"
EXTRA = "UnexpectedResource"

_SEVERE = re.compile(
    r"securityRules|publicNetworkAccess|publicIPAddress|firewallPolicy|authConfig|sslPolicy|"
    r"delegations|nextHop|routes|virtualNetwork\b|minimumTls",
    re.IGNORECASE,
)
"""Paths whose change opens a door: exposure, TLS, sign-in, routing."""


def drift_report(plan: Plan, *, at: str) -> DriftReport:
    """The report; each change is {key, id, class, severity, ...}."""
    changes: list[Json] = []
    ids = {step["key"]: step["id"] for step in plan["steps"]}
    for step in plan["steps"]:
        found = {"key": step["key"], "id": step["id"]}
        if step["action"] == "create":
            changes.append({**found, "class": "missing", "severity": "high"})
        elif step["action"] == "update":
            changes += [
                {**found, "class": "changed", "severity": _severity(change["path"]), **change}
                for change in step["changes"]
            ]
    for advice in plan["warnings"]:
        if advice["code"] in {DEGRADED, EXTRA}:
            kind = "degraded" if advice["code"] == DEGRADED else "extra"
            found = {"key": advice["target"], "id": ids.get(advice["target"], advice["target"])}
            changes.append(
                {**found, "class": kind, "severity": "low", "message": advice["message"]}
            )
    return DriftReport(checkedAt=at, status="drifted" if changes else "inSync", changes=changes)


def _severity(path: str) -> str:
    return "high" if _SEVERE.search(path) else "low"
