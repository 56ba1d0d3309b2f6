"""Schedules and timer triggers (case 8), and how virtual time passes by them."""

# mypy: disable-error-code="untyped-decorator"

import logging
import re
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import azure.durable_functions as df
import azure.functions as func
import pytest

from local.functions_host.timers.ncrontab import parse_schedule

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "after", "due"),
    [
        ("0 */5 * * * *", "2026-01-01T00:00:00", "2026-01-01T00:05:00"),
        ("0 */5 * * * *", "2026-01-01T00:04:59.999999", "2026-01-01T00:05:00"),
        ("30 5-6,59 * * * *", "2026-01-01T00:06:30", "2026-01-01T00:59:30"),
        ("0 0 9 * * MON-FRI", "2026-01-02T09:00:00", "2026-01-05T09:00:00"),
        ("0 0 0 29 2 *", "2026-01-01T00:00:00", "2028-02-29T00:00:00"),
        ("0 0 0 13 * 5", "2026-01-01T00:00:00", "2026-02-13T00:00:00"),
        ("0 0 0 1 jan,jul *", "2026-01-01T00:00:00", "2026-07-01T00:00:00"),
        ("10/20 * * * * *", "2026-01-01T00:00:10", "2026-01-01T00:00:30"),
        ("*/5 * * * *", "2026-01-01T00:00:00", "2026-01-01T00:05:00"),
        ("01:30:00", "2026-01-01T00:00:10", "2026-01-01T01:30:10"),
    ],
)
@pytest.mark.case(8)
def test_a_schedule_knows_its_next_occurrence(schedule: str, after: str, due: str) -> None:
    assert parse_schedule(schedule).next_after(moment(after)) == moment(due)


@pytest.mark.parametrize(
    ("schedule", "fault"),
    [
        ("* * * *", "has 4 fields, should have 6"),
        ("60 * * * * *", "'60' is no second from 0 to 59"),
        ("0 0 0 0 * *", "is no day"),
        ("0 0 0 * foo *", "'foo' is no month"),
        ("*/0 * * * * *", "is no second"),
    ],
)
def test_a_schedule_that_makes_no_sense_names_the_field(schedule: str, fault: str) -> None:
    with pytest.raises(ValueError, match=re.escape(fault)):
        parse_schedule(schedule)


def test_a_schedule_that_never_comes_is_refused() -> None:
    with pytest.raises(ValueError, match="no occurrence"):
        parse_schedule("0 0 0 30 2 *").next_after(moment("2026-01-01T00:00:00"))


def ticking(
    bench: "Bench", schedule: str, **options: Any
) -> tuple[list[tuple[str, bool]], Callable[[df.DFApp], object]]:
    """What a timer called tick notes, and its declaration."""
    ticks: list[tuple[str, bool]] = []

    def declare(app: df.DFApp) -> None:
        @app.timer_trigger(schedule=schedule, arg_name="timer", **options)
        def tick(timer: func.TimerRequest) -> None:
            ticks.append((bench.clock.now().strftime("%H:%M:%S"), timer.past_due))

    return ticks, declare


def pause(context: Context) -> Steps:
    yield context.create_timer(context.current_utc_datetime + timedelta(minutes=12))


@pytest.mark.case(8)
def test_a_timer_fires_on_its_schedule_when_time_is_moved(bench: "Bench") -> None:
    ticks, declare = ticking(bench, "%EVERY%")
    bench.settings["EVERY"] = "0 */5 * * * *"
    bench.declare(declare)
    bench.start()
    bench.advance(minutes=11)
    assert ticks == [("00:05:00", False), ("00:10:00", False)]


def test_timers_do_not_pull_virtual_time_but_fire_as_it_passes(bench: "Bench") -> None:
    ticks, declare = ticking(bench, "0 */5 * * * *")
    bench.declare(declare)
    bench.start(pause)
    bench.host.wait_idle()
    assert (ticks, bench.clock.now()) == ([], bench.clock.START)
    bench.begin("pause")
    bench.host.wait_idle()
    assert ticks == [("00:05:00", False), ("00:10:00", False)]
    assert bench.clock.now() == bench.clock.START + timedelta(minutes=12)


def test_a_timer_fires_when_somebody_else_moves_the_clock(bench: "Bench") -> None:
    ticks, declare = ticking(bench, "0 */5 * * * *")
    bench.declare(declare)
    bench.start()
    bench.clock.advance(timedelta(minutes=7))
    bench.host.wait_idle()
    assert ticks == [("00:07:00", False)]


@pytest.mark.case(8)
def test_a_timer_can_run_on_startup(bench: "Bench") -> None:
    ticks, declare = ticking(bench, "0 */5 * * * *", run_on_startup=True)
    bench.declare(declare)
    bench.start()
    bench.host.wait_idle()
    assert ticks == [("00:00:00", False)]


@pytest.mark.case(8)
def test_what_was_missed_while_the_host_was_down_fires_once_as_past_due(bench: "Bench") -> None:
    ticks, declare = ticking(bench, "0 */5 * * * *")
    bench.declare(declare)
    bench.start()
    bench.host.stop()
    bench.clock.advance(timedelta(minutes=21))
    bench.start()
    bench.host.wait_idle()
    assert ticks == [("00:21:00", True)]
    bench.advance(minutes=4)
    assert ticks[1:] == [("00:25:00", False)]


def test_without_a_monitor_nothing_is_past_due(bench: "Bench") -> None:
    ticks, declare = ticking(bench, "0 */5 * * * *", use_monitor=False)
    bench.declare(declare)
    bench.start()
    bench.host.stop()
    bench.clock.advance(timedelta(minutes=21))
    bench.start()
    bench.host.wait_idle()
    assert ticks == []


@pytest.mark.case(8)
def test_a_run_that_outlasts_its_occurrence_is_followed_by_one_run_not_joined(
    bench: "Bench",
) -> None:
    now, running, most = [0], [0], [0]
    started: list[str] = []

    def declare(app: df.DFApp) -> None:
        @app.timer_trigger(schedule="0 */5 * * * *", arg_name="timer")
        def tick(timer: func.TimerRequest) -> None:
            running[0] += 1
            most[0] = max(most[0], running[0])
            started.append(bench.clock.now().strftime("%H:%M"))
            if not now[0]:
                now[0] = 1
                bench.clock.advance(timedelta(minutes=12))
            running[0] -= 1

    bench.declare(declare)
    bench.start()
    bench.advance(minutes=5)
    assert started == ["00:05", "00:17"]
    assert most == [1]


def test_a_disabled_timer_does_not_fire(bench: "Bench") -> None:
    ticks, declare = ticking(bench, "0 */5 * * * *")
    bench.settings["AzureWebJobs.tick.Disabled"] = "1"
    bench.declare(declare)
    bench.start()
    bench.advance(minutes=11)
    assert ticks == []


def test_a_timer_can_be_fired_by_hand(bench: "Bench") -> None:
    ticks, declare = ticking(bench, "0 */5 * * * *")
    bench.declare(declare)
    bench.start()
    assert bench.http.post(f"{bench.host.url}/admin/functions/tick").status_code == 202
    bench.host.wait_idle()
    assert ticks == [("00:00:00", False)]


def test_a_timer_that_raises_fires_again(bench: "Bench", caplog: pytest.LogCaptureFixture) -> None:
    def declare(app: df.DFApp) -> None:
        @app.timer_trigger(schedule="0 */5 * * * *", arg_name="timer")
        def tick(timer: func.TimerRequest) -> None:
            raise ValueError("tick")

    bench.declare(declare)
    bench.start()
    bench.advance(minutes=11)
    failures = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert failures == ["function tick failed"] * 2


def test_a_schedule_follows_the_time_zone_of_the_app(bench: "Bench") -> None:
    ticks, declare = ticking(bench, "0 0 9 * * *")
    bench.settings["WEBSITE_TIME_ZONE"] = "Europe/Berlin"
    bench.declare(declare)
    bench.start()
    bench.advance(hours=12)
    assert ticks == [("08:00:00", False)]
