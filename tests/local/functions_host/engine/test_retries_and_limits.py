"""Retries, non-determinism, unknown functions, long timers, custom status (cases 21-25)."""

from collections.abc import Callable, Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import azure.durable_functions as df
import pytest

from local.functions_host.engine.history import from_text

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


def echo(value: Any) -> Any:
    return value


def failing_times(count: int) -> Callable[[str], str]:
    """An activity called shaky that fails so many times before it succeeds."""
    left = [count]

    def shaky(name: str) -> str:
        if left[0]:
            left[0] -= 1
            raise ValueError("not yet")
        return f"done {name}"

    return shaky


def retry(milliseconds: int, attempts: int) -> df.RetryOptions:
    return df.RetryOptions(milliseconds, attempts)


def decisions(bench: "Bench") -> list[tuple[int, int]]:
    return [(e["EventType"], e["EventId"]) for e in bench.history() if e["EventType"] in (4, 7, 10)]


@pytest.mark.case(21)
def test_a_retry_succeeds_at_the_third_attempt_after_its_intervals(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        return (yield context.call_activity_with_retry("shaky", retry(5000, 3), "it"))

    status = bench.run(flow, failing_times(2))
    assert status["output"] == "done it"
    assert decisions(bench) == [(4, 0), (10, 1), (4, 2), (10, 3), (4, 4)]
    assert (bench.clock.now() - bench.clock.START) == timedelta(seconds=10)


@pytest.mark.case(21)
def test_an_exhausted_retry_waits_for_one_more_timer_that_is_due_at_once(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        try:
            yield context.call_activity_with_retry("shaky", retry(5000, 2), "it")
        except Exception as error:
            yield context.call_activity("echo", "after")
            return str(error)

    status = bench.run(flow, failing_times(9), echo)
    assert "not yet" in status["output"]
    assert decisions(bench) == [(4, 0), (10, 1), (4, 2), (10, 3), (4, 4)]
    timers = [e for e in bench.history() if e["EventType"] == 10]
    assert [from_text(t["FireAt"]) - from_text(t["Timestamp"]) for t in timers] == [
        timedelta(seconds=5),
        timedelta(0),
    ]


@pytest.mark.case(21)
def test_retries_in_a_task_all_take_ids_as_they_appear(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        return (
            yield context.task_all(
                [
                    context.call_activity_with_retry("shaky", retry(1000, 3), "a"),
                    context.call_activity("echo", "b"),
                ]
            )
        )

    assert bench.run(flow, failing_times(1), echo)["output"] == ["done a", "b"]
    assert decisions(bench) == [(4, 0), (4, 1), (10, 2), (4, 3)]


def changed(bench: "Bench", before: Any, after: Any) -> dict[str, Any]:
    """Run `before` to its first event, then go on with `after` as the same orchestrator."""
    before.__name__ = after.__name__ = "flow"
    bench.start(before, echo, hello)
    bench.begin("flow")
    bench.host.wait_idle()
    bench._declarations.clear()
    bench.restart(after, echo, hello)
    bench.raise_event("go")
    return bench.finish()


def hello(value: Any) -> str:
    return f"Hello {value}"


def first_version(context: Context) -> Steps:
    yield context.call_activity("echo", 1)
    yield context.call_activity("hello", 2)
    yield context.wait_for_external_event("go")


def other_order(context: Context) -> Steps:
    yield context.call_activity("hello", 2)
    yield context.call_activity("echo", 1)
    yield context.wait_for_external_event("go")


def other_kind(context: Context) -> Steps:
    yield context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    yield context.wait_for_external_event("go")


def other_name(context: Context) -> Steps:
    yield context.call_activity("echo", 1)
    yield context.call_activity("echo", 2)
    yield context.wait_for_external_event("go")


def removed_step(context: Context) -> Steps:
    yield context.call_activity("echo", 1)
    yield context.wait_for_external_event("go")


@pytest.mark.parametrize("after", [other_order, other_name, other_kind, removed_step])
@pytest.mark.case(22)
def test_a_changed_orchestrator_is_found_out(bench: "Bench", after: Any) -> None:
    status = changed(bench, first_version, after)
    assert status["runtimeStatus"] == "Failed"
    assert status["output"].startswith("Non-Deterministic workflow detected:")


@pytest.mark.case(22)
def test_a_changed_input_is_no_error(bench: "Bench") -> None:
    def other_input(context: Context) -> Steps:
        yield context.call_activity("echo", "something else")
        yield context.call_activity("hello", 2)
        yield context.wait_for_external_event("go")

    assert changed(bench, first_version, other_input)["runtimeStatus"] == "Completed"


@pytest.mark.case(23)
def test_an_unknown_activity_fails_the_orchestration_with_the_known_ones(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        try:
            yield context.call_activity("nobody", 1)
        except Exception:
            return "caught"

    status = bench.run(flow, echo, hello)
    assert status["runtimeStatus"] == "Failed"
    assert status["output"] == (
        "The function 'nobody' doesn't exist, is disabled, or is not an activity function. "
        "Additional info: The following are the known activity functions: 'echo', 'hello'."
    )


@pytest.mark.case(23)
def test_an_unknown_sub_orchestrator_fails_the_orchestration(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield context.call_sub_orchestrator("nobody", 1)

    status = bench.run(flow)
    assert "is not an orchestrator function. Additional info: " in status["output"]
    assert "'flow'" in status["output"]


def test_without_any_activity_the_failure_says_so(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield context.call_activity("nobody", 1)

    assert "No activity functions are currently registered!" in bench.run(flow)["output"]


@pytest.mark.case(24)
def test_a_timer_of_twenty_days_takes_seven_episodes_and_is_on_time(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        due = context.current_utc_datetime + timedelta(days=20)
        yield context.create_timer(due)
        return (context.current_utc_datetime - due).total_seconds()

    assert bench.run(flow)["output"] == 0
    assert bench.clock.now() - bench.clock.START == timedelta(days=20)
    assert len([e for e in bench.history() if e["EventType"] == 12]) == 7


@pytest.mark.case(25)
def test_a_custom_status_shows_while_running_and_survives_a_falsy_one(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        context.set_custom_status({"step": 1})
        yield context.wait_for_external_event("go")
        context.set_custom_status("")
        yield context.wait_for_external_event("stop")

    bench.start(flow)
    bench.begin("flow")
    assert bench.finish()["customStatus"] == {"step": 1}
    bench.raise_event("go")
    assert bench.finish()["customStatus"] == {"step": 1}


@pytest.mark.parametrize(("characters", "ends"), [(8190, "Completed"), (8191, "Failed")])
@pytest.mark.case(25)
def test_a_custom_status_holds_16_kilobytes_of_utf_16(
    bench: "Bench", characters: int, ends: str
) -> None:
    def flow(context: Context) -> Steps:
        context.set_custom_status("ä" * characters)
        yield context.call_activity("echo", 1)

    status = bench.run(flow, echo)
    assert status["runtimeStatus"] == ends
    if ends == "Failed":
        assert "must not exceed 16 KB. The current payload size is 17 KB." in status["output"]


@pytest.mark.case(25)
def test_a_custom_status_is_kept_over_continue_as_new(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        if context.get_input() == 1:
            context.set_custom_status("from the first")
            context.continue_as_new(2)
        return "second"
        yield

    status = bench.run(flow, value=1)
    assert (status["output"], status["customStatus"]) == ("second", "from the first")
