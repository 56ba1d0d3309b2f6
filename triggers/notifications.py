"""Notifications: what could not be told."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from shared.records.events import Parcel
from shared.records.records import records
from triggers.answers import reply
from triggers.parameters import deployment_of
from triggers.routing import route
from triggers.shapes.notifications import Undelivered, UndeliveredEvents

blueprint = df.Blueprint()


@route(
    blueprint,
    "GET",
    "deployments/{name}/undelivered",
    "List the events that a receiver has not taken",
    operation="Events_ListUndelivered",
    answer=UndeliveredEvents,
)
async def get_undelivered(req: func.HttpRequest) -> func.HttpResponse:
    """What was tried and not delivered: still tried again, or given up."""
    record = await asyncio.to_thread(records().get, deployment_of(req))
    found = await asyncio.to_thread(lambda: list(records().events.undelivered(record.name)))
    return reply({"value": [_shown(parcel) for parcel in found]})


def _shown(parcel: Parcel) -> Undelivered:
    failure = parcel.failure or {}
    return Undelivered(
        event=parcel.event["id"],
        type=parcel.event["type"],
        time=parcel.event["time"],
        receiver=parcel.receiver,
        state=parcel.state,
        tries=parcel.tries,
        code=failure.get("code", ""),
        message=failure.get("message", ""),
    )
