"""The gate: a person says yes to the plan before its first write, or nothing is written.

The decision is read from the operation's record, as a cancel is, and not raced as an event: see
docs/decisions. Looks thin out with the time waited. After `ROUNDS` of them the wait continues as a
new execution. What was approved hours ago is planned again, and walked only where it is the same.
"""

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any, Literal

from azure.durable_functions import DurableOrchestrationContext

from orchestrators.asking import ask, continue_as_new
from orchestrators.walk import ROUNDS
from shared.deployment.messages import Failure
from shared.deployment.operation import OperationState, Order, TellOrder
from shared.deployment.walks.status import status

SOONEST = timedelta(seconds=15)  # between two looks for the decision
LATEST = timedelta(minutes=5)
THINNING = 8  # look after an eighth of the time waited

CANCELED = Failure(code="Canceled", message="the caller asked for it", retryable=False)
REJECTED = Failure(
    code="Rejected", message="the plan was rejected; nothing was written", retryable=False
)
EXPIRED = Failure(
    code="ApprovalTimedOut",
    message="nobody approved the plan in time; nothing was written: start the operation again",
    retryable=False,
)

Approved = Generator[Any, Any, Failure | Literal["approved", "later"]]


def approval(
    context: DurableOrchestrationContext, operation: str, state: OperationState
) -> Approved:
    """Wait for the decision: approved, why not, or later where this continued as a new execution.

    `state["askedAt"]` is when the waiting began; the first execution has none.
    """
    asked = state["askedAt"] or context.current_utc_datetime.isoformat()
    if state["askedAt"] is None:
        told = TellOrder(operation=operation, at=asked)
        yield from ask(context, "tell_events", told, patience=timedelta())
    began, order = datetime.fromisoformat(asked), Order(operation=operation)
    deadline = began + timedelta(seconds=state["approvalSeconds"] or 0)
    for _ in range(ROUNDS):
        now: datetime = context.current_utc_datetime
        context.set_custom_status(status("awaiting-approval", now=now, approve_before=deadline))
        signals, _failure = yield from ask(context, "read_signals", order)
        if signals.get("cancelRequested"):
            return CANCELED
        if signals.get("decision") == "reject":
            return REJECTED
        if signals.get("decision") == "approve":
            _, stale = yield from ask(context, "confirm_plan", order)
            return stale or "approved"
        if now >= deadline:
            return EXPIRED
        wait = max(SOONEST, min((now - began) / THINNING, LATEST))
        yield context.create_timer(min(now + wait, deadline))
    yield from continue_as_new(context, operation, {**state, "askedAt": asked})
    return "later"
