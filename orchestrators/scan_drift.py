"""Checks deployments for drift, a few at a time; started by the drift timer."""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df

from orchestrators.asking import ask
from shared.deployment.messages import Json
from shared.deployment.operation import PageRequest

blueprint = df.Blueprint()

AT_ONCE = 4  # deployments; what each of them may read, and when, says the budget
# Azure tells of a change "within five minutes" (Learn: get resource changes); that much is waited.
LATE = timedelta(minutes=10)


@blueprint.orchestration_trigger(context_name="context")
def scan_drift(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Json]:
    """{late?, token?, checked?} -> {checked}; a page of deployments an execution, then as new.

    A late scan begins ten minutes after the other one, and checks only those of which Azure has
    told something by then.
    """
    state: Json = context.get_input(expected_type=dict)
    late = state.get("late", False)
    if late and "checked" not in state:
        yield context.create_timer(context.current_utc_datetime + LATE)
    request = PageRequest(
        token=state.get("token"), at=context.current_utc_datetime.isoformat(timespec="seconds")
    )
    page, failure = yield from ask(context, "list_deployments", request)
    quiet = set() if failure else set(page["quiet"])
    names = [] if failure else [name for name in page["names"] if not (late and name in quiet)]
    for first in range(0, len(names), AT_ONCE):
        some = names[first : first + AT_ONCE]
        orders = [{"deployment": name, "quiet": name in quiet} for name in some]
        yield context.task_all(
            [context.call_sub_orchestrator("check_drift", o, expected_type=dict) for o in orders]
        )
    checked = state.get("checked", 0) + len(names)
    if not failure and page["token"]:
        context.continue_as_new({"token": page["token"], "checked": checked, "late": late})
    return {"checked": checked, "failure": failure}
