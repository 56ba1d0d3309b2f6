"""Reads what callers have asked of a running operation: to cancel it, to approve its plan."""

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.operation import Order, Signals
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def read_signals(order: Order) -> Signals:
    """{operation} -> {cancelRequested, decision}; {failure}: nothing was asked."""
    return records().operations.signals(order["operation"])
