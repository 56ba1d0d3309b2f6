"""Deploys a spec: creates what is missing, updates what differs, or leaves nothing behind."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df

from orchestrators.operate import operate
from shared.deployment.messages import Json

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def deploy(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Json | None]:
    """Deploy, or roll back; the input is that of `operate`."""
    return (yield from operate(context))
