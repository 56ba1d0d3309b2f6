"""Ids in use, restart and rewind (cases 35-37)."""

# mypy: disable-error-code="untyped-decorator"

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


def echo(value: Any) -> Any:
    return value


def after(context: Context, **span: float) -> Any:
    return context.create_timer(context.current_utc_datetime + timedelta(**span))


def wait(context: Context) -> Steps:
    return (yield context.wait_for_external_event("go"))


@pytest.mark.case(35)
def test_a_finished_id_is_replaced_and_a_running_one_is_refused(bench: "Bench") -> None:
    bench.start(wait)
    bench.begin("wait")
    bench.host.wait_idle()
    refused = bench.call("POST", "orchestrators/wait/i1")
    assert refused.status_code == 409
    assert refused.json()["Message"] == (
        "An Orchestration instance with the status Running already exists."
    )
    bench.raise_event("go", 1)
    assert bench.settled() == "Completed"
    bench.begin("wait")
    assert bench.settled() == "Running"
    assert [e["EventType"] for e in bench.history()] == [12, 0, 13]


@pytest.mark.case(35)
def test_the_client_raises_when_a_start_meets_a_running_instance(bench: "Bench") -> None:
    def declare(app: df.DFApp) -> None:
        @app.route(route="twice")
        @app.durable_client_input(client_name="client")
        async def twice(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> str:
            await client.start_new("wait", "i1")
            try:
                await client.start_new("wait", "i1")
            except Exception as error:
                return str(error)
            return "started twice"

    bench.declare(declare)
    bench.start(wait)
    assert "already exists" in bench.http.get(f"{bench.host.url}/api/twice").text
    assert len(bench.call("GET", "instances").json()) == 1


ANY_STATE = {"extensions": {"durableTask": {"overridableExistingInstanceStates": "AnyState"}}}


@pytest.mark.case(35)
def test_with_any_state_a_start_takes_the_place_of_a_live_instance(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield after(context, minutes=context.get_input())
        return context.get_input()

    bench.host_json = ANY_STATE
    bench.start(flow, jumps=False)
    bench.begin("flow", 5)
    bench.host.wait_idle()
    bench.begin("flow", 7)
    bench.host.wait_idle()
    bench.advance(minutes=6)
    assert bench.settled() == "Running"
    bench.advance(minutes=1)
    assert bench.status()["output"] == 7


def test_with_any_state_the_replaced_instance_is_terminated_for_its_parent(bench: "Bench") -> None:
    def parent(context: Context) -> Steps:
        try:
            yield context.call_sub_orchestrator("wait", instance_id="child")
        except Exception as error:
            return str(error)

    bench.host_json = ANY_STATE
    bench.start(parent, wait)
    bench.begin("parent", id="p1")
    bench.host.wait_idle()
    bench.begin("wait", id="child")
    output = bench.finish("p1")["output"]
    assert output == "A new instance with the same id has taken its place. \n None"
    assert bench.settled("child") == "Running"


def test_with_any_state_an_episode_of_the_replaced_instance_counts_for_nothing(
    bench: "Bench",
) -> None:
    def flow(context: Context) -> Steps:
        if context.get_input() == "first":
            bench.begin("flow", "second")  # while this very episode runs
        return (yield context.call_activity("echo", context.get_input()))

    bench.host_json = ANY_STATE
    bench.start(flow, echo, strict=False)
    bench.begin("flow", "first")
    assert bench.finish()["output"] == "second"


@pytest.mark.parametrize("new_id", [True, False])
@pytest.mark.case(37)
def test_restart_runs_the_same_input_again(bench: "Bench", new_id: bool) -> None:
    def flow(context: Context) -> Any:
        return context.get_input()

    bench.run(flow, value={"a": 1})
    flag = str(new_id).lower()
    answer = bench.call("POST", f"instances/i1/restart?restartWithNewInstanceId={flag}")
    assert answer.status_code == 202
    assert (answer.json()["id"] != "i1") == new_id
    assert bench.finish(answer.json()["id"])["output"] == {"a": 1}


@pytest.mark.case(41)
def test_restart_of_an_unknown_instance_is_400(bench: "Bench") -> None:
    bench.start(wait)
    answer = bench.call("POST", "instances/nobody/restart")
    assert answer.status_code == 400
    assert "nobody" in answer.json()["ExceptionMessage"]


@pytest.mark.case(36)
def test_rewind_runs_only_the_failed_activity_again(bench: "Bench") -> None:
    runs: list[str] = []

    def step(name: str) -> str:
        runs.append(name)
        if name == "bad" and runs.count("bad") == 1:
            raise ValueError("first time")
        return name

    def flow(context: Context) -> Steps:
        results = []
        for name in ("good", "bad"):
            results.append((yield context.call_activity("step", name)))
        return results

    assert bench.run(flow, step)["runtimeStatus"] == "Failed"
    assert bench.call("POST", "instances/i1/rewind?reason=fixed").status_code == 202
    assert bench.finish()["output"] == ["good", "bad"]
    assert runs == ["good", "bad", "bad"]


@pytest.mark.case(36)
def test_rewind_goes_into_failed_children_and_runs_nothing_else_again(bench: "Bench") -> None:
    runs: list[str] = []

    def step(name: str) -> str:
        runs.append(name)
        if name == "bad" and runs.count("bad") == 1:
            raise ValueError("first time")
        return name

    def inner(context: Context) -> Steps:
        first = yield context.call_activity("step", "inner")
        return [first, (yield context.call_activity("step", "bad"))]

    def flow(context: Context) -> Steps:
        first = yield context.call_activity("step", "outer")
        return [first, (yield context.call_sub_orchestrator("inner"))]

    assert bench.run(flow, inner, step)["runtimeStatus"] == "Failed"
    bench.call("POST", "instances/i1/rewind?reason=fixed")
    assert bench.finish()["output"] == ["outer", ["inner", "bad"]]
    assert runs == ["outer", "inner", "bad", "bad"]


@pytest.mark.case(36)
def test_rewind_refuses_what_has_not_failed(bench: "Bench") -> None:
    def flow(context: Context) -> Any:
        return 1

    bench.start(flow, wait)
    assert bench.call("POST", "instances/nobody/rewind").status_code == 404
    bench.begin("flow", id="done")
    bench.begin("wait", id="running")
    bench.host.wait_idle()
    assert bench.call("POST", "instances/done/rewind").status_code == 410
    assert bench.call("POST", "instances/running/rewind").status_code == 412
