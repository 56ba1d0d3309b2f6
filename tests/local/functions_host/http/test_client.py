"""The SDK's own client against the management API (cases 41, 45)."""

# mypy: disable-error-code="untyped-decorator"

import json
from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import azure.durable_functions as df
import azure.functions as func
import pytest

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


def quick(context: Context) -> Any:
    return {"done": True}


def bad(context: Context) -> Any:
    raise ValueError("bad")


def wait(context: Context) -> Steps:
    return (yield context.wait_for_external_event("go"))


def with_client(bench: "Bench", work: Any) -> Any:
    """Run `work(client)` inside an HTTP function; its result through JSON."""

    def declare(app: df.DFApp) -> None:
        @app.route(route="work")
        @app.durable_client_input(client_name="client")
        async def run(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> str:
            return json.dumps(await work(client))

    bench.declare(declare)
    bench.start(quick, wait, bad)
    bench.host.wait_idle()
    answer = bench.http.get(f"{bench.host.url}/api/work")
    assert answer.status_code == 200
    return answer.json()


async def ended(client: Any, instance_id: str) -> Any:
    while True:
        status = await client.get_status(instance_id)
        if status.runtime_status.value in ("Completed", "Failed", "Terminated"):
            return status


def test_the_client_walks_through_the_life_of_an_instance(bench: "Bench") -> None:
    async def work(client: Any) -> Any:
        await client.start_new("wait", "life", {"a": 1})
        await client.suspend("life", "for a while")
        await client.resume("life", "go on")
        await client.raise_event("life", "go", {"k": 1})
        status = await ended(client, "life")
        for late in (client.terminate, client.suspend, client.resume):
            await late("life", "too late")
        again = await client.restart("life", False)
        await client.terminate("life", "enough")
        return [status.output, status.input_, again["id"], (await ended(client, "life")).output]

    assert with_client(bench, work) == ['{"k": 1}', '{"a": 1}', "life", "enough"]


@pytest.mark.case(45)
def test_the_client_raises_on_what_does_not_exist(bench: "Bench") -> None:
    async def work(client: Any) -> Any:
        said = [bool(await client.get_status("nobody"))]
        attempts: list[Any] = [
            lambda: client.start_new("nobody"),
            lambda: client.start_new("wait", "my/id"),
            lambda: client.raise_event("nobody", "go", 1),
            lambda: client.terminate("nobody", "x"),
            lambda: client.rewind("nobody", "x"),
        ]
        for attempt in attempts:
            try:
                await attempt()
            except Exception as error:
                said.append(bool(str(error)))
        return said

    assert with_client(bench, work) == [False, True, True, True, True, True]


def test_the_client_shows_history_and_lists_and_purges(bench: "Bench") -> None:
    async def work(client: Any) -> Any:
        for id in ("x1", "x2", "y1"):
            await client.start_new("quick", id)
            await ended(client, id)
        status = await client.get_status("x1", show_history=True)
        since = bench.clock.START - timedelta(days=1)
        completed = [df.OrchestrationRuntimeStatus.Completed]
        found = await client.get_status_by(since, None, completed, "x")
        purged = await client.purge_instance_history_by(since, None, completed)
        single = await client.purge_instance_history("x1")
        names = [e["EventType"] for e in status.historyEvents]
        return [names, len(found), purged.instances_deleted, single.instances_deleted]

    assert with_client(bench, work) == [["ExecutionStarted", "ExecutionCompleted"], 2, 3, 0]
