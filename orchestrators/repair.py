"""Puts right what has drifted, as far as that can be, and never undoes what was put right."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df

from orchestrators.operate import operate
from shared.deployment.messages import Json

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def repair(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Json | None]:
    """Repair; the input is that of `operate`."""
    return (yield from operate(context))
