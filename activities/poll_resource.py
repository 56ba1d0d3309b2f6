"""Looks at one submitted step: at the resource, and at its operation once that has an answer."""

from datetime import timedelta

import azure.durable_functions as df

from shared.azure import calls
from shared.azure.clients import clients_for
from shared.deployment.messages import Outcome

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request")
def poll_resource(request: dict) -> Outcome:
    """{step, operationUrl, elapsedSeconds} -> how the step stands."""
    step, url = request["step"], request["operationUrl"]
    elapsed = timedelta(seconds=request["elapsedSeconds"])
    return calls.reported(
        step["key"], lambda: calls.look(clients_for(step["id"]), step, url, elapsed)
    )
