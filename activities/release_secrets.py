"""Deletes the secrets that were made for a deployment which is gone; tells those that stay."""

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.azure.secrets import vaults
from shared.deployment.operation import Answer, Order
from shared.planning.leaving_secrets import released
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def release_secrets(order: Order) -> Answer:
    """{operation} -> {}; what stays is kept with what the destroy has found."""
    operation, record = records().running(order["operation"])
    plans = records().plans
    if operation.kind != "destroy" and plans.before(operation.id)["inventory"]:
        return {}  # what was deployed before is there as before
    remains = plans.remains(operation.id)
    kept = [*remains["retained"], *record.letGo]
    stay = released(vaults(), operation.deployment, kept)
    plans.save_remains(operation.id, {**remains, "retained": [*remains["retained"], *stay]})
    return {}
