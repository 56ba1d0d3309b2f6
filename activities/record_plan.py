"""Closes the planning: the plan is refused, or the record knows all that it will create."""

from typing import cast

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.ending import refusal
from shared.deployment.inventory import intended
from shared.deployment.messages import Plan
from shared.deployment.operation import Answer, Order
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def record_plan(order: Order) -> Answer:
    """{operation} -> {}, or {failure} with every reason for which the plan is refused."""
    operation, record = records().running(order["operation"])
    plan = records().plans.short(operation.id) or {}
    if refused := refusal(plan):
        return {"failure": refused}
    if operation.kind == "deploy" and not operation.whatIf:
        records().plans.keep_before(operation.id, record.inventory)
        records().write_ahead(operation, intended(record.inventory, cast(Plan, plan)))
    return {}
