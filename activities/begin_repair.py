"""Begins the repair that a spec asks for; whoever operates on the deployment goes first."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import azure.durable_functions as df

from shared.azure.errors import failure_of
from shared.deployment.drift_check import RepairOrder
from shared.deployment.operation import Answer
from shared.records.claims import Claim
from shared.records.records import records

blueprint = df.Blueprint()

POLICY = {"name": "drift policy", "objectId": "", "client": ""}


@blueprint.activity_trigger(input_name="order")
@blueprint.durable_client_input(client_name="client")
async def begin_repair(order: RepairOrder, client: df.DurableOrchestrationClient) -> Answer:
    """{deployment, operation, at} -> {}, or {failure} where another operation runs.

    The repair is an orchestration of its own: as the child of a check it would hold up the check,
    and the scan with it, for as long as it waits for a person.
    """
    try:
        await asyncio.to_thread(_claim, order)
        await begin(client, "repair", order["operation"])
    except Exception as error:
        return {"failure": failure_of(error)}
    return {}


async def begin(
    client: df.DurableOrchestrationClient,
    name: str,
    instance: str,
    *,
    given: Mapping[str, Any] | None = None,
) -> None:
    """Start an orchestration, that of an operation where nothing else is given; once."""
    try:
        await client.start_new(name, instance, given or {"operation": instance})
    except Exception:  # the SDK has no class for an id that is taken
        if not await client.get_status(instance):
            raise


def _claim(order: RepairOrder) -> None:
    claim = Claim(
        deployment=order["deployment"],
        operation_id=order["operation"],
        kind="repair",
        now=datetime.fromisoformat(order["at"]),
        actor=POLICY,
        by_scan=True,
    )
    if records().get(claim.deployment).operation["id"] != claim.operation_id:
        records().claim(claim, fate=lambda _: "running", grace=timedelta())
