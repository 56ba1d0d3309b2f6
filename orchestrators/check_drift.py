"""Checks one deployment for drift: a plan that should be empty."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df

from orchestrators.asking import ask
from shared.deployment.messages import Json
from shared.deployment.operation import DriftRequest

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def check_drift(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Json]:
    """{deployment} or {operation} -> the report in short, which is on record.

    It is busy while an operation runs that changes the deployment.
    """
    given: Json = context.get_input(expected_type=dict)
    request = DriftRequest(at=context.current_utc_datetime.isoformat(timespec="seconds"))
    if "operation" in given:
        request["check"] = given["operation"]
    else:
        request["deployment"] = given["deployment"]
    answer, failure = yield from ask(context, "report_drift", request)
    if failure:
        request["failure"] = failure
        answer, _ = yield from ask(context, "report_drift", request)
    return answer
