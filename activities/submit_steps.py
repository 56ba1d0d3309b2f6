"""Submits steps that are ready, all at once, and waits for none of them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import azure.durable_functions as df

from shared.azure import calls
from shared.azure.clients import clients_for
from shared.azure.errors import failures_as_data
from shared.deployment.messages import Outcome
from shared.deployment.operation import StepOrder, SubmitAnswer, SubmitOrder
from shared.planning.validation.probing import probe
from shared.records.records import records
from shared.telemetry.telling import traced

blueprint = df.Blueprint()

WRITERS = 8  # at once, of an operation; ARM lets a principal write ten times a second, after 200
# https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling


@blueprint.activity_trigger(input_name="order")
def submit_steps(order: SubmitOrder) -> SubmitAnswer:
    """{operation, keys, undo} -> {outcomes}: how each step stands; a failure is that of its own."""
    operation, undo, keys = order["operation"], order["undo"], order["keys"]
    orders = [StepOrder(operation=operation, key=key, undo=undo) for key in keys]
    with ThreadPoolExecutor(WRITERS) as pool:
        return SubmitAnswer(outcomes=dict(zip(keys, pool.map(_submit, orders), strict=True)))


@traced
@failures_as_data
def _submit(order: StepOrder) -> Outcome:
    step = records().plans.step(order)
    clients, agree = clients_for(step["id"]), records().agreements.agree
    match step["action"]:
        case "delete":
            records().check_ours(order["operation"], step["id"])
            return calls.delete(clients, step)
        case "restore":
            return calls.restore(clients, step, agree)
        case "check":
            return probe(clients, step, agree, operation_url=None, elapsed=timedelta())
        case _:
            if step.get("unread") and (found := calls.read_at_last(clients, step)):
                step = records().plans.complete(order, found)
            return calls.apply(clients, step, agree)
