"""Claims a deployment for the repair that its spec asks for; whoever operates on it goes first."""

from datetime import datetime, timedelta

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.operation import Answer, RepairClaim
from shared.records.claims import Claim
from shared.records.records import records

blueprint = df.Blueprint()

POLICY = {"name": "drift policy", "objectId": "", "client": ""}


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def claim_repair(order: RepairClaim) -> Answer:
    """{deployment, operation, at} -> {}, or {failure} where another operation runs."""
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
    return {}
