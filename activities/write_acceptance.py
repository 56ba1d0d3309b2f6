"""Makes what drifted part of the spec, as the last report tells it; nothing is written to Azure."""

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.operation import Answer, PlanRequest
from shared.planning.purposes import acceptance
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def write_acceptance(order: PlanRequest) -> Answer:
    """{operation, at} -> {}; the operation tells what was accepted, and the patch."""
    operation, record = records().running(order["operation"])
    taken = operation.accepted or acceptance(operation, record, order["at"])
    records().accept(record.name, taken, operation_id=operation.id)
    return {}
