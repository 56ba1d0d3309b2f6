"""How an operation ended: what is recorded of it, what is told, what there is from now on.

Decided from what was stored of it: the plan, the undone plan where it was rolled back, its runs.
"""

from dataclasses import dataclass
from typing import Literal

from shared.deployment.inventory import Inventory, Item, deployed, destroyed, rolled_back
from shared.deployment.messages import Failure, Json, Phase, Plan, Remains, Residue, Run
from shared.deployment.operation import Before, Health, OperationState, outline
from shared.deployment.status import briefly, ended
from shared.deployment.undo import residue

End = Literal["Succeeded", "Failed", "Canceled"]

NOT_REPAIRED = "NotRepaired"  # code of a warning about what a repair leaves alone
BY_A_PERSON = {"Canceled", "Rejected"}  # failures that are somebody's wish
UNPROVEN = "ValidationFailed"  # code of a check that did not find what has to be proven
STANDING: set[Health | None] = {"Deployed", "Unvalidated"}  # all of it is there
UNDOING: set[Phase] = {"destroying", "rolling-back"}
UNCHANGING: set[Phase] = {"planning", "awaiting-approval", "validating"}
NOT_ABSENT = Failure(
    code="NotAbsent", message="something is left of what was to be destroyed", retryable=False
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The end of one operation."""

    status: End
    failure: Failure | None
    result: Json  # for the record of the operation
    output: Json  # of its instance
    custom_status: Json  # the custom status of its instance
    inventory: dict[str, Item] | None  # what there is now; None: as before
    outputs: Json | None  # likewise
    health: Health | None  # likewise
    secret_versions: dict[str, str] | None  # in use from now on, where the plan was walked


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that was stored of an operation, and what its deployment consists of on record."""

    plan: Plan | None = None  # None where even that failed
    undone: Plan | None = None  # where it was rolled back
    forward_runs: dict[str, Run] | None = None  # how far it had come before that
    remains: Remains  # what a destroy found afterwards
    before: Before  # before the plan was walked
    now: Inventory


def ending(state: OperationState, story: Story, failure: Failure | None) -> Ending:
    """The end of an operation.

    Args:
        state: how far it came.
        story: what was stored of it.
        failure: why it did not succeed, where no step says so.
    """
    plan, walked = story.plan, story.undone or story.plan
    runs = (state["runs"] if walked else None) or {}
    left = residue(walked, runs) if walked and state["phase"] in UNDOING else []
    known = {item["key"] for item in left}
    left += [item for item in story.remains["left"] if item["key"] not in known]
    failure = failure or root_failure(runs) or (NOT_ABSENT if left else None)
    if plan and state["kind"] == "repair":
        failure = failure or _not_repaired(plan)
    status: End = "Succeeded"
    if failure:
        status = "Canceled" if failure["code"] in BY_A_PERSON else "Failed"
    steps = briefly(outline(walked), runs) if walked else []
    health = _health(state, story, failure, left)
    there = plan and health in STANDING and state["phase"] == "deploying"
    output: Json = {
        "status": status,
        "outputs": plan["outputs"] if plan and there else {},
        "retained": story.remains["retained"] or (plan["retained"] if plan else []),
    }
    result: Json = {**output, "residue": left, "failure": failure, "steps": steps}
    if plan and story.undone:
        result["forwardSteps"] = briefly(outline(plan), story.forward_runs or {})
    gone = status == "Succeeded" and state["phase"] == "destroying"
    return Ending(
        status=status,
        failure=failure,
        result=result,
        output=output,
        custom_status=ended(status, steps=steps, failure=failure, residue=left),
        inventory=_inventory(state, plan, story, left) if plan else None,
        outputs={} if gone else output["outputs"] or None,
        health=health,
        secret_versions=plan.get("secretVersions") if plan else None,
    )


def has_written(state: OperationState, story: Story) -> bool:
    """Whether an operation has changed a deployment that is still to be there."""
    steps = story.plan["steps"] if story.plan else []
    writing = any(step["action"] not in {"no-op", "check"} for step in steps)
    return writing and bool(state["runs"]) and state["kind"] in {"deploy", "repair"}


def _not_repaired(plan: Plan) -> Failure | None:
    """Why a repair did not put everything right, although nothing failed; None where it did."""
    why = [w["message"] for w in plan["warnings"] if w["code"] == NOT_REPAIRED]
    return Failure(code=NOT_REPAIRED, message="; ".join(why), retryable=False) if why else None


def refusal(plan: Json) -> Failure | None:
    """Why a plan is refused, every reason at once; None where it is not."""
    refusals = plan.get("refusals", [])
    if not refusals:
        return None
    message = "; ".join(f"{r['target']}: {r['message']}" for r in refusals)
    code = refusals[0]["code"] if len(refusals) == 1 else "Refused"
    return Failure(code=code, message=message, retryable=False)


def root_failure(runs: dict[str, Run]) -> Failure | None:
    """The failure that came first, with the step it is of; None where none has failed."""
    lost = [key for key, run in runs.items() if run["state"] == "failed"]
    if not lost:
        return None
    key = min(lost, key=lambda key: runs[key].get("settledAt", ""))
    cause = runs[key].get("failure")
    code, message = (cause["code"], cause["message"]) if cause else ("Unknown", "no reason known")
    return Failure(code=code, message=f"{key}: {message}", retryable=False)


def _inventory(
    state: OperationState, plan: Plan, story: Story, left: list[Residue]
) -> dict[str, Item] | None:
    """What the deployment consists of now; None where nothing changed: the record keeps its own."""
    stuck = [item["id"] for item in left]
    if state["phase"] in UNCHANGING:
        return None
    if state["phase"] == "destroying":
        return destroyed(story.now, stuck)
    if state["phase"] == "rolling-back":
        return rolled_back(story.before["inventory"], plan, stuck)
    runs = state["runs"] or {}
    made = {key for key, run in runs.items() if run["state"] == "succeeded"}
    missing = [s["id"] for s in plan["steps"] if s["action"] == "create" and s["key"] not in made]
    return {**deployed(story.now, plan), **{i: story.now[i] for i in missing if i in story.now}}


def _health(
    state: OperationState, story: Story, failure: Failure | None, left: list[Residue]
) -> Health | None:
    """How the deployment is now; None where nothing changed.

    What was rolled back without a rest is as it was before, where there was something before.
    """
    if state["phase"] in UNCHANGING:
        return None
    if state["kind"] == "rotate" and not left:
        return story.before["health"]
    if failure is None:
        return "Destroyed" if state["phase"] == "destroying" else "Deployed"
    if state["kind"] == "repair":
        return "Drifted"
    if failure["code"] == UNPROVEN and state["phase"] == "deploying":
        return "Unvalidated"
    restored = state["phase"] == "rolling-back" and not left and story.before["inventory"]
    return story.before["health"] if restored else "DeployFailed"
