"""Asks Azure whether it would accept the deployment; reads only."""

from datetime import datetime

import azure.durable_functions as df

import shared.planning.preflight
from shared.azure.calls import told
from shared.azure.clients import azure_clients
from shared.deployment.messages import Json
from shared.deployment.spec import DeploymentSpec
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request")
def preflight(request: dict) -> Json:
    """{deployment, at} -> {warnings, refusals} or {failure}; the spec is in the record."""

    def work() -> Json:
        record = records().get(request["deployment"])
        spec = DeploymentSpec.model_validate(record.proposed or record.spec)
        clients = azure_clients(spec.subscription_id)
        warnings, refusals = shared.planning.preflight.preflight(
            clients, spec, record.inventory, now=datetime.fromisoformat(request["at"])
        )
        return {"warnings": warnings, "refusals": refusals}

    return told(work)
