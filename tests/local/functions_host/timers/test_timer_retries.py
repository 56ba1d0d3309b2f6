"""`@app.retry` on timers, and what is said of it elsewhere."""

# mypy: disable-error-code="untyped-decorator"

from collections.abc import Generator
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import azure.durable_functions as df
import azure.functions as func
import pytest

from local.functions_host.errors import AppError

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


Run = tuple[str, int, str | None]  # when, which retry, the failure before it


def retrying(bench: "Bench", failures: int, **policy: str) -> list[Run]:
    """An hourly timer with a policy that fails so often; its runs."""
    runs: list[Run] = []

    def declare(app: df.DFApp) -> None:
        @app.timer_trigger(schedule="0 0 * * * *", arg_name="timer")
        @app.retry(**policy)
        def tick(timer: func.TimerRequest, context: func.Context) -> None:
            retry: Any = context.retry_context
            before = retry.exception.message if retry.exception else None
            runs.append((bench.clock.now().strftime("%H:%M:%S"), retry.retry_count, before))
            if len(runs) <= failures:
                raise ValueError(f"run {len(runs)}")

    bench.declare(declare)
    bench.start()
    return runs


FIXED = {"strategy": "fixed_delay", "max_retry_count": "2", "delay_interval": "00:00:10"}


def test_a_failed_timer_is_run_again_after_a_fixed_delay(bench: "Bench") -> None:
    runs = retrying(bench, 1, **FIXED)
    bench.advance(hours=1, minutes=59)
    assert runs == [("01:00:00", 0, None), ("01:00:10", 1, "ValueError: run 1")]


def test_a_timer_whose_retries_are_used_up_waits_for_its_next_occurrence(bench: "Bench") -> None:
    runs = retrying(bench, 3, **FIXED)
    bench.advance(hours=2)
    assert [run[0] for run in runs] == ["01:00:00", "01:00:10", "01:00:20", "02:00:00"]
    assert runs[-1][1:] == (0, None)


def test_a_timer_can_be_retried_without_end_at_growing_intervals(bench: "Bench") -> None:
    runs = retrying(
        bench,
        99,
        strategy="exponential_backoff",
        max_retry_count="-1",
        minimum_interval="00:00:10",
        maximum_interval="00:01:00",
    )
    bench.advance(hours=1, minutes=4)
    times = [moment(f"2026-01-01T{run[0]}") for run in runs]
    pauses = [(b - a).seconds for a, b in pairwise(times)]
    assert pauses[:5] == [10, 20, 30, 50, 60]


def test_a_host_that_dies_between_retries_runs_the_timer_as_past_due(bench: "Bench") -> None:
    runs = retrying(bench, 1, **FIXED)
    bench.advance(hours=1, seconds=5)
    bench.restart(kill=True)
    bench.host.wait_idle()
    assert runs == [("01:00:00", 0, None), ("01:00:05", 0, None)]


def test_a_retry_policy_where_the_platform_has_none_is_said_at_load(
    bench: "Bench", caplog: pytest.LogCaptureFixture
) -> None:
    def declare(app: df.DFApp) -> None:
        @app.activity_trigger(input_name="value")
        @app.retry(**FIXED)
        def shaky(value: int) -> None: ...

    bench.declare(declare)
    bench.start()
    assert "The retry policy of function 'shaky' is ignored, here and on Azure" in caplog.text


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ({**FIXED, "delay_interval": "5"}, "has delay_interval '5', should be like 00:00:10: "),
        ({**FIXED, "max_retry_count": "many"}, "has max_retry_count 'many'."),
        ({**FIXED, "strategy": "linear"}, "has the strategy 'linear', should be fixed_delay"),
        (
            {
                "strategy": "exponential_backoff",
                "max_retry_count": "1",
                "minimum_interval": "01:00:00",
                "maximum_interval": "00:01:00",
            },
            "has a minimum_interval above its maximum_interval.",
        ),
    ],
)
def test_a_retry_policy_that_makes_no_sense_is_refused(
    bench: "Bench", policy: dict[str, str], sentence: str
) -> None:
    with pytest.raises(AppError) as caught:
        retrying(bench, 0, **policy)
    assert str(caught.value).startswith("The retry policy of function 'tick' ")
    assert sentence in str(caught.value)
