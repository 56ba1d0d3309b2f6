"""Keeps how far an operation is, before its orchestration continues as new."""

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.operation import Answer, StateReport
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def save_progress(order: StateReport) -> Answer:
    """{operation, state} -> {}."""
    records().plans.save_state(order["operation"], order["state"])
    return {}
