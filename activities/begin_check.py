"""Begins the drift check of a deployment that an operation has just changed."""

import azure.durable_functions as df

from activities.begin_repair import begin
from shared.azure.errors import failure_of
from shared.deployment.drift_check import CheckOrder
from shared.deployment.operation import Answer

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@blueprint.durable_client_input(client_name="client")
async def begin_check(order: CheckOrder, client: df.DurableOrchestrationClient) -> Answer:
    """{deployment, after} -> {}, or {failure} where none could begin.

    The check is an orchestration of its own: the operation is over for everybody once its end is on
    record, and what its watch reads is no cost of its own.
    """
    try:
        await begin(client, "check_drift", f"{order['after']}-drift", given=order)
    except Exception as error:
        return {"failure": failure_of(error)}
    return {}
