"""How an operation ended: what is recorded of it, what is told, what there is from now on.

Decided from what was stored of it: the plan, the undone plan where it was rolled back, its runs.
"""

from dataclasses import dataclass
from typing import Literal

from shared.deployment.messages import Failure, Json, Phase, Plan, Remains, Run
from shared.deployment.operation import OperationState, outline
from shared.deployment.status import ended, steps_told
from shared.deployment.undo import residue

End = Literal["Succeeded", "Failed", "Canceled"]

BY_A_PERSON = {"Canceled", "Rejected"}  # failures that are somebody's wish
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
    told: Json  # the custom status of its instance
    inventory: Json | None  # what there is now; None: as before
    outputs: Json | None  # likewise


def ending(
    state: OperationState,
    plan: Plan | None,
    undone: Plan | None,
    failure: Failure | None,
    remains: Remains,
) -> Ending:
    """The end of an operation.

    Args:
        state: how far it came.
        plan: what was planned; None where even that failed.
        undone: what was walked to roll back, where it was.
        failure: why it did not succeed, where no step says so.
        remains: what a destroy found afterwards.
    """
    walked = undone or plan
    runs = (state["runs"] if walked else None) or {}
    left = residue(walked, runs) if walked and state["kind"] != "validate" else []
    known = {item["key"] for item in left}
    left += [item for item in remains["left"] if item["key"] not in known]
    failure = failure or root_failure(runs) or (NOT_ABSENT if left else None)
    status: End = "Succeeded"
    if failure:
        status = "Canceled" if failure["code"] in BY_A_PERSON else "Failed"
    steps = steps_told(outline(walked), runs) if walked else []
    outputs = plan["outputs"] if plan else {}
    output: Json = {
        "status": status,
        "outputs": outputs,
        "retained": remains["retained"] or (plan["retained"] if plan else []),
    }
    result: Json = {
        **output,
        "residue": left,
        "failure": failure,
        "steps": steps,
    }
    return Ending(
        status=status,
        failure=failure,
        result=result,
        output=output,
        told=ended(status, steps=steps, failure=failure, residue=left),
        inventory=_inventory(state, plan, known) if plan else None,
        outputs=outputs or None,
    )


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


def _inventory(state: OperationState, plan: Plan, stuck: set[str]) -> Json | None:
    """What the deployment holds now; None where nothing changed, so that the record keeps its own.

    After a rollback that is what was there before, after a destroy nothing; in both cases also what
    could not be removed.
    """
    if state["whatIf"] or state["phase"] in UNCHANGING:
        return None
    gone = {"deploying": "delete", "destroying": "delete", "rolling-back": "create"}[state["phase"]]
    return {
        step["key"]: {"id": step["id"], "provenance": step.get("provenance", "created")}
        for step in plan["steps"]
        if step["action"] != gone or step["key"] in stuck
    }
