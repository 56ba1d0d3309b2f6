"""What every operation has in common: plan, walk, roll back where that failed, record the end.

One state machine over `state["phase"]`, which is the input of each execution: planning, then
awaiting-approval where the spec asks for it, deploying or destroying, and rolling-back where
needed. An execution that continues as new picks up where the last one stopped.
"""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from azure.durable_functions import DurableOrchestrationContext

from orchestrators.approve import CANCELED, REJECTED, approval
from orchestrators.walk import ask, walk, wish
from shared.deployment.messages import Failure, Json, Phase, Plan, Residue
from shared.deployment.progress import Progress
from shared.deployment.status import ended, status
from shared.deployment.undo import residue, still_there, undone

WALKING: dict[str, Phase] = {
    "deploy": "deploying",
    "destroy": "destroying",
    "validate": "validating",
}

SWEEPS = 3
SWEEP_AGAIN = timedelta(seconds=30)
NOT_ABSENT = Failure(
    code="NotAbsent", message="something is left of what was to be destroyed", retryable=False
)
BY_A_PERSON = {CANCELED["code"], REJECTED["code"]}  # failures that are somebody's wish


class OperationFailed(Exception):
    """Makes the instance end as Failed, so that whoever polls it plainly is not misled."""


def operate(context: DurableOrchestrationContext) -> Generator[Any, Any, Json | None]:
    """Run one operation to its end; returns its result, or None where it continued as new.

    The first input is {operation, deployment, kind: deploy | destroy, whatIf, deleteData,
    phase: planning}; the spec and the inventory are in the record.

    Raises:
        OperationFailed: it failed or was cancelled; what was done has been rolled back as far as
            possible, and the custom status says the rest.
    """
    state: Json = context.get_input(expected_type=dict)
    progress: Progress | None = None
    if state["phase"] == "planning":
        context.set_custom_status(status("planning", now=context.current_utc_datetime))
        failure = yield from _plan(context, state)
        if failure or state.get("whatIf"):
            return (yield from _end(context, state, None, failure))
        gated = "approvalSeconds" in state["plan"]
        state["phase"] = "awaiting-approval" if gated else WALKING[state["kind"]]
    if state["phase"] == "awaiting-approval":
        answer = yield from approval(context, state)
        if answer == "later":
            return None
        if answer != "approved":
            return (yield from _end(context, state, None, answer))
        state["phase"] = WALKING[state["kind"]]
    if state["phase"] != "rolling-back":
        progress = yield from walk(context, state)
        if progress is None:
            return None
        if state["kind"] != "deploy" or not _lost(state, progress):
            return (yield from _end(context, state, progress, None))
        _turn_back(state, progress)
    progress = yield from walk(context, state)
    if progress is None:
        return None
    return (yield from _end(context, state, progress, state["failure"]))


def _plan(context: DurableOrchestrationContext, state: Json) -> Generator[Any, Any, Failure | None]:
    """Decide everything, and refuse all that is to be refused in one answer."""
    request = wish(state)
    answer, failure = yield from ask(context, "plan_deployment", request)
    if failure:
        return failure
    plan: Plan = answer["plan"]
    if plan["purpose"] == "deploy" and any(s["action"] != "no-op" for s in plan["steps"]):
        asked = {**request, "at": context.current_utc_datetime.isoformat()}
        answer, failure = yield from ask(context, "preflight", asked)
        if failure:
            return failure
        plan["warnings"] += answer["warnings"]
        plan["refusals"] += answer["refusals"]
    state["plan"] = plan
    _, failure = yield from ask(
        context, "save_record", {"save": "plan", **request, "plan": _summary(plan)}
    )
    return failure or _refusal(plan)


def _refusal(plan: Plan) -> Failure | None:
    refusals = plan["refusals"]
    if not refusals:
        return None
    message = "; ".join(f"{r['target']}: {r['message']}" for r in refusals)
    code = refusals[0]["code"] if len(refusals) == 1 else "Refused"
    return Failure(code=code, message=message, retryable=False)


def _summary(plan: Plan) -> Json:
    """The plan as the record keeps it: without bodies and snapshots."""
    steps = [
        {k: v for k, v in step.items() if k not in {"body", "prior", "locks"}}
        for step in plan["steps"]
    ]
    return {**plan, "steps": steps}


def _lost(state: Json, progress: Progress) -> bool:
    return bool(progress.failed) or bool(state.get("canceled"))


def _turn_back(state: Json, progress: Progress) -> None:
    """From here on the undone plan is walked; the root failure stays in view."""
    state["failure"] = _first(progress) if progress.failed else CANCELED
    state["canceled"] = not progress.failed
    state |= {
        "phase": "rolling-back",
        "plan": undone(state["plan"], progress.runs),
        "forward": [
            {k: s[k] for k in ("key", "id", "action", "provenance") if k in s}
            for s in state["plan"]["steps"]
        ],
        "runs": None,
        "halted": False,
    }


def _end(
    context: DurableOrchestrationContext,
    state: Json,
    progress: Progress | None,
    failure: Failure | None,
) -> Generator[Any, Any, Json]:
    """Record how it ended and tell it; the record decides what is there from now on."""
    checked = state["kind"] == "validate"
    left = residue(progress) if progress and not checked else []
    if progress and progress.failed and not failure:
        failure = _first(progress)
    if progress and state["kind"] == "destroy":
        left += yield from _sweep(context, state, left)
        failure = failure or (NOT_ABSENT if left else None)
    outcome = "Succeeded"
    if failure:
        outcome = "Canceled" if failure["code"] in BY_A_PERSON else "Failed"
    told = ended(outcome, progress=progress, failure=failure, residue=left)
    plan = state.get("plan") or {}
    result: Json = {
        "status": outcome,
        "outputs": plan.get("outputs", {}),
        "retained": plan.get("retained", []),
        "residue": left,
        "failure": failure,
        "steps": told.get("steps", []),
    }
    saved: Json = {key: state.get(key) for key in ("operation", "deployment", "kind", "whatIf")}
    at = context.current_utc_datetime.isoformat()
    saved |= {"save": "end", "at": at, "result": result, "inventory": _inventory(state, left)}
    yield from ask(context, "save_record", saved)
    context.set_custom_status(told)
    if failure:
        raise OperationFailed(f"{outcome}: {failure['code']}: {failure['message']}")
    return {key: result[key] for key in ("status", "outputs", "retained")}


def _sweep(
    context: DurableOrchestrationContext, state: Json, left: list[Residue]
) -> Generator[Any, Any, list[Residue]]:
    """Prove absence: a destroy planned anew is empty but for what is retained, and says why.

    ARM shows some things for a while after their deletion, so what is found is looked for again.
    """
    found: list[Residue] = []
    for _ in range(SWEEPS):
        answer, failure = yield from ask(context, "plan_deployment", wish(state))
        if failure:  # nothing is proven, and what the walk has seen stands
            return []
        state["plan"]["retained"] = answer["plan"]["retained"]
        found = still_there(answer["plan"], left)
        if not found:
            break
        yield context.create_timer(context.current_utc_datetime + SWEEP_AGAIN)
    return found


def _first(progress: Progress) -> Failure:
    """The root failure, with the step it is of."""
    key = progress.failed[0]
    cause = progress.runs[key].get("failure")
    code, message = (cause["code"], cause["message"]) if cause else ("Unknown", "no reason known")
    return Failure(code=code, message=f"{key}: {message}", retryable=False)


def _inventory(state: Json, left: list[Any]) -> Json | None:
    """What the deployment holds now; None where nothing changed, so that the record keeps its own.

    After a rollback that is what was there before, after a destroy nothing; in both cases also what
    could not be removed.
    """
    if state.get("whatIf") or state["phase"] in {"planning", "awaiting-approval", "validating"}:
        return None
    stuck = {item["key"] for item in left}
    gone = {"deploying": "delete", "destroying": "delete", "rolling-back": "create"}[state["phase"]]
    steps = state["forward"] if "forward" in state else state["plan"]["steps"]
    return {
        step["key"]: {"id": step["id"], "provenance": step.get("provenance", "created")}
        for step in steps
        if step["action"] != gone or step["key"] in stuck
    }
