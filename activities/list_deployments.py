"""Lists the deployments that a drift scan looks at."""

import azure.durable_functions as df

from shared.azure.calls import told
from shared.deployment.messages import Json
from shared.records.records import records

blueprint = df.Blueprint()

PAGE = 100


@blueprint.activity_trigger(input_name="request")
def list_deployments(request: dict) -> Json:
    """{token?} -> {names, token}, a page at a time, or {failure}; those at rest only."""

    def work() -> Json:
        page = records().page(top=PAGE, token=request.get("token"))
        return {"names": [r.name for r in page.records if r.inventory], "token": page.token}

    return told(work)
