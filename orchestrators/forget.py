"""Lets go of resources: our marks go from them, and nothing is deleted."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df

from orchestrators.operate import operate
from shared.deployment.messages import Json

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def forget(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Json | None]:
    """Forget what is named; the input is that of `operate`."""
    return (yield from operate(context))
