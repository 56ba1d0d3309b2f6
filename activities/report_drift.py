"""Keeps what a drift check has found, and logs what is new."""

import logging

import azure.durable_functions as df

from shared.azure.calls import told
from shared.deployment.messages import Json
from shared.records.records import records

blueprint = df.Blueprint()
log = logging.getLogger(__name__)


@blueprint.activity_trigger(input_name="request")
def report_drift(request: dict) -> Json:
    """{deployment, report} -> {} or {failure}."""

    def work() -> Json:
        name, report = request["deployment"], request["report"]
        records().save_drift(name, report)
        fields = {"deployment": name, "state": report["status"]}
        if report["status"] == "failed":
            log.warning("drift not checked: %s", report["failure"]["code"], extra=fields)
        elif report["status"] != "inSync":
            log.warning("drift: %s change(s)", len(report["changes"]), extra=fields)
        return {}

    return told(work)
