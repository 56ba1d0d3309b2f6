"""Coroutines of the app sleep on the clock of the host."""

import asyncio
from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from local.clock import RunningClock, VirtualClock
from local.functions_host.worker.clock_loop import ClockLoop

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Steps = Generator[Any, Any, Any]


async def listen(minutes: str) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.to_thread(int, minutes)
    await asyncio.sleep(60 * int(minutes))
    return loop.time() - began


def flow(context: Any) -> Steps:
    return (yield context.call_activity("listen", "45"))


def both(context: Any) -> Steps:
    return (yield context.task_all([context.call_activity("listen", n) for n in ("45", "90")]))


def test_virtual_time_jumps_over_the_sleep_of_an_activity(bench: "Bench") -> None:
    before = bench.clock.now()
    assert bench.run(flow, listen)["output"] == 45 * 60
    assert bench.clock.now() - before == timedelta(minutes=45)


def test_activities_sleep_side_by_side(bench: "Bench") -> None:
    before = bench.clock.now()
    assert bench.run(both, listen)["output"] == [45 * 60, 90 * 60]
    assert bench.clock.now() - before == timedelta(minutes=90)


def test_with_one_item_at_a_time_a_sleeping_activity_holds_up_no_other(bench: "Bench") -> None:
    before = bench.clock.now()
    bench.run(both, listen, choose=lambda names: 0)
    assert bench.clock.now() - before == timedelta(minutes=90)


def test_a_loop_that_works_in_a_thread_does_not_doze() -> None:
    loop = ClockLoop(VirtualClock())
    seen = loop.submit(asyncio.to_thread(lambda: loop.dozing)).result(10)
    loop.stop()
    assert seen == 0


def test_a_fast_clock_makes_sleep_short() -> None:
    loop = ClockLoop(RunningClock(speed=10_000))
    slept: float = loop.submit(listen("1")).result(10)
    loop.stop()
    assert slept >= 60


def test_what_sleeps_ends_with_its_loop() -> None:
    loop = ClockLoop(VirtualClock())
    sleeping = loop.submit(asyncio.sleep(3600))
    loop.stop()
    assert sleeping.cancelled()
