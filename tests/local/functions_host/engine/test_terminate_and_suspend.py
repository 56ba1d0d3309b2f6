"""Terminate, suspend and resume (cases 31, 32)."""

# mypy: disable-error-code="untyped-decorator"

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


@pytest.mark.case(31)
def test_terminate_ends_at_once_despite_open_tasks_and_drops_late_results(
    bench: "Bench",
) -> None:
    def flow(context: Context) -> Steps:
        yield after(context, hours=1)

    bench.start(flow, jumps=False)
    bench.begin("flow")
    bench.host.wait_idle()
    answer = bench.call("POST", "instances/i1/terminate?reason=enough")
    assert answer.status_code == 202
    status = bench.finish()
    assert (status["runtimeStatus"], status["output"]) == ("Terminated", "enough")
    before = bench.history()
    bench.advance(hours=2)
    assert bench.history() == before
    assert bench.call("POST", "instances/i1/terminate?reason=again").status_code == 410


@pytest.mark.case(31)
def test_terminate_of_a_pending_instance_runs_nothing(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield context.call_activity("echo", 1)

    bench.set_versions("1.0", "Strict", "Reject")
    bench.start(flow, echo)
    bench.call("POST", "orchestrators/flow/i1?version=2.0")
    assert bench.settled() == "Pending"
    bench.call("POST", "instances/i1/terminate?reason=never%20mind")
    bench.set_versions("2.0", "Strict", "Reject")
    bench.restart()
    status = bench.finish()
    assert (status["runtimeStatus"], status["output"]) == ("Terminated", "never mind")
    assert [e for e in bench.history() if e["EventType"] == 4] == []


@pytest.mark.case(31, 34)
def test_terminate_leaves_children_running_and_is_a_failure_to_the_parent(bench: "Bench") -> None:
    def parent(context: Context) -> Steps:
        try:
            yield context.call_sub_orchestrator("wait", instance_id="child")
        except Exception as error:
            return str(error)

    bench.start(parent, wait)
    bench.begin("parent", id="p1")
    bench.host.wait_idle()
    bench.call("POST", "instances/child/terminate?reason=enough")
    assert bench.finish("p1")["output"] == "enough \n None"
    bench.begin("parent", id="p2")
    bench.host.wait_idle()
    bench.call("POST", "instances/p2/terminate?reason=enough")
    assert bench.settled("p2") == "Terminated"
    assert bench.settled("child") == "Running"


@pytest.mark.case(29, 32)
def test_what_arrives_while_suspended_is_applied_in_order_after_resume(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        first = yield context.wait_for_external_event("first")
        yield context.call_activity("echo", 1)
        return [first, (yield context.wait_for_external_event("second"))]

    bench.start(flow, echo)
    bench.begin("flow")
    bench.host.wait_idle()
    assert bench.call("POST", "instances/i1/suspend?reason=lunch").status_code == 202
    status = bench.finish()
    assert (status["runtimeStatus"], status["output"]) == ("Suspended", "lunch")
    bench.raise_event("first", 1)
    bench.raise_event("second", 2)
    assert bench.settled() == "Suspended"
    assert [e for e in bench.history() if e["EventType"] == 4] == []
    assert bench.call("POST", "instances/i1/resume?reason=back").status_code == 202
    assert bench.finish()["output"] == ["1", "2"]


@pytest.mark.case(31)
def test_a_suspended_instance_can_be_terminated(bench: "Bench") -> None:
    bench.start(wait)
    bench.begin("wait")
    bench.call("POST", "instances/i1/suspend?reason=lunch")
    assert bench.settled() == "Suspended"
    bench.call("POST", "instances/i1/terminate?reason=enough")
    assert bench.settled() == "Terminated"


@pytest.mark.parametrize("operation", ["suspend", "resume"])
def test_suspend_and_resume_know_unknown_and_finished(bench: "Bench", operation: str) -> None:
    def flow(context: Context) -> Any:
        return 1

    bench.start(flow)
    assert bench.call("POST", f"instances/nobody/{operation}").status_code == 404
    bench.begin("flow")
    bench.host.wait_idle()
    assert bench.call("POST", f"instances/i1/{operation}").status_code == 410
