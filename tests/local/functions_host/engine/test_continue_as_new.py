"""What one execution leaves to the next (case 33)."""

# mypy: disable-error-code="untyped-decorator"

import threading
from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

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


@pytest.mark.case(33)
def test_a_hundred_rounds_of_continue_as_new_keep_the_history_short(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        left = context.get_input()
        yield context.call_activity("echo", left)
        if left:
            context.continue_as_new(left - 1)
        return left

    bench.start(flow, echo)
    bench.begin("flow", 100)
    bench.host.wait_idle()
    executions = {
        request["history"][1]["OrchestrationInstance"]["ExecutionId"]
        for request, _ in bench.exchanges
    }
    assert len(executions) == 101
    assert len(bench.history()) == 8
    assert bench.status()["output"] == 0


@pytest.mark.case(33)
def test_continue_as_new_drops_buffered_events_and_carries_those_that_come_after(
    bench: "Bench",
) -> None:
    def flow(context: Context) -> Steps:
        if context.get_input() == "first":
            yield context.wait_for_external_event("start")
            context.continue_as_new("second")
            return None
        return (yield context.wait_for_external_event("data"))

    bench.start(flow, jumps=False)
    bench.begin("flow", "first")
    bench.host.wait_idle()
    bench.raise_event("data", "buffered before")
    bench.host.wait_idle()
    bench.call("POST", "instances/i1/suspend")
    bench.host.wait_idle()
    bench.raise_event("start")
    bench.raise_event("data", "after the action")
    bench.call("POST", "instances/i1/resume")
    assert bench.finish()["output"] == '"after the action"'


@pytest.mark.case(33)
def test_a_timer_of_the_previous_execution_is_dropped(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        if context.get_input() == 1:
            timer = after(context, hours=1)
            yield context.task_any([timer, context.call_activity("echo", 1)])
            timer.cancel()
            context.continue_as_new(2)
            return None
        yield after(context, hours=3)
        return context.current_utc_datetime.hour

    assert bench.run(flow, echo, value=1)["output"] == 3


@pytest.mark.case(33)
def test_a_completion_of_the_previous_execution_is_dropped(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        value = yield context.call_activity("slow", context.get_input())
        if context.get_input() == "old":
            context.continue_as_new("new")
        return value

    entered, leave = threading.Event(), threading.Event()

    def slow(name: str) -> str:
        if name == "new":
            entered.set()
            leave.wait(20)
        return name

    bench.start(flow, slow)
    bench.begin("flow", "old")
    assert entered.wait(20)
    old = bench.exchanges[0][0]["history"][1]["OrchestrationInstance"]["ExecutionId"]
    bench.complete(0, "too late", execution_id=old)
    leave.set()
    assert bench.finish()["output"] == "new"
    assert [e["Result"] for e in bench.history() if e["EventType"] == 5] == ['"new"']
