"""Looks at all steps under way when each is due, for a minute at most, and tells the first news."""

import asyncio
from datetime import timedelta
from functools import partial

import azure.durable_functions as df

from shared.azure.clients import clients_for
from shared.azure.errors import failure_of
from shared.azure.listening import listen as listen_to
from shared.azure.looks import look
from shared.azure.redaction import secrets_in_use
from shared.deployment.messages import Outcome, Step
from shared.deployment.operation import ListenAnswer, ListenOrder, Watched
from shared.deployment.walks.listening import ask_operation
from shared.planning.validation.probing import probe
from shared.records.records import records
from shared.telemetry.telling import told

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
async def listen(order: ListenOrder) -> ListenAnswer:
    """{operation, undo, watch, cancelable} -> what was seen of the steps, and whether to go on."""
    operation = order["operation"]
    try:
        plan = await asyncio.to_thread(records().plans.get, operation, undo=order["undo"])
    except Exception as error:
        return ListenAnswer(outcomes={}, cancelRequested=False, failure=failure_of(error))

    def canceled() -> bool:
        return records().operations.signals(operation)["cancelRequested"]

    steps = {step["key"]: step for step in plan["steps"]}
    look = partial(_look, operation, order["undo"])
    return await listen_to(order["watch"], steps, look, canceled if order["cancelable"] else None)


def _look(operation: str, undo: bool, step: Step, watched: Watched, at: float) -> Outcome:
    clients, url = clients_for(step["id"]), watched["operationUrl"]
    elapsed = timedelta(seconds=watched["elapsed"] + at)
    # What Azure quotes of secrets is kept from what is told.
    with told(operation, step["key"], undo=undo), secrets_in_use():
        if step["action"] == "check":
            return probe(
                clients, step, records().agreements.agree, operation_url=url, elapsed=elapsed
            )
        return look(clients, step, url, elapsed, ask_operation(watched, at))
