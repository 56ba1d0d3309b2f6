"""The tick loop: walks any plan, forward or undone, in rounds of fresh tasks.

A round is one `task_all` over short activities: the looks that are due and the submits that are
ready. Then one durable timer to the earliest next due time. No task outlives its round, because the
Durable extension awaits the SDK's actions strictly in order: a task raced again in a later round
would hold up everything that was started after it. Nothing is raced, so nothing is cancelled.

After `ROUNDS` rounds the walk continues as a new execution, so that no history grows with the wait.
"""

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any

from azure.durable_functions import DurableOrchestrationContext

from orchestrators.asking import continue_as_new, crashed
from shared.deployment.operation import Look, OperationState, Order, StepOrder
from shared.deployment.progress import Call, Progress
from shared.deployment.status import status

ROUNDS = 40  # of at most a dozen events each: a history stays well below 600
HEARTBEAT = timedelta(seconds=150)  # a cancel is seen within this

Walk = Generator[Any, Any, Progress | None]


def walk(context: DurableOrchestrationContext, operation: str, state: OperationState) -> Walk:
    """Walk the plan of this phase to its end; None where it has continued as a new execution."""
    progress = Progress(
        state["outline"], state["runs"], halted=state["halted"], canceled=state["canceled"]
    )
    heard_at = state["heardAt"]
    for _ in range(ROUNDS):
        told = status(
            state["phase"],
            now=context.current_utc_datetime,
            progress=progress,
            failure=state["cause"],
        )
        context.set_custom_status(told)
        if progress.finished:
            return progress
        heard_at = yield from _round(context, operation, state["phase"], progress, heard_at)
    later: OperationState = {**state, **reached(progress), "heardAt": heard_at}
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
    heard_at: str | None,
) -> Generator[Any, Any, str | None]:
    """Do what is due now, or sleep until something is; when callers were last listened to."""
    now: datetime = context.current_utc_datetime
    heard = datetime.fromisoformat(heard_at) if heard_at else None
    listening = phase == "deploying" and not progress.canceled
    calls = progress.calls(now)
    patience = HEARTBEAT / 2 if calls else HEARTBEAT  # in company it costs no round
    listen = listening and (heard is None or now - heard >= patience)
    if not calls and not listen:
        wake = progress.next_due(now) or now + HEARTBEAT
        if listening and heard is not None:
            wake = min(wake, heard + HEARTBEAT)
        yield context.create_timer(wake)
        return heard_at
    undo = phase == "rolling-back"
    tasks = [_task(context, operation, call, undo=undo) for call in calls]
    if listen:
        order = Order(operation=operation)
        tasks.append(context.call_activity("read_signals", order, expected_type=dict))
    answers = yield from _answers(context, tasks)
    now = context.current_utc_datetime
    progress.settle(calls, answers[: len(calls)], now)
    if not listen:
        return heard_at
    if answers[-1].get("cancelRequested"):
        progress.cancel()
    return now.isoformat()


def _task(context: DurableOrchestrationContext, operation: str, call: Call, *, undo: bool) -> Any:
    order = StepOrder(operation=operation, key=call.key, undo=undo)
    if not call.submits:
        order = Look(
            **order,
            operationUrl=call.operation_url,
            elapsedSeconds=call.elapsed.total_seconds(),
        )
    return context.call_activity(call.verb, order, expected_type=dict)


def _answers(
    context: DurableOrchestrationContext, tasks: list[Any]
) -> Generator[Any, Any, list[Any]]:
    """The answers of one round; all are unknown where an activity raised instead of answering.

    Activities return their failures, so only a crash or a time-out of the platform comes here.
    """
    try:
        answers: list[Any] = yield context.task_all(tasks)
    except Exception as error:
        return [{"state": "unknown", "failure": crashed(error)}] * len(tasks)
    return answers
