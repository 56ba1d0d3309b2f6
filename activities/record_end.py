"""Writes down how an operation ended: the record decides what is there from now on."""

from datetime import datetime

import azure.durable_functions as df

from shared.azure.errors import failures_as_data
from shared.deployment.events import operation_finished
from shared.deployment.operation import EndAnswer, EndReport
from shared.deployment.walks.ending import ending, has_written
from shared.records.records import records
from shared.settings import settings
from shared.telemetry.spans import walks
from shared.telemetry.telling import tell_end

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="order")
@failures_as_data
def record_end(order: EndReport) -> EndAnswer:
    """{operation, state, at, failure} -> how it ended, in the words of its instance."""
    operation = records().operations.get(order["operation"])
    story = records().story(operation)
    end = ending(order["state"], story, order["failure"], at=order["at"], operation=operation.id)
    event = operation_finished(
        operation.deployment, operation.id, operation.kind, end.status, end.failure, order["at"]
    )
    told = settings().receivers if operation.kind != "plan" else ()
    records().events.post(event, told)
    records().end(operation, end, now=datetime.fromisoformat(order["at"]))
    tell_end(operation, end.result, at=order["at"], walks=walks(story, order["state"]["runs"]))
    answer = EndAnswer(
        status=end.status, cause=end.failure, customStatus=end.custom_status, output=end.output
    )
    if told:
        answer["events"] = [event["id"]]
    if has_written(order["state"], story):
        answer["watch"] = operation.deployment
    return answer
