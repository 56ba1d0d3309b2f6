"""One activity outside a walk: asked again, with growing gaps, while its failure is worth it."""

from collections.abc import Generator, Mapping
from datetime import timedelta
from typing import Any

from azure.durable_functions import DurableOrchestrationContext

from shared.deployment.messages import Failure
from shared.deployment.operation import OperationState, StateReport

PATIENCE = timedelta(minutes=30)  # an outage of ARM, or of the tables, is waited out that long
FOR_EVER = timedelta.max
SOONEST = timedelta(seconds=10)  # between two tries
LATEST = timedelta(minutes=5)
CRASHED = "ActivityCrashed"
MOST_CRASHES = 5  # a bug does not go away by waiting
THINNING = 4  # try again after a quarter of the time waited

Answered = Generator[Any, Any, tuple[Any, Failure | None]]


def ask(
    context: DurableOrchestrationContext,
    verb: str,
    order: Mapping[str, Any],
    *,
    patience: timedelta = PATIENCE,
) -> Answered:
    """The answer of an activity, and its failure where it could not do what was asked.

    Args:
        context: of the orchestration.
        verb: the activity.
        order: its input.
        patience: how long a failure that may pass is waited out.
    """
    began, crashes = context.current_utc_datetime, 0
    while True:
        try:
            answer = yield context.call_activity(verb, order, expected_type=dict)
        except Exception as error:
            answer = {"failure": crashed(error)}
        failure: Failure | None = answer.get("failure")
        if failure is None:
            return answer, None
        waited = context.current_utc_datetime - began
        crashes += failure["code"] == CRASHED
        if not failure["retryable"] or waited >= patience or crashes == MOST_CRASHES:
            return answer, failure
        asked = timedelta(seconds=failure.get("retryAfterSeconds", 0.0))
        wait = max(SOONEST, min(max(asked, waited / THINNING), LATEST))
        yield context.create_timer(context.current_utc_datetime + wait)


def continue_as_new(
    context: DurableOrchestrationContext, operation: str, state: OperationState
) -> Generator[Any, Any, None]:
    """Go on as a new execution, so that no history grows with the wait; its state is kept first."""
    report = StateReport(operation=operation, state=state)
    yield from ask(context, "save_progress", report, patience=FOR_EVER)
    context.continue_as_new({"operation": operation})


def crashed(error: Exception) -> Failure:
    """What an activity that raised instead of answering left behind: the first line of its text."""
    text = (str(error).splitlines() or ["without a reason"])[0]
    return Failure(code=CRASHED, message=text, retryable=True)
