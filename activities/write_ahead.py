"""Puts all that a plan will create on record, before its first write: ids are ours to choose."""

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.inventory import intended
from shared.deployment.operation import Answer, Before, Order
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def write_ahead(order: Order) -> Answer:
    """{operation} -> {}; from now on it is deploying, or destroying."""
    operation, record = records().running(order["operation"])
    plans = records().plans
    plans.keep_before(operation.id, Before(inventory=record.inventory, health=record.status))
    records().write_ahead(operation, intended(record.inventory, plans.get(operation.id)))
    return {}
