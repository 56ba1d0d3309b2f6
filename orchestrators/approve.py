"""The gate: a person says yes to the plan before its first write, or nothing is written.

The decision is read from the operation's record, as a cancel is, and not raced as an event: see
docs/decisions. Looks thin out with the time waited. After `ROUNDS` of them the wait continues as a
new execution. What was approved hours ago is planned again, and walked only where it is the same.
"""

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any, Literal

from azure.durable_functions import DurableOrchestrationContext

from orchestrators.walk import ROUNDS, ask, wish
from shared.deployment.approval import same_steps
from shared.deployment.messages import Failure, Json
from shared.deployment.status import status

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
STALE = Failure(
    code="PlanStale",
    message="what is in Azure has changed since the plan was made that was approved; nothing was "
    "written: start the operation again and approve its plan",
    retryable=False,
)

Approved = Generator[Any, Any, Failure | Literal["approved", "later"]]


def approval(context: DurableOrchestrationContext, state: Json) -> Approved:
    """Wait for the decision: approved, why not, or later where this continued as a new execution.

    `state["askedAt"]` is when the waiting began; it is set by the first execution.
    """
    asked = state.setdefault("askedAt", context.current_utc_datetime.isoformat())
    began = datetime.fromisoformat(asked)
    deadline = began + timedelta(seconds=state["plan"]["approvalSeconds"])
    for _ in range(ROUNDS):
        now: datetime = context.current_utc_datetime
        told = status("awaiting-approval", now=now, approve_before=deadline)
        context.set_custom_status(told)
        signals, _failure = yield from ask(context, "read_signals", state["operation"])
        if signals.get("cancelRequested"):
            return CANCELED
        if signals.get("decision") == "reject":
            return REJECTED
        if signals.get("decision") == "approve":
            return (yield from _still_true(context, state))
        if now >= deadline:
            return EXPIRED
        wait = max(SOONEST, min((now - began) / THINNING, LATEST))
        yield context.create_timer(min(now + wait, deadline))
    context.continue_as_new(state)
    return "later"


def _still_true(context: DurableOrchestrationContext, state: Json) -> Approved:
    """Whether a plan made now is the one that was approved."""
    answer, failure = yield from ask(context, "plan_deployment", wish(state))
    if failure:
        return failure
    return "approved" if same_steps(state["plan"], answer["plan"]) else STALE
