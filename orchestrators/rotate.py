"""Gives the server another password; where that fails, the one before is set again."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df

from orchestrators.operate import operate
from shared.deployment.messages import Json

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def rotate(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Json | None]:
    """Rotate the password; the input is that of `operate`."""
    return (yield from operate(context))
