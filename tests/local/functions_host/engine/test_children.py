"""Sub-orchestrations (case 34)."""

# mypy: disable-error-code="untyped-decorator"

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import azure.durable_functions as df
import pytest

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


def echo(value: Any) -> Any:
    return value


def wait(context: Context) -> Steps:
    return (yield context.wait_for_external_event("go"))


def child(context: Context) -> Steps:
    value = yield context.call_activity("echo", context.get_input())
    return {"value": value, "parent": context.parent_instance_id, "id": context.instance_id}


@pytest.mark.case(34)
def test_a_child_gets_input_parent_and_an_id_of_the_parent_s_execution(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        return (yield context.call_sub_orchestrator("child", {"n": 7}))

    output = bench.run(flow, child, echo)["output"]
    execution = bench.history()[1]["OrchestrationInstance"]["ExecutionId"]
    assert output == {"value": {"n": 7}, "parent": "i1", "id": f"{execution}:0"}
    started = bench.history(output["id"])[1]
    assert started["Input"] == '"{\\"n\\": 7}"'
    assert started["ParentInstance"]["TaskScheduleId"] == 0


@pytest.mark.case(34)
def test_a_child_can_have_an_explicit_id(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        return (yield context.call_sub_orchestrator("child", 1, instance_id="my-child"))

    assert bench.run(flow, child, echo)["output"]["id"] == "my-child"


@pytest.mark.parametrize("name", ["i1", "a/b", "x" * 101])
def test_a_child_with_an_impossible_id_fails_the_parent(bench: "Bench", name: str) -> None:
    def flow(context: Context) -> Steps:
        yield context.call_sub_orchestrator("child", 1, instance_id=name)

    assert bench.run(flow, child, echo)["runtimeStatus"] == "Failed"


@pytest.mark.case(34)
def test_a_failed_child_gives_its_failure_text_to_the_parent(bench: "Bench") -> None:
    def bad(context: Context) -> Steps:
        yield context.call_activity("echo", 1)
        raise ValueError("childboom")

    def flow(context: Context) -> Steps:
        try:
            yield context.call_sub_orchestrator("bad")
        except Exception as error:
            return str(error)

    output = bench.run(flow, bad, echo)["output"]
    assert output == "Orchestrator function 'bad' failed: childboom \n None"


@pytest.mark.case(34)
def test_a_child_can_be_retried(bench: "Bench") -> None:
    runs: set[str] = set()

    def shaky(context: Context) -> Steps:
        yield context.call_activity("note", context.instance_id)
        if (yield context.call_activity("count", 1)) < 2:
            raise ValueError("not yet")
        return "done"

    def note(name: str) -> None:
        runs.add(name)

    def count(value: int) -> int:
        return len(runs)

    def flow(context: Context) -> Steps:
        again = df.RetryOptions(1000, 3)
        return (yield context.call_sub_orchestrator_with_retry("shaky", again))

    assert bench.run(flow, shaky, note, count)["output"] == "done"
    assert len(runs) == 2


def test_a_child_on_a_running_instance_is_a_failure_to_the_parent(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield context.call_sub_orchestrator("wait", instance_id="busy")

    bench.start(flow, wait)
    bench.begin("wait", id="busy")
    bench.begin("flow")
    assert "An Orchestration instance with the status" in bench.finish()["output"]
