"""Plans anew before an approved plan is walked: hours may have passed since it was made."""

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.operation import Answer, Order
from shared.planning.purposes import check_same, plan_for
from shared.records.records import records
from shared.telemetry.telling import traced

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@traced
@failures_as_data
def confirm_plan(order: Order) -> Answer:
    """{operation} -> {} where a plan made now is the one that was kept, else {failure}."""
    operation, record = records().running(order["operation"])
    baselines = records().watch.baselines(record.name)
    installation = records().agreements.installation()
    kept = records().plans.get(operation.id)
    check_same(kept, plan_for(operation, record, installation, baselines))
    return {}
