"""Destroys a deployment: only what it created, data only where the caller said so."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df

from orchestrators.operate import operate
from shared.deployment.messages import Json

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def destroy(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Json | None]:
    """Destroy as far as possible; the input is that of `operate`."""
    return (yield from operate(context))
