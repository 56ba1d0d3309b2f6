"""What a repair puts right: all that drifted, or what was chosen of it, declared or not.

What the spec leaves open goes back to its baseline. A repair that a policy asks for is walked by
the scan alone only where nobody notices it: what interrupts waits for the window of the spec, or
for a person; a database that is gone is made anew, empty, only where a person says so.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.azure.clients import clients_for
from shared.deployment.changes.bodies import laid, reverted
from shared.deployment.changes.choosing import chosen
from shared.deployment.changes.drift import UNDECLARED, course_of
from shared.deployment.inventory import UNREAD, Observed
from shared.deployment.messages import Advice, Change, Json, Plan, Step
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.decisions.advice import disturbing
from shared.planning.decisions.owning import Owner, with_marks
from shared.planning.decisions.steps import wanted_step
from shared.resources.base import Resource
from shared.resources.catalogue import catalogue

DISTURBS = "UpdateDisturbs"
ANSWERED_WITHIN = timedelta(hours=24)  # where the spec has no approval of its own


class Wish(NamedTuple):
    """What a repair was asked for."""

    paths: list[str] | None  # None: all
    by_scan: bool
    at: datetime


def repairing(
    plan: Plan,
    spec: DeploymentSpec,
    observed: Observed,
    baselines: Mapping[str, Json],
    owner: Owner,
    wish: Wish,
) -> Plan:
    """The plan of a repair, with what was chosen of it and of what nobody declared.

    Args:
        plan: that would put right all that is declared.
        spec: of the deployment.
        observed: by id, all that the plan was made from.
        baselines: by id, what was there.
        owner: who we are.
        wish: what is asked for.
    """
    keys = {step["key"] for step in plan["steps"]}
    steps: list[Step] = []
    told: list[Advice] = []
    asks = False
    for step in plan["steps"]:
        there, resource = observed.get(step["id"].casefold()), catalogue()[step["key"]]
        if there is None or there is UNREAD:
            if step["action"] == "no-op" or _wanted(spec, wish, _change(step)):
                steps.append(step)
                asks |= wish.by_scan and step["action"] == "create" and resource.holds_data
            continue
        step = _chosen(resource, spec, step, there, baselines, owner, wish, keys)
        noticed = disturbing(resource, there, step["changes"])
        if wish.by_scan and noticed and step["action"] == "update":
            window = spec.drift.repair_window
            if window is not None and not window.open_at(wish.at):
                told.append(_waiting(step, window.start))
                continue
            asks |= window is None
        told += noticed
        steps.append(step)
    left = {step["key"] for step in steps}
    for step in steps:
        step["dependsOn"] = [key for key in step["dependsOn"] if key in left]
    others = [each for each in plan["warnings"] if each["code"] != DISTURBS]
    found: Plan = {**plan, "steps": steps, "warnings": [*others, *told]}
    if asks:
        found["approvalSeconds"] = ANSWERED_WITHIN.total_seconds()
    return found


def _chosen(
    resource: Resource,
    spec: DeploymentSpec,
    step: Step,
    there: Json,
    baselines: Mapping[str, Json],
    owner: Owner,
    wish: Wish,
    keys: set[str],
) -> Step:
    """A step with what was chosen of its changes, and of those that nobody declared."""
    kept, dropped = _parted(spec, step, step["changes"], wish)
    edits: list[Change] = []
    baseline = baselines.get(step["id"].casefold())
    provenance = step.get("provenance", "created")
    if baseline is not None and provenance == "created":
        now = resource.settable(clients_for(step["id"]), there)
        found = resource.undeclared(resource.tagged_body(spec), baseline, now)
        edits, _ = _parted(spec, step, found, wish, undeclared=True)
    unwell = step["action"] == "update" and not step["changes"]
    if not edits and not dropped and not unwell:
        return step
    if not kept and not edits:
        return step if unwell and _wanted(spec, wish, _change(step)) else _nothing(step)
    body = reverted(step["body"] or with_marks(resource, spec, owner), dropped)
    for edit in edits:
        body = laid(body, edit["path"], edit["after"])
    changes = resource.differences(body, there)
    return wanted_step(resource, spec, body, there, changes, provenance, keys)


def _parted(
    spec: DeploymentSpec,
    step: Step,
    changes: Iterable[Change],
    wish: Wish,
    *,
    undeclared: bool = False,
) -> tuple[list[Change], list[Change]]:
    """The changes that are wanted, and the others."""
    kept: list[Change] = []
    dropped: list[Change] = []
    for change in changes:
        told = {**_change(step, change["path"]), UNDECLARED: undeclared}
        (kept if _wanted(spec, wish, told) else dropped).append(change)
    return kept, dropped


def _wanted(spec: DeploymentSpec, wish: Wish, change: Json) -> bool:
    if wish.paths is not None:
        return chosen(change, wish.paths)
    course = course_of(change, spec.drift)
    return course == "repair" if wish.by_scan else course != "ignore"


def _change(step: Step, path: str = "") -> Json:
    return {"key": step["key"], "path": path}


def _nothing(step: Step) -> Step:
    return {**step, "action": "no-op", "changes": [], "body": {}, "prior": None}


def _waiting(step: Step, start: str) -> Advice:
    message = f"its repair interrupts, and waits until the repair window opens at {start} UTC"
    return Advice(code="WaitsForWindow", message=message, target=step["key"])
