"""Validates a deployment: the recipe's four validations and a connection to the database."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df

from orchestrators.operate import operate
from shared.deployment.messages import Json

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def validate(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Json | None]:
    """Run every check; the input is that of `operate`."""
    return (yield from operate(context))
