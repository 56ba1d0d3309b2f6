"""Begins one check of the deployed architecture, or looks at one that has begun."""

import azure.durable_functions as df

from shared.azure import calls
from shared.azure.clients import clients_for
from shared.deployment.messages import Outcome
from shared.planning.validation import probe

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request")
def probe_connectivity(request: dict) -> Outcome:
    """A step, or {step, operationUrl, elapsedSeconds} -> how the check stands."""
    step, url = request.get("step", request), request.get("operationUrl")
    return calls.reported(step["key"], lambda: probe(clients_for(step["id"]), step, url))
