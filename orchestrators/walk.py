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

from shared.deployment.messages import Failure, Json
from shared.deployment.progress import Call, Progress
from shared.deployment.status import status

ROUNDS = 40  # of at most a dozen events each: a history stays well below 600
HEARTBEAT = timedelta(seconds=150)  # a cancel is seen within this
ASK_AGAIN = timedelta(seconds=20)  # between tries of a planning or recording activity
ASKS = 5

Walk = Generator[Any, Any, Progress | None]


def walk(context: DurableOrchestrationContext, state: Json) -> Walk:
    """Walk `state["plan"]` to its end; None where it has continued as a new execution.

    `state` is the input of this execution and, with the runs so far, of the next one:
    {operation, phase, plan, runs, halted, heardAt, canceled, failure, ...}.
    """
    progress = Progress(state["plan"], state.get("runs"), halted=state.get("halted", False))
    for _ in range(ROUNDS):
        _tell(context, state, progress)
        if progress.finished:
            return progress
        yield from _round(context, state, progress)
    progress.forget_bodies()
    state |= {"runs": progress.runs, "halted": progress.halted}
    context.continue_as_new(state)
    return None


def _round(
    context: DurableOrchestrationContext, state: Json, progress: Progress
) -> Generator[Any, Any, None]:
    """Do what is due now, or sleep until something is."""
    now: datetime = context.current_utc_datetime
    heard = datetime.fromisoformat(state["heardAt"]) if state.get("heardAt") else None
    listening = state["phase"] == "deploying" and not state.get("canceled")
    calls = progress.calls(now)
    patience = HEARTBEAT / 2 if calls else HEARTBEAT  # in company it costs no round
    listen = listening and (heard is None or now - heard >= patience)
    if not calls and not listen:
        wake = progress.next_due(now) or now + HEARTBEAT
        if listening and heard is not None:
            wake = min(wake, heard + HEARTBEAT)
        yield context.create_timer(wake)
        return
    answers = yield from _ask_all(context, calls, state["operation"] if listen else None)
    now = context.current_utc_datetime
    progress.settle(calls, answers[: len(calls)], now)
    if listen:
        state["heardAt"] = now.isoformat()
        if answers[-1].get("cancelRequested"):
            state["canceled"] = True
            progress.halt()


def _ask_all(
    context: DurableOrchestrationContext, calls: list[Call], operation: str | None
) -> Generator[Any, Any, list[Any]]:
    """The answers of one round; all are unknown where an activity raised instead of answering.

    Activities return their failures, so only a crash or a time-out of the platform comes here.
    """
    tasks = [context.call_activity(c.verb, c.payload, expected_type=dict) for c in calls]
    if operation:
        tasks.append(context.call_activity("read_signals", operation, expected_type=dict))
    try:
        answers: list[Any] = yield context.task_all(tasks)
    except Exception as error:
        return [{"state": "unknown", "failure": crashed(error)}] * len(tasks)
    return answers


def ask(
    context: DurableOrchestrationContext, verb: str, payload: Json | str
) -> Generator[Any, Any, tuple[Json, Failure | None]]:
    """One activity outside a walk, asked again while its failure is worth it.

    The activity answers with its result, or with {"failure": ...}.
    """
    failure: Failure | None = None
    for _ in range(ASKS):
        try:
            answer: Json = yield context.call_activity(verb, payload, expected_type=dict)
        except Exception as error:
            answer = {"failure": crashed(error)}
        failure = answer.get("failure")
        if failure is None or not failure["retryable"]:
            return answer, failure
        wait = timedelta(seconds=failure.get("retryAfterSeconds", ASK_AGAIN.total_seconds()))
        yield context.create_timer(context.current_utc_datetime + wait)
    return {}, failure


def wish(state: Json) -> Json:
    """What was asked for, without how far it has come: the request of a planning activity."""
    asked = ("operation", "deployment", "kind", "whatIf", "deleteData")
    return {name: state[name] for name in asked if name in state}


def crashed(error: Exception) -> Failure:
    """What an activity that raised instead of answering left behind: the first line of its text."""
    text = (str(error).splitlines() or ["without a reason"])[0]
    return Failure(code="ActivityCrashed", message=text, retryable=True)


def _tell(context: DurableOrchestrationContext, state: Json, progress: Progress) -> None:
    told = status(
        state["phase"],
        now=context.current_utc_datetime,
        progress=progress,
        failure=state.get("failure"),
        canceled=state.get("canceled", False),
    )
    context.set_custom_status(told)
