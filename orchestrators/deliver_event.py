"""Delivers one event to one receiver: tried again with growing gaps, and given up after a day.

It is an orchestration of its own, so that a receiver that is down holds nobody up, neither the
operation that is told of nor other receivers.
"""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df

from orchestrators.asking import ask
from shared.deployment.messages import Json
from shared.deployment.operation import SendOrder

blueprint = df.Blueprint()

SOONEST = timedelta(seconds=10)  # between two tries
THINNING = 2  # try again after half the time waited: some twenty tries in all
GIVEN_UP = timedelta(days=1)


@blueprint.orchestration_trigger(context_name="context")
def deliver_event(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Json]:
    """{event, receiver}, both by id -> {tries}; what is given up stays on record as dead."""
    given: Json = context.get_input(expected_type=dict)
    began, tries = context.current_utc_datetime, 0
    while True:
        now = context.current_utc_datetime
        order = SendOrder(
            event=given["event"],
            receiver=given["receiver"],
            at=now.isoformat(),
            last=now - began >= GIVEN_UP,
        )
        tries += 1
        _, failure = yield from ask(context, "send_event", order, patience=timedelta())
        if failure is None or order["last"]:
            return {"tries": tries}
        later = now + max(SOONEST, (now - began) / THINNING)
        yield context.create_timer(min(later, began + GIVEN_UP))
