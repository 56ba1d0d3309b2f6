"""Sends an event to a receiver, and notes how that went."""

from datetime import datetime

import azure.durable_functions as df

from shared.azure.errors import failure_of, failures_as_data
from shared.azure.receivers import send
from shared.deployment.errors import ExpectedError
from shared.deployment.operation import Answer, SendOrder
from shared.records.events import Parcel, name_of
from shared.records.records import records
from shared.settings import settings

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def send_event(order: SendOrder) -> Answer:
    """{event, receiver, at, last} -> {}, or {failure} where it is to be tried again."""
    kept = records().events
    parcel = kept.find(order["event"], order["receiver"])
    if parcel is None or parcel.state == "dead":
        return {}
    try:
        _send(parcel, datetime.fromisoformat(order["at"]))
    except ExpectedError as error:
        failure = failure_of(error)
        kept.failed(parcel, failure, dead=order["last"])
        return {} if order["last"] else {"failure": failure}
    kept.arrived(order["event"], order["receiver"])
    return {}


def _send(parcel: Parcel, at: datetime) -> None:
    """To whoever is a receiver now: the settings may have changed since it happened."""
    for url in settings().receivers:
        if name_of(url) == parcel.receiver:
            send(parcel.event, url, settings(), at)
