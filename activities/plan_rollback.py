"""Turns a plan round, as far as it was walked; the undone plan is kept."""

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.operation import PlanAnswer, RollbackRequest, outline
from shared.deployment.walks.undo import undone
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def plan_rollback(order: RollbackRequest) -> PlanAnswer:
    """{operation, runs} -> the outline of the undone plan."""
    operation, plans = order["operation"], records().plans
    plan = plans.keep(operation, undone(plans.get(operation), order["runs"]), undo=True)
    plans.save_forward_runs(operation, order["runs"])
    return PlanAnswer(outline=outline(plan))
