"""Closes the planning: says why a plan must not be walked, every reason at once."""

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.ending import refusal
from shared.deployment.operation import Answer, Order
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def judge_plan(order: Order) -> Answer:
    """{operation} -> {}, or {failure} with what was decided and what Azure says against it."""
    refused = refusal(records().plans.short(order["operation"]) or {})
    return {"failure": refused} if refused else {}
