"""Submits the deletion of one resource; what is absent already is a success."""

import azure.durable_functions as df

from shared.azure import calls
from shared.azure.clients import clients_for
from shared.deployment.messages import Outcome, Step

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="step")
def delete_resource(step: Step) -> Outcome:
    """A step of a plan -> how it stands."""
    return calls.reported(step["key"], lambda: calls.delete(clients_for(step["id"]), step))
