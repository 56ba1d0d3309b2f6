"""The tick loop: walks any plan, forward or undone, in rounds of fresh tasks.

A round is one task. It submits all that is ready: a short activity. Or it listens: an activity that
looks at all that is due and returns with the first news, which the next round acts on in the same
episode. Or, while nothing that matters can end, it sleeps on a durable timer. No task outlives its
round, because the Durable extension awaits the SDK's actions strictly in order: a task raced again
in a later round would hold up everything that was started after it. Nothing is raced, so nothing is
cancelled.

After `ROUNDS` rounds the walk continues as a new execution, so that no history grows with the wait.
"""

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any

from azure.durable_functions import DurableOrchestrationContext

from orchestrators.asking import continue_as_new, crashed
from shared.deployment.operation import ListenOrder, OperationState, SubmitOrder
from shared.deployment.walks.listening import next_due, watch
from shared.deployment.walks.progress import Progress
from shared.deployment.walks.status import status

MOST = 16  # steps begun at once; their answers are one message, and 45 KB are all it may hold
ROUNDS = 40  # of four events each, most of them: a history stays below 200
HEARTBEAT = timedelta(seconds=140)  # a cancel is seen within this, and what a timer is late
LISTEN_AGAIN = timedelta(seconds=20)  # where it could not even begin

Walk = Generator[Any, Any, Progress | None]


def walk(context: DurableOrchestrationContext, operation: str, state: OperationState) -> Walk:
    """Walk the plan of this phase to its end; None where it has continued as a new execution."""
    progress = Progress(
        state["outline"], state["runs"], halted=state["halted"], canceled=state["canceled"]
    )
    listened_at = state["listenedAt"]
    for _ in range(ROUNDS):
        current = status(
            state["phase"],
            now=context.current_utc_datetime,
            progress=progress,
            failure=state["cause"],
        )
        context.set_custom_status(current)
        if progress.finished:
            return progress
        listened_at = yield from _round(context, operation, state["phase"], progress, listened_at)
    later: OperationState = {**state, **reached(progress), "listenedAt": listened_at}
    yield from continue_as_new(context, operation, later)
    return None


def reached(progress: Progress) -> Any:
    """The part of the state that says how far a walk is."""
    return {"runs": progress.runs, "halted": progress.halted, "canceled": progress.canceled}


def _round(
    context: DurableOrchestrationContext,
    operation: str,
    phase: str,
    progress: Progress,
    listened_at: str | None,
) -> Generator[Any, Any, str | None]:
    """Submit, listen or sleep; when callers were last listened to."""
    now: datetime = context.current_utc_datetime
    undo = phase == "rolling-back"
    if keys := progress.submits(now)[:MOST]:
        submit = SubmitOrder(operation=operation, keys=keys, undo=undo)
        yield from _submit(context, progress, submit)
        return listened_at
    cancelable = phase == "deploying" and not progress.canceled
    listened = datetime.fromisoformat(listened_at) if listened_at else now
    score = watch(progress, now)
    if score["steps"] or (cancelable and now >= listened + HEARTBEAT):
        order = ListenOrder(operation=operation, undo=undo, watch=score, cancelable=cancelable)
        yield from _listen(context, progress, order)
        return context.current_utc_datetime.isoformat()
    wake = next_due(progress, now) or now + HEARTBEAT
    if cancelable:
        wake = min(wake, listened + HEARTBEAT)
    yield context.create_timer(wake)
    return listened_at or now.isoformat()


def _submit(
    context: DurableOrchestrationContext, progress: Progress, order: SubmitOrder
) -> Generator[Any, Any, None]:
    """Begin some steps; all are unknown where the activity raised instead of answering.

    It returns the failures of steps, so only a crash or a time-out of the platform comes here.
    """
    try:
        submitted = yield context.call_activity("submit_steps", order, expected_type=dict)
        outcomes = submitted["outcomes"]
    except Exception as error:
        failure = crashed(error)
        outcomes = {key: {"state": "unknown", "failure": failure} for key in order["keys"]}
    progress.settle(outcomes, context.current_utc_datetime)


def _listen(
    context: DurableOrchestrationContext, progress: Progress, order: ListenOrder
) -> Generator[Any, Any, None]:
    try:
        answer = yield context.call_activity("listen", order, expected_type=dict)
    except Exception as error:  # a crash, or a time-out of the platform
        failure = crashed(error)
        keys = [step["key"] for step in order["watch"]["steps"]]
        outcomes: Any = {key: {"state": "unknown", "failure": failure} for key in keys}
        answer = {"outcomes": outcomes, "cancelRequested": False, "failure": failure}
    progress.observe(answer["outcomes"], context.current_utc_datetime)
    if answer["cancelRequested"]:
        progress.cancel()
    if answer.get("failure"):
        yield context.create_timer(context.current_utc_datetime + LISTEN_AGAIN)
