"""Makes what drifted part of the spec: nothing is written to Azure."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df

from orchestrators.operate import operate
from shared.deployment.messages import Json

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def accept(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Json | None]:
    """Accept drift; the input is that of `operate`."""
    return (yield from operate(context))
