"""Reads where an operation stands: its orchestration is told nothing but its id."""

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.operation import OperationState, Order, first_state
from shared.records.records import records
from shared.telemetry.telling import tell_running

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def load_operation(order: Order) -> OperationState:
    """{operation} -> its state, or {failure} where it must not go on."""
    operation, _ = records().running(order["operation"])
    tell_running()
    kept = records().plans.state(operation.id)
    return kept or first_state(operation.kind)
