"""What strict mode refuses by name, because the platform would hang or mislead in silence."""

# mypy: disable-error-code="untyped-decorator"

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


def after(context: Context, **span: float) -> Any:
    return context.create_timer(context.current_utc_datetime + timedelta(**span))


def refusal(status: dict[str, Any]) -> str:
    """Why strict mode failed an instance."""
    assert status["runtimeStatus"] == "Failed"
    prefix, _, fault = status["output"].partition("Strict mode: ")
    assert prefix == ""
    return str(fault)


def test_a_timer_left_open_at_the_end_is_refused(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield context.task_any([after(context, hours=1), context.call_activity("echo", 1)])

    assert "its timers [0] are not cancelled" in refusal(bench.run(flow, echo))


def test_two_waits_of_one_name_at_once_are_refused(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield context.task_all([context.wait_for_external_event("go") for _ in range(2)])

    assert "two waits for the event 'go'" in refusal(bench.run(flow))


def test_two_waits_of_one_name_one_after_the_other_are_refused(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield context.wait_for_external_event("go")
        yield context.wait_for_external_event("Go")

    bench.start(flow)
    bench.begin("flow")
    assert bench.finish()["runtimeStatus"] == "Running"
    bench.raise_event("go")
    assert "two waits for the event 'go'" in refusal(bench.finish())


def test_the_next_execution_may_wait_for_the_same_name(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        value = yield context.wait_for_external_event("go")
        if value != "last":
            context.continue_as_new(None)
        return value

    bench.start(flow)
    bench.begin("flow")
    for value in ("first", "last"):
        bench.host.wait_idle()
        bench.call("POST", "instances/i1/raiseEvent/go", json=value)
    assert bench.finish()["output"] == "last"


def test_an_event_in_another_case_is_refused(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        yield context.wait_for_external_event("go")

    bench.start(flow)
    bench.begin("flow")
    bench.raise_event("GO")
    assert "the event 'GO' is awaited in another case" in refusal(bench.finish())


@pytest.mark.case(28)
def test_a_timer_raced_again_beside_a_new_wait_is_refused(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        timer = after(context, minutes=10)
        yield context.task_any([timer, context.wait_for_external_event("one")])
        yield context.task_any([timer, context.wait_for_external_event("two")])

    bench.start(flow, jumps=False)
    bench.begin("flow")
    bench.host.wait_idle()
    bench.raise_event("one")
    fault = refusal(bench.finish())
    assert fault.startswith("the task '(timer)' was scheduled before and is yielded again")


@pytest.mark.parametrize("retried", [False, True])
@pytest.mark.case(28)
def test_a_ready_set_loop_is_refused_in_its_second_round(bench: "Bench", retried: bool) -> None:
    def call(context: Context, minutes: int) -> Any:
        if not retried:
            return context.call_sub_orchestrator("wait", minutes)
        return context.call_sub_orchestrator_with_retry("wait", df.RetryOptions(1000, 2), minutes)

    def wait(context: Context) -> Steps:
        yield after(context, minutes=context.get_input())

    def flow(context: Context) -> Steps:
        running = [call(context, minutes) for minutes in (1, 2, 60)]
        done = yield context.task_any(running)
        running.remove(done)
        yield context.task_any([*running, call(context, 25)])

    fault = refusal(bench.run(flow, wait))
    assert fault.startswith("the task 'wait' was scheduled before and is yielded again")


def test_racing_a_set_until_all_of_it_has_ended_is_allowed(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        running, order = [context.call_activity("echo", n) for n in range(3)], []
        while running:
            done = yield context.task_any(running)
            running.remove(done)
            order.append(done.result)
        return sorted(order)

    assert bench.run(flow, echo)["output"] == [0, 1, 2]


def test_an_unregistered_function_is_refused_before_the_host_gets_there(bench: "Bench") -> None:
    def boom(text: str) -> None:
        raise ValueError(text)

    def slow(context: Context) -> Steps:
        yield after(context, minutes=30)

    def flow(context: Context) -> Steps:
        try:
            yield context.task_all(
                [context.call_activity("boom", "x"), context.call_sub_orchestrator("slow")]
            )
        except Exception:
            yield context.call_activity("nobody")

    bench.start(flow, slow, boom, jumps=False)
    bench.begin("flow")
    assert refusal(bench.finish()) == "the function 'nobody' is not registered."


@pytest.mark.case(9)
def test_a_function_object_that_calls_another_function_is_refused(bench: "Bench") -> None:
    built: list[Any] = []

    def flow(context: Context) -> Steps:
        return (yield context.call_activity(built[-1], 1))

    def declare(app: df.DFApp) -> None:
        @app.function_name("by_name")
        @app.activity_trigger(input_name="value")
        def twice(value: int) -> str:
            return "the one that was meant"

        built.append(twice)

        @app.function_name("twice")
        @app.activity_trigger(input_name="value")
        def other(value: int) -> str:
            return "another one"

    bench.declare(declare)
    assert bench.run(flow, strict=False)["output"] == "another one"
    bench.restart()
    fault = refusal(bench.finish(bench.begin("flow", id="i2")))
    assert fault.startswith("the function object twice is called by its Python name, but it is ")
    assert "registered as 'by_name'" in fault


def test_a_function_object_that_calls_nobody_is_explained(bench: "Bench") -> None:
    built: list[Any] = []

    def flow(context: Context) -> Steps:
        yield context.call_sub_orchestrator(built[-1])

    def declare(app: df.DFApp) -> None:
        @app.orchestration_trigger(context_name="context", orchestration="Alias")
        def original(context: Context) -> Any:
            return None

        built.append(original)

    bench.declare(declare)
    output = bench.run(flow)["output"]
    assert output.startswith("The function 'original' doesn't exist")
    assert "Strict mode: the function object original" in output
    assert "registered as 'Alias'" in output


@pytest.mark.parametrize(("kilobytes", "remarked"), [(44, False), (46, True)])
def test_a_payload_above_45_kilobytes_is_remarked_on(
    bench: "Bench", caplog: pytest.LogCaptureFixture, kilobytes: int, remarked: bool
) -> None:
    def make(kilobytes: int) -> str:
        return "x" * 1024 * kilobytes

    def flow(context: Context) -> Steps:
        yield context.call_activity("make", kilobytes)

    assert bench.run(flow, make)["runtimeStatus"] == "Completed"
    assert ("above the 45 KB that a queue message holds" in caplog.text) == remarked
