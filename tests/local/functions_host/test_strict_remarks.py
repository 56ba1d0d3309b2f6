"""What strict mode and the host remark on without changing the result."""

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


def test_a_timer_left_open_at_the_end_is_remarked_on(
    bench: "Bench", caplog: pytest.LogCaptureFixture
) -> None:
    def flow(context: Context) -> Steps:
        timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
        yield context.task_any([timer, context.call_activity("echo", 1)])

    assert bench.run(flow, echo)["runtimeStatus"] == "Completed"
    assert "its timers [0] are not cancelled" in caplog.text


def test_two_open_waits_of_one_name_are_remarked_on(
    bench: "Bench", caplog: pytest.LogCaptureFixture
) -> None:
    def flow(context: Context) -> Steps:
        yield context.task_all([context.wait_for_external_event("go") for _ in range(2)])

    bench.run(flow)
    assert "two waits for the event 'go' are open" in caplog.text


def test_an_event_in_another_case_is_remarked_on(
    bench: "Bench", caplog: pytest.LogCaptureFixture
) -> None:
    def flow(context: Context) -> Steps:
        yield context.wait_for_external_event("go")

    bench.start(flow)
    bench.begin("flow")
    bench.raise_event("GO")
    assert bench.finish()["runtimeStatus"] == "Running"
    assert "the event 'GO' is awaited in another case" in caplog.text


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
