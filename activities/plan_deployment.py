"""Reads Azure and decides everything, before anything is written; the plan is kept."""

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.operation import PlanAnswer, PlanRequest, outline
from shared.planning.purposes import check_same, plan_for
from shared.planning.spending import tell_of
from shared.records.records import records
from shared.telemetry.telling import traced

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@traced
@failures_as_data
def plan_deployment(order: PlanRequest) -> PlanAnswer:
    """{operation, at} -> the outline of the plan; made again, it is the plan that was kept."""
    operation, record = records().running(order["operation"])
    plans, kept = records().plans, records().watch.baselines(record.name)
    plan = plans.find(operation.id)
    if plan is None:
        plan = plan_for(operation, record, records().agreements.installation(), kept)
        if operation.planOf:
            check_same(plans.get(operation.planOf), plan)
        tell_of(plan["steps"], records().budgets, order["at"])
        plan = plans.keep(operation.id, plan)
    answer = PlanAnswer(outline=outline(plan))
    if "approvalSeconds" in plan:
        answer["approvalSeconds"] = plan["approvalSeconds"]
    return answer
