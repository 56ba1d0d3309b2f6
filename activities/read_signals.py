"""Reads what callers have asked of a running operation: to cancel it, to approve its plan."""

import azure.durable_functions as df

from shared.azure.calls import told
from shared.deployment.messages import Json
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="operation")
def read_signals(operation: str) -> Json:
    """The id of an operation -> {cancelRequested, decision}; {failure}: nothing was asked."""
    return told(lambda: {**records().signals(operation)})
