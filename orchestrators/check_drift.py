"""Checks one deployment for drift: a plan that should be empty."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df

from orchestrators.walk import ask
from shared.deployment.drift import drift_report
from shared.deployment.messages import Json

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def check_drift(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Json]:
    """{deployment} -> the report; {status: busy} while an operation runs."""
    deployment = context.get_input(expected_type=dict)["deployment"]
    request = {"deployment": deployment, "kind": "drift"}
    answer, failure = yield from ask(context, "plan_deployment", request)
    if answer.get("busy"):
        return {"status": "busy"}
    at = context.current_utc_datetime.isoformat(timespec="seconds")
    if failure:
        report: Json = {"checkedAt": at, "status": "failed", "changes": [], "failure": failure}
    else:
        report = drift_report(answer["plan"], at=at)
    yield from ask(context, "report_drift", {"deployment": deployment, "report": report})
    return report
