"""Checks every deployment for drift, a few at a time; started by the drift timer."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df

from orchestrators.asking import ask
from shared.deployment.messages import Json

blueprint = df.Blueprint()

AT_ONCE = 5  # deployments; each reads about twenty resources, and ARM allows 25 reads a second


@blueprint.orchestration_trigger(context_name="context")
def scan_drift(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Json]:
    """{token?, checked?} -> {checked}; a page of deployments an execution, then as new."""
    state: Json = context.get_input(expected_type=dict)
    page, failure = yield from ask(context, "list_deployments", {"token": state.get("token")})
    names = [] if failure else page["names"]
    for first in range(0, len(names), AT_ONCE):
        yield context.task_all(
            [
                context.call_sub_orchestrator("check_drift", {"deployment": n}, expected_type=dict)
                for n in names[first : first + AT_ONCE]
            ]
        )
    checked = state.get("checked", 0) + len(names)
    if failure or not page["token"]:
        return {"checked": checked, "failure": failure}
    context.continue_as_new({"token": page["token"], "checked": checked})
    return {"checked": checked}
