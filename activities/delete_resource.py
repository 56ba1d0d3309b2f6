"""Submits the deletion of one resource; what is absent already is a success."""

import azure.durable_functions as df

from shared.azure import calls
from shared.azure.clients import clients_for
from shared.azure.errors import failures_as_data
from shared.deployment.messages import Outcome
from shared.deployment.operation import StepOrder
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def delete_resource(order: StepOrder) -> Outcome:
    """{operation, key, undo} -> how the step stands."""
    step = records().plans.step(order)
    records().check_ours(order["operation"], step["id"])
    return calls.delete(clients_for(step["id"]), step)
