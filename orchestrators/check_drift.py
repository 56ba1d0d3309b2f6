"""Checks one deployment for drift, and lets begin the repair that its spec asks for.

Right after an operation it repairs nothing: what that left undone is a person's to see first.
"""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df

from orchestrators.asking import Answered, ask
from shared.deployment.drift_check import DriftRequest, RepairOrder, Turn
from shared.deployment.messages import Json
from shared.deployment.operation import TellOrder

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def check_drift(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Json]:
    """{deployment, quiet?, after?} or {operation} -> the report in short, which is on record.

    It is busy while an operation runs that changes the deployment.
    """
    given: Json = context.get_input(expected_type=dict)
    request = DriftRequest(at=context.current_utc_datetime.isoformat(timespec="seconds"))
    if "operation" in given:
        request["check"] = given["operation"]
    else:
        request["deployment"] = given["deployment"]
        request["quiet"] = given.get("quiet", False)
    if "after" in given:
        request["operation"] = given["after"]
    answer, failure = yield from _report(context, request)
    if failure:
        request["failure"] = failure
        answer, _ = yield from ask(context, "report_drift", request)
    if "events" in answer:
        told = TellOrder(events=answer["events"], at=request["at"])
        yield from ask(context, "tell_events", told, patience=timedelta())  # or the timer does
    if "repair" in answer and "after" not in given:
        yield from _repair(context, answer["repair"])
    return answer


def _report(context: df.DurableOrchestrationContext, request: DriftRequest) -> Answered:
    """The report, once it is the turn of a scan to read for it."""
    while True:
        answer, failure = yield from ask(context, "report_drift", request)
        turn: Turn | None = answer.get("turn")
        if failure or turn is None:
            return answer, failure
        now = context.current_utc_datetime
        if turn["waitSeconds"]:
            yield context.create_timer(now + timedelta(seconds=turn["waitSeconds"]))
        request["quiet"], request["paid"] = turn["quiet"], turn["paid"]
        request["at"] = context.current_utc_datetime.isoformat(timespec="seconds")


def _repair(context: df.DurableOrchestrationContext, deployment: str) -> Generator[Any, Any, None]:
    """Begin a repair; where another operation runs, that goes first."""
    now = context.current_utc_datetime
    operation = f"{deployment}-{now:%Y%m%d%H%M%S}{now.microsecond // 1000:03}"
    order = RepairOrder(deployment=deployment, operation=operation, at=now.isoformat())
    yield from ask(context, "begin_repair", order)
