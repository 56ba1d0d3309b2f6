"""When an orchestration ends, hangs or goes wrong, as it does on Azure (cases 26-28)."""

from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import azure.durable_functions as df
import pytest

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


def echo(value: Any) -> Any:
    return value


def boom(text: str) -> None:
    raise ValueError(text)


def after(context: Context, **span: float) -> Any:
    return context.create_timer(context.current_utc_datetime + timedelta(**span))


def elapsed(bench: "Bench") -> timedelta:
    return bench.clock.now() - bench.clock.START


@pytest.mark.case(26)
def test_a_forgotten_timer_keeps_the_instance_running_until_it_is_due(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield context.task_any([after(context, hours=24), context.call_activity("echo", 1)])
        return "returned"

    bench.start(flow, echo, jumps=False, strict=False)
    bench.begin("flow")
    assert bench.finish()["runtimeStatus"] == "Running"
    why = bench.diagnosis()
    assert why["orchestratorReturned"]
    assert [t["kind"] for t in why["openTasks"]] == ["timer"]
    bench.advance(hours=23)
    assert bench.status()["runtimeStatus"] == "Running"
    bench.advance(hours=1)
    assert bench.status()["output"] == "returned"


@pytest.mark.case(26)
def test_a_cancelled_timer_does_not_hold_up_the_end(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        timer = after(context, hours=24)
        yield context.task_any([timer, context.call_activity("echo", 1)])
        timer.cancel()
        yield after(context, minutes=1)
        return "returned"

    assert bench.run(flow, echo)["output"] == "returned"
    assert elapsed(bench) == timedelta(minutes=1)


@pytest.mark.case(26)
def test_the_message_of_a_cancelled_timer_is_dropped(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        timer = after(context, hours=24)
        yield context.task_any([timer, context.call_activity("echo", 1)])
        timer.cancel()
        yield context.wait_for_external_event("never")

    bench.run(flow, echo)
    assert elapsed(bench) == timedelta(0)  # nothing was due that time could have jumped to
    bench.advance(hours=25)
    assert [e for e in bench.history() if e["EventType"] == 11] == []


@pytest.mark.case(27)
def test_compensation_starts_only_after_the_last_sibling(bench: "Bench") -> None:
    def slow(context: Context) -> Steps:
        yield after(context, minutes=30)

    def flow(context: Context) -> Steps:
        try:
            yield context.task_all(
                [context.call_activity("boom", "x"), context.call_sub_orchestrator("slow")]
            )
        except Exception:
            yield context.call_activity("echo", "compensate")
            return (context.current_utc_datetime.minute, "compensated")

    assert bench.run(flow, slow, boom, echo)["output"] == [30, "compensated"]


@pytest.mark.case(28)
def test_a_timer_raced_again_in_a_second_round_hangs_and_is_reported(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        timer = after(context, minutes=10)
        first = yield context.task_any([timer, context.wait_for_external_event("one")])
        if first != timer:
            yield context.task_any([timer, context.wait_for_external_event("two")])
        return "returned"

    bench.start(flow, jumps=False, strict=False)
    bench.begin("flow")
    bench.host.wait_idle()
    bench.raise_event("one")
    bench.host.wait_idle()
    bench.advance(hours=1)
    assert bench.status()["runtimeStatus"] == "Running"
    why = bench.diagnosis()
    assert why["openTasks"] == []
    assert why["waitsForEvents"] == ["two"]
    assert "event two" in why["because"]


def test_fresh_timers_and_waits_in_every_round_work(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        for number in range(3):
            timer = after(context, minutes=10)
            event = context.wait_for_external_event(f"event{number}")
            if (yield context.task_any([timer, event])) == event:
                timer.cancel()
        return "returned"

    bench.start(flow, jumps=False)
    bench.begin("flow")
    bench.host.wait_idle()
    bench.raise_event("event0")
    bench.advance(minutes=20)
    assert bench.status()["output"] == "returned"


@pytest.mark.case(28)
def test_a_ready_set_loop_creates_the_next_task_only_after_the_previous_one(
    bench: "Bench",
) -> None:
    def wait(context: Context) -> Steps:
        yield after(context, minutes=context.get_input())
        return context.get_input()

    def flow(context: Context) -> Steps:
        running = [context.call_sub_orchestrator("wait", m) for m in (1, 2, 60)]
        added = [context.call_sub_orchestrator("wait", m) for m in (25, 3)]
        while running:
            done = yield context.task_any(running)
            running.remove(done)
            if added:
                running.append(added.pop(0))

    bench.run(flow, wait, strict=False)
    started = {
        child["input"]: child["createdTime"][11:16]
        for child in bench.call("GET", "instances").json()
        if child["name"] == "wait"
    }
    # the second addition waits for the end of the first, although a slot is free at minute 2
    assert started == {"1": "00:00", "2": "00:00", "60": "00:00", "25": "00:01", "3": "00:26"}


def race_with_retry(context: Context) -> Steps:
    timer = after(context, hours=2)
    again = df.RetryOptions(60_000, 3)
    yield context.task_any([context.call_activity_with_retry("shaky", again, 1), timer])
    timer.cancel()
    yield context.call_activity("echo", "next")
    return "returned"


def shaky_once() -> Any:
    failed: list[str] = []

    def shaky(name: Any) -> str:
        if not failed:
            failed.append("once")
            raise ValueError("once")
        return "shaky done"

    return shaky


@pytest.mark.case(28)
def test_a_cancelled_timer_raced_with_a_retry_fails_as_trap_a(bench: "Bench") -> None:
    status = bench.run(race_with_retry, shaky_once(), echo, strict=False)
    assert status["runtimeStatus"] == "Failed"
    assert status["output"].startswith("Non-Deterministic workflow detected:")


@pytest.mark.case(28)
def test_strict_mode_names_trap_a(bench: "Bench") -> None:
    output = bench.run(race_with_retry, shaky_once(), echo)["output"]
    assert "a retry was raced with a timer that was then cancelled" in output


def fail_beside_a_retry(context: Context) -> Steps:
    again = df.RetryOptions(60_000, 3)
    try:
        yield context.task_all(
            [
                context.call_activity_with_retry("shaky", again, 1),
                context.call_sub_orchestrator("late"),
            ]
        )
    except Exception:
        return (yield context.call_activity("echo", "my own result"))


def late(context: Context) -> Steps:
    yield after(context, seconds=30)
    raise ValueError("late")


@pytest.mark.case(28)
def test_a_failure_beside_a_retry_gives_silently_wrong_results_as_trap_b(bench: "Bench") -> None:
    status = bench.run(fail_beside_a_retry, late, shaky_once(), echo, strict=False)
    assert status["runtimeStatus"] == "Completed"
    assert status["output"] == "shaky done"


@pytest.mark.case(28)
def test_strict_mode_names_trap_b(bench: "Bench") -> None:
    status = bench.run(fail_beside_a_retry, late, shaky_once(), echo)
    assert status["runtimeStatus"] == "Failed"
    assert "sequence id 3 is 'echo' in the orchestrator but 'shaky' on the host" in status["output"]


def test_strict_mode_catches_an_orchestrator_that_depends_on_more_than_its_history(
    bench: "Bench",
) -> None:
    calls: list[int] = []

    def flow(context: Context) -> Steps:
        calls.append(1)
        yield context.call_activity("echo", len(calls))

    status = bench.run(flow, echo)
    assert status["runtimeStatus"] == "Failed"
    assert "two replays of the same history gave different answers" in status["output"]


def test_strict_mode_sees_at_the_end_what_went_wrong_in_an_episode_that_was_replayed_once(
    bench: "Bench",
) -> None:
    calls: list[int] = []

    def flow(context: Context) -> Steps:
        for number in range(7):
            calls.append(1)
            unclear = len(calls) if number == 4 else 0  # the fifth of eight episodes and later
            yield context.call_activity("echo", unclear)

    status = bench.run(flow, echo)
    assert status["runtimeStatus"] == "Failed"
    assert "two replays of the same history gave different answers" in status["output"]


def test_a_task_all_inside_a_task_any_fails_with_the_error_of_the_sdk(bench: "Bench") -> None:
    def slow(context: Context) -> Steps:
        yield after(context, minutes=1)

    def flow(context: Context) -> Steps:
        inner = context.task_all(
            [context.call_activity("boom", "x"), context.call_sub_orchestrator("slow")]
        )
        yield context.task_any([inner, context.wait_for_external_event("never")])
        yield after(context, minutes=5)

    status = bench.run(flow, slow, boom)
    assert status["runtimeStatus"] == "Failed"
    assert "does not have pending sub-task" in status["output"]


def test_a_known_task_beside_an_unknown_one_is_run_before_the_failure(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield context.task_all(
            [context.call_activity("echo", 1), context.call_activity("nobody", 2)]
        )

    status = bench.run(flow, echo, strict=False)
    assert status["runtimeStatus"] == "Failed"
    assert "'nobody'" in status["output"]
    assert [e["EventType"] for e in bench.history()] == [12, 0, 4, 13, 12, 5, 1, 13]
