"""Looks at one submitted step: at the resource, and at its operation once that has an answer."""

from datetime import timedelta

import azure.durable_functions as df

from shared.azure import calls
from shared.azure.clients import clients_for
from shared.azure.errors import failures_as_data
from shared.deployment.messages import Outcome
from shared.deployment.operation import Look
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def poll_resource(order: Look) -> Outcome:
    """{operation, key, undo, operationUrl, elapsedSeconds} -> how the step stands."""
    step = records().plans.step(order)
    elapsed = timedelta(seconds=order["elapsedSeconds"])
    return calls.look(clients_for(step["id"]), step, order["operationUrl"], elapsed)
