"""Puts back what an update had changed, unless somebody changed it since."""

import azure.durable_functions as df

from shared.azure import calls
from shared.azure.clients import clients_for
from shared.deployment.messages import Outcome, Step
from shared.records.records import records

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="step")
def restore_resource(step: Step) -> Outcome:
    """A step of a plan -> how it stands."""
    return calls.reported(
        step["key"], lambda: calls.restore(clients_for(step["id"]), step, records().agree)
    )
