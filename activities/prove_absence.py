"""Looks whether a destroy has left nothing behind; what is found is kept for its end."""

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.messages import Remains
from shared.deployment.operation import Absence, Order
from shared.deployment.walks.undo import still_there
from shared.planning.purposes import plan_for
from shared.records.records import records
from shared.telemetry.telling import traced

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@traced
@failures_as_data
def prove_absence(order: Order) -> Absence:
    """{operation} -> the keys of what is there although it was to be deleted."""
    operation, record = records().running(order["operation"])
    plan = plan_for(operation, record, records().agreements.installation(), {})
    remains = Remains(left=still_there(plan), retained=plan["retained"])
    records().plans.save_remains(operation.id, remains)
    return {"left": [item["key"] for item in remains["left"]]}
