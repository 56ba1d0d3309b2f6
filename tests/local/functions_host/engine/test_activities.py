"""Activities beside the orchestration: in flight, late, on the loop, too long (31, 32, 35, 48)."""

import asyncio
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


class Router:
    """An activity called slow that waits inside until it is let out."""

    def __init__(self) -> None:
        self.entered, self.leave = threading.Event(), threading.Event()

    def activity(self) -> Any:
        def slow(name: str) -> str:
            self.entered.set()
            self.leave.wait(20)
            return f"{name} done"

        return slow


def flow(context: Context) -> Steps:
    return (yield context.call_activity("slow", "x"))


def in_flight(bench: "Bench") -> Router:
    """Start a flow whose activity is running."""
    gate = Router()
    bench.start(flow, gate.activity())
    bench.begin("flow")
    assert gate.entered.wait(20)
    return gate


def until(bench: "Bench", status: str) -> None:
    while bench.status()["runtimeStatus"] != status:
        pass


@pytest.mark.case(31)
def test_the_result_of_an_activity_that_outlives_a_terminate_is_dropped(bench: "Bench") -> None:
    gate = in_flight(bench)
    bench.call("POST", "instances/i1/terminate?reason=enough")
    until(bench, "Terminated")
    before = bench.history()
    gate.leave.set()
    assert bench.finish()["output"] == "enough"
    assert bench.history() == before


@pytest.mark.case(32)
def test_an_activity_that_ends_during_a_suspension_counts_after_resume(bench: "Bench") -> None:
    gate = in_flight(bench)
    bench.call("POST", "instances/i1/suspend")
    until(bench, "Suspended")
    gate.leave.set()
    assert bench.finish()["runtimeStatus"] == "Suspended"
    bench.call("POST", "instances/i1/resume")
    assert bench.finish()["output"] == "x done"


def test_virtual_time_stands_still_while_an_activity_is_in_flight(bench: "Bench") -> None:
    def pause(context: Context) -> Steps:
        yield context.create_timer(context.current_utc_datetime.replace(hour=23))

    bench.add(pause)
    gate = in_flight(bench)
    bench.begin("pause", id="i2")
    assert bench.status("i2")["runtimeStatus"] in ("Pending", "Running")
    assert bench.clock.now() == bench.clock.START
    gate.leave.set()
    assert bench.finish("i2")["runtimeStatus"] == "Completed"
    assert bench.clock.now().hour == 23


def test_an_async_activity_runs_on_the_loop_and_may_await(bench: "Bench") -> None:
    async def slow(name: str) -> str:
        await asyncio.sleep(0)
        return f"{name} awaited"

    assert bench.run(flow, slow)["output"] == "x awaited"


def test_an_activity_beyond_the_function_timeout_is_a_failure_not_a_retry(bench: "Bench") -> None:
    runs: list[str] = []

    async def slow(name: str) -> None:
        runs.append(name)
        await asyncio.Event().wait()

    bench.host_json = {"functionTimeout": "00:00:01"}
    status = bench.run(flow, slow)
    assert status["runtimeStatus"] == "Failed"
    assert "Timeout value of 0:00:01 was exceeded by function: Functions.slow" in status["output"]
    assert runs == ["x"]


def test_an_activity_that_is_gone_when_its_turn_comes_fails(bench: "Bench") -> None:
    gate = in_flight(bench)
    bench.host.kill()
    gate.leave.set()
    bench._declarations.clear()
    bench.start(flow, other)
    assert bench.finish()["output"].startswith("Non-Deterministic workflow detected:")
    (failed,) = [e for e in bench.history() if e["EventType"] == 6]
    assert failed["Reason"] == (
        "Activity function 'slow' failed: Activity function 'slow' does not exist."
    )


def other(name: str) -> None:
    raise AssertionError("never called")


@pytest.mark.case(35)
def test_of_starts_at_the_same_time_with_one_id_one_succeeds(bench: "Bench") -> None:
    def wait(context: Context) -> Steps:
        yield context.wait_for_external_event("go")

    bench.start(wait)
    with ThreadPoolExecutor(4) as callers:
        codes = sorted(
            callers.map(lambda _: bench.call("POST", "orchestrators/wait/i1").status_code, range(8))
        )
    assert codes == [202] + [409] * 7
