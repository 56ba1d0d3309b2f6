"""Reads Azure and returns the whole plan, before anything is written."""

import azure.durable_functions as df

from shared.azure.calls import told
from shared.azure.clients import azure_clients
from shared.deployment.approval import gated
from shared.deployment.messages import Json
from shared.deployment.spec import DeploymentSpec
from shared.planning.planning import plan_deploy, plan_destroy, plan_drift
from shared.planning.validation import plan_validate
from shared.records.claims import RUNNING
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request")
def plan_deployment(request: dict) -> Json:
    """{deployment, kind, deleteData?} -> {plan}, {busy} or {failure}; the spec is in the record."""

    def work() -> Json:
        record = records().get(request["deployment"])
        if request["kind"] == "drift" and record.status == RUNNING:
            return {"busy": True}
        spec = DeploymentSpec.model_validate(record.proposed or record.spec)
        clients = azure_clients(spec.subscription_id)
        if request["kind"] == "destroy":
            delete_data = bool(request.get("deleteData"))
            plan = plan_destroy(clients, spec, record.inventory, delete_data=delete_data)
        elif request["kind"] == "validate":
            plan = plan_validate(spec)
        else:
            planner = {"deploy": plan_deploy, "drift": plan_drift}[request["kind"]]
            plan = planner(clients, spec, record.inventory)
        return {"plan": gated(plan, record.spec, record.proposed)}

    return told(work)
