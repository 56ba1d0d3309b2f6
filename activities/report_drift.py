"""Checks a deployment for drift by a plan that should be empty; keeps the report and logs it."""

import logging

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.operation import DriftAnswer, DriftRequest
from shared.planning.purposes import drift_of
from shared.records.records import records

blueprint = df.Blueprint()
log = logging.getLogger(__name__)


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def report_drift(order: DriftRequest) -> DriftAnswer:
    """{deployment, at} -> what was found, in short; {deployment, at, failure}: that is kept."""
    record = records().get(order["deployment"])
    report = drift_of(
        record, records().installation(), at=order["at"], failure=order.get("failure")
    )
    if report["status"] != "busy":
        records().save_drift(record.name, report)
    fields = {"deployment": record.name, "state": report["status"]}
    if report["status"] == "failed":
        log.warning("drift not checked: %s", report["failure"]["code"], extra=fields)
    elif report["changes"]:
        log.warning("drift: %s change(s)", len(report["changes"]), extra=fields)
    return {"status": report["status"], "changes": len(report["changes"])}
