"""Closes the planning where Azure need not be asked: why a plan must not be walked, if so."""

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.operation import Answer, Order
from shared.deployment.walks.ending import refusal
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def judge_plan(order: Order) -> Answer:
    """{operation} -> {}, or {failure} with every reason at once."""
    refused = refusal(records().plans.short(order["operation"]) or {})
    return {"failure": refused} if refused else {}
