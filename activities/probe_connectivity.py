"""Begins one check of the deployed architecture."""

from datetime import timedelta

import azure.durable_functions as df

from shared.azure.clients import clients_for
from shared.azure.errors import failures_as_data
from shared.deployment.messages import Outcome
from shared.deployment.operation import StepOrder
from shared.planning.validation.checks import probe
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def probe_connectivity(order: StepOrder) -> Outcome:
    """{operation, key, undo} -> how the check stands."""
    step = records().plans.step(order)
    begin = timedelta()
    return probe(clients_for(step["id"]), step, records().agree, operation_url=None, elapsed=begin)
