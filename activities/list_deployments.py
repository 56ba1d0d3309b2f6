"""Lists the deployments that a drift scan looks at, and of which Azure tells no change."""

from datetime import datetime

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.operation import DeploymentPage, PageRequest
from shared.planning.triage import quiet
from shared.records.records import records

blueprint = df.Blueprint()

PAGE = 100


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def list_deployments(order: PageRequest) -> DeploymentPage:
    """{token?, at} -> {names, quiet, token}, a page at a time; of those that hold something."""
    page = records().page(top=PAGE, token=order.get("token"))
    watched = [record for record in page.records if record.inventory]
    unmoved = quiet(watched, datetime.fromisoformat(order["at"])) if watched else ()
    names = [record.name for record in watched]
    return {"names": names, "quiet": sorted(unmoved), "token": page.token}
