"""Lists the deployments that a drift scan looks at."""

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.operation import DeploymentPage, PageRequest
from shared.records.records import records

blueprint = df.Blueprint()

PAGE = 100


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def list_deployments(order: PageRequest) -> DeploymentPage:
    """{token?} -> {names, token}, a page at a time; of those that hold something."""
    page = records().page(top=PAGE, token=order.get("token"))
    return {"names": [r.name for r in page.records if r.inventory], "token": page.token}
