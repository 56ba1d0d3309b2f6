"""What every operation has in common: plan, walk, roll back where that failed, record the end.

One state machine over the phase: planning, then awaiting-approval where the spec asks for it,
deploying or destroying, and rolling-back where needed. Its input is the id of the operation and
nothing else, in every execution: state, plan and steps are read from what was stored of it.
"""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from azure.durable_functions import DurableOrchestrationContext

from orchestrators.approve import CANCELED, approval
from orchestrators.asking import FOR_EVER, ask
from orchestrators.walk import reached, walk
from shared.deployment.drift_check import CheckOrder
from shared.deployment.messages import Failure, Json, Phase
from shared.deployment.operation import (
    NOTHING,
    EndReport,
    Kind,
    OperationState,
    Order,
    PlanRequest,
    RollbackRequest,
    TellOrder,
)
from shared.deployment.walks.ending import root_failure
from shared.deployment.walks.progress import Progress
from shared.deployment.walks.status import status

WALKING: dict[Kind, Phase] = {
    "deploy": "deploying",
    "repair": "deploying",
    "rotate": "deploying",
    "forget": "deploying",
    "destroy": "destroying",
    "validate": "validating",
}
UNDONE: set[Kind] = {"deploy", "rotate"}  # where it fails
WRITING: set[Phase] = {"deploying", "destroying"}
SWEEPS = 3
SWEEP_AGAIN = timedelta(seconds=30)
NO_PATIENCE = timedelta()

Ended = Generator[Any, Any, Json | None]


class OperationFailed(Exception):
    """Makes the instance end as Failed, so that whoever polls it plainly is not misled."""

    def __init__(self, status: str, cause: Failure) -> None:
        super().__init__(f"{status}: {cause['code']}: {cause['message']}")


def operate(context: DurableOrchestrationContext) -> Ended:
    """Run one operation to its end; its result, or None where it continued as new.

    The input is {operation}, in every execution.

    Raises:
        OperationFailed: it failed or was cancelled; what was done has been rolled back as far as
            possible, and the custom status says the rest.
    """
    operation: str = context.get_input(expected_type=dict)["operation"]
    state, failure = yield from ask(context, "load_operation", Order(operation=operation))
    if failure:
        raise OperationFailed("Failed", failure)
    return (yield from _go_on(context, operation, state))


def _go_on(context: DurableOrchestrationContext, operation: str, state: OperationState) -> Ended:
    """From wherever the last execution stopped."""
    if state["kind"] == "accept":
        request = PlanRequest(operation=operation, at=context.current_utc_datetime.isoformat())
        _, failure = yield from ask(context, "write_acceptance", request)
        return (yield from _end(context, operation, state, failure))
    if state["phase"] == "planning":
        context.set_custom_status(status("planning", now=context.current_utc_datetime))
        state, failure = yield from _plan(context, operation, state)
        if failure or state["kind"] == "plan":
            return (yield from _end(context, operation, state, failure))
    if state["phase"] == "awaiting-approval":
        answer = yield from approval(context, operation, state)
        if answer == "later":
            return None
        if answer != "approved":
            return (yield from _end(context, operation, state, answer))
        state = {**state, "phase": WALKING[state["kind"]]}
    if state["runs"] is None and state["phase"] in WRITING:
        _, failure = yield from ask(context, "write_ahead", Order(operation=operation))
        if failure:
            planned: OperationState = {**state, "phase": "planning"}
            return (yield from _end(context, operation, planned, failure))
    if state["phase"] != "rolling-back":
        progress = yield from walk(context, operation, state)
        if progress is None:
            return None
        state = {**state, **reached(progress)}
        if state["kind"] not in UNDONE or _stays(progress):
            # What was put right stays, whatever else failed: undone, it would be drift again.
            cut = CANCELED if progress.canceled and not progress.failed else None
            return (yield from _end(context, operation, state, cut))
        state = yield from _turn_back(context, operation, state, progress)
    progress = yield from walk(context, operation, state)
    if progress is None:
        return None
    return (yield from _end(context, operation, {**state, **reached(progress)}, state["cause"]))


def _stays(progress: Progress) -> bool:
    """Whether nothing is to be undone: all is well, or undoing would mend nothing."""
    failures = [progress.runs[key].get("failure") for key in progress.failed]
    return not progress.canceled and all(f is not None and f.get("keeps") for f in failures)


def _plan(
    context: DurableOrchestrationContext, operation: str, state: OperationState
) -> Generator[Any, Any, tuple[OperationState, Failure | None]]:
    """Decide everything, and refuse all that is to be refused in one answer."""
    request = PlanRequest(operation=operation, at=context.current_utc_datetime.isoformat())
    answer, failure = yield from ask(context, "plan_deployment", request)
    if failure:
        return state, failure
    changing = [s for s in answer["outline"]["steps"] if s["action"] != "check"]
    asked = state["kind"] in {"deploy", "plan"} and changing
    _, failure = yield from ask(context, "preflight" if asked else "judge_plan", request)
    if failure:
        return state, failure
    if state["kind"] == "plan":
        return state, None
    seconds = answer.get("approvalSeconds")
    phase: Phase = "awaiting-approval" if seconds else WALKING[state["kind"]]
    outline = answer["outline"]
    return {**state, "phase": phase, "outline": outline, "approvalSeconds": seconds}, None


def _turn_back(
    context: DurableOrchestrationContext,
    operation: str,
    state: OperationState,
    progress: Progress,
) -> Generator[Any, Any, OperationState]:
    """From here on the undone plan is walked; the root failure stays in view."""
    request = RollbackRequest(operation=operation, runs=progress.runs)
    answer, failure = yield from ask(context, "plan_rollback", request, patience=FOR_EVER)
    if failure:  # there was a plan, or nothing would have been walked
        raise OperationFailed("Failed", failure)
    root = root_failure(progress.runs)
    return {
        **state,
        "phase": "rolling-back",
        "outline": answer["outline"],
        "runs": None,
        "halted": False,
        "canceled": root is None,
        "cause": root or CANCELED,
    }


def _end(
    context: DurableOrchestrationContext,
    operation: str,
    state: OperationState,
    failure: Failure | None,
) -> Ended:
    """Record how it ended, however long that takes, and tell it; it is not over before."""
    gone = state["phase"] == "rolling-back" and not _left(state)
    if state["phase"] == "destroying":
        gone = yield from _sweep(context, operation)
    if gone:
        yield from ask(context, "release_secrets", Order(operation=operation))
    report = EndReport(
        operation=operation,
        state={**state, "outline": NOTHING},
        at=context.current_utc_datetime.isoformat(),
        failure=failure,
    )
    answer, lost = yield from ask(context, "record_end", report, patience=FOR_EVER)
    if lost:
        raise OperationFailed("Failed", lost)
    context.set_custom_status(answer["customStatus"])
    if "events" in answer:
        told = TellOrder(events=answer["events"], at=report["at"])
        yield from ask(context, "tell_events", told, patience=NO_PATIENCE)  # or the timer does
    if "watch" in answer:
        check = CheckOrder(deployment=answer["watch"], after=operation)
        yield from ask(context, "begin_check", check, patience=NO_PATIENCE)  # or the timer does
    if answer["cause"]:
        raise OperationFailed(answer["status"], answer["cause"])
    output: Json = answer["output"]
    return output


def _left(state: OperationState) -> bool:
    """Whether something could not be undone."""
    return any(run["state"] != "succeeded" for run in (state["runs"] or {}).values())


def _sweep(context: DurableOrchestrationContext, operation: str) -> Generator[Any, Any, bool]:
    """Prove absence: a destroy planned anew is empty but for what is retained, and says why.

    ARM shows some things for a while after their deletion, so what is found is looked for again.
    """
    for _ in range(SWEEPS):
        answer, failure = yield from ask(context, "prove_absence", Order(operation=operation))
        if failure or not answer["left"]:  # what cannot be proven stands as the walk has seen it
            return not failure
        yield context.create_timer(context.current_utc_datetime + SWEEP_AGAIN)
    return False
