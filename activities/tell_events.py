"""Begins to send events, each to each receiver by an orchestration of its own."""

import asyncio

import azure.durable_functions as df

from activities.begin_repair import begin
from shared.azure.errors import failure_of
from shared.deployment.events import approval_wanted
from shared.deployment.operation import Answer, TellOrder
from shared.records.events import name_of
from shared.records.records import records
from shared.settings import settings

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@blueprint.durable_client_input(client_name="client")
async def tell_events(order: TellOrder, client: df.DurableOrchestrationClient) -> Answer:
    """{events} on record, or {operation} whose plan waits for approval, at -> {}, or {failure}.

    Whoever tells of something does not wait for those who are told.
    """
    try:
        for event in await asyncio.to_thread(_on_record, order):
            for receiver in map(name_of, settings().receivers):
                parcel = {"event": event, "receiver": receiver}
                await begin(client, "deliver_event", f"{event}-{receiver}", given=parcel)
    except Exception as error:
        return {"failure": failure_of(error)}
    return {}


def _on_record(order: TellOrder) -> list[str]:
    if "operation" not in order or not settings().receivers:
        return order.get("events", [])
    operation = records().operations.get(order["operation"])
    event = approval_wanted(operation.deployment, operation.id, operation.kind, order["at"])
    records().events.post(event, settings().receivers)
    return [event["id"]]
