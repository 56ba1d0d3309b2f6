"""Writes down what an operation has decided, and how it ended."""

from datetime import datetime

import azure.durable_functions as df

from shared.azure.calls import told
from shared.deployment.messages import Json
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request")
def save_record(request: dict) -> Json:
    """{save: plan | end, operation, deployment, kind, at, plan | result} -> {} or {failure}."""

    def work() -> Json:
        name, operation = request["deployment"], request["operation"]
        if request["save"] == "plan":
            records().save_plan(operation, request["plan"])
            return {}
        result, at = request["result"], datetime.fromisoformat(request["at"])
        inventory, outputs = request["inventory"], result["outputs"] or None
        status = result["status"]
        records().finish(
            name,
            operation,
            status=status,
            now=at,
            result=result,
            inventory=inventory,
            outputs=outputs,
        )
        destroyed = request["kind"] == "destroy" and status == "Succeeded"
        record = records().find(name)  # None where this has been done before
        only_planned = request.get("whatIf") and record and not record.inventory
        if destroyed or only_planned:
            records().forget(name, operation)
        return {}

    return told(work)
