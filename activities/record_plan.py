"""Closes the planning: the plan is refused, or the record knows all that it will create."""

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.ending import refusal
from shared.deployment.operation import Answer, Order
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def record_plan(order: Order) -> Answer:
    """{operation} -> {}, or {failure} with every reason for which the plan is refused."""
    plan = records().plans.short(order["operation"]) or {}
    refused = refusal(plan)
    return {"failure": refused} if refused else {}
