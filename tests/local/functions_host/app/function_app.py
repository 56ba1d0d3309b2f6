"""A small app as a user would write it: for the command line, kill -9 and recorded histories."""

# mypy: disable-error-code="untyped-decorator, no-any-return"

import os
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
Steps = Generator[Any, Any, Any]


@app.route(route="start/{name}/{id}")
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Start an orchestrator by name."""
    instance_id = await client.start_new(req.route_params["name"], req.route_params["id"])
    return client.create_check_status_response(req, instance_id)


@app.orchestration_trigger(context_name="context")
def journey(context: df.DurableOrchestrationContext) -> Steps:
    """Activities one after the other and side by side, a child, a timer."""
    first = yield context.call_activity("record", "first")
    both = yield context.task_all(
        [context.call_activity("record", "left"), context.call_sub_orchestrator("leg", 2)]
    )
    yield context.create_timer(context.current_utc_datetime + timedelta(minutes=5))
    return [first, *both]


@app.orchestration_trigger(context_name="context")
def leg(context: df.DurableOrchestrationContext) -> Steps:
    """A child that waits some minutes."""
    minutes = context.get_input()
    yield context.create_timer(context.current_utc_datetime + timedelta(minutes=minutes))
    return (yield context.call_activity("record", f"leg {minutes}"))


@app.orchestration_trigger(context_name="context")
def poll(context: df.DurableOrchestrationContext) -> Steps:
    """Look at something every minute for 45 minutes."""
    for number in range(45):
        context.set_custom_status({"looked": number})
        yield context.call_activity("look", number)
        yield context.create_timer(context.current_utc_datetime + timedelta(minutes=1))
    return "done"


@app.orchestration_trigger(context_name="context")
def approval(context: df.DurableOrchestrationContext) -> Steps:
    """Race an event against a timer, twice, and retry what fails."""
    answers = []
    for number in range(2):
        timer = context.create_timer(context.current_utc_datetime + timedelta(minutes=30))
        event = context.wait_for_external_event(f"approved-{number}")
        winner = yield context.task_any([timer, event])
        if winner == event:
            timer.cancel()
        answers.append(event.result if winner == event else "timeout")
    try:
        again = df.RetryOptions(5000, 2)
        yield context.call_activity_with_retry("fail", again, str(context.new_uuid()))
    except Exception as error:
        answers.append(str(error)[:40])
    return answers


@app.activity_trigger(input_name="name")
def record(name: str) -> str:
    """Note the run in the file that RECORD names."""
    with Path(os.environ["RECORD"]).open("a") as file:
        file.write(f"{name}\n")
    return name


@app.activity_trigger(input_name="number")
def look(number: int) -> dict[str, int]:
    """Look once."""
    return {"number": number}


@app.activity_trigger(input_name="name")
def fail(name: str) -> None:
    """Never succeed."""
    raise ValueError(f"cannot {name}")
