"""What survives a crash, and how often things run (cases 48-53)."""

import logging
import threading
from collections import Counter
from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from local.functions_host.errors import HostKilled
from local.functions_host.store.activity_queue import ActivityQueue
from local.functions_host.store.tables import Store
from local.functions_host.store.task_hub import TaskHub

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


def echo(value: Any) -> Any:
    return value


def after(context: Context, **span: float) -> Any:
    return context.create_timer(context.current_utc_datetime + timedelta(**span))


def child(context: Context) -> Steps:
    yield after(context, minutes=context.get_input())
    return (yield context.call_activity("record", f"child {context.get_input()}"))


def journey(context: Context) -> Steps:
    """A bit of everything."""
    first = yield context.call_activity("record", "first")
    both = yield context.task_all(
        [context.call_activity("record", "left"), context.call_sub_orchestrator("child", 2)]
    )
    yield after(context, minutes=5)
    last = yield context.call_activity("record", "last")
    return [first, *both, last]


def end_of_journey() -> list[str]:
    return ["first", "left", "child 2", "last"]


class Crash:
    """Kills the host at the nth boundary."""

    def __init__(self, at: int | None) -> None:
        self.at = at
        self.places: list[str] = []

    def __call__(self, place: str) -> None:
        self.places.append(place)
        if len(self.places) == self.at:
            raise HostKilled


def places_of_the_journey(bench: "Bench", record: Any) -> list[str]:
    crash = Crash(None)
    bench.start(journey, child, record, boundary=crash)
    bench.begin("journey")
    bench.host.wait_idle()
    bench.host.stop()
    return crash.places


@pytest.mark.case(48)
def test_a_crash_at_any_boundary_loses_nothing_and_repeats_no_orchestrator_step(
    bench: "Bench",
) -> None:
    runs: Counter[str] = Counter()

    def record(name: str) -> str:
        runs[name] += 1
        return name

    places = places_of_the_journey(bench, record)
    assert {place.partition(":")[0] for place in places} == {
        "before call",
        "after answer",
        "before commit",
        "after commit",
    }
    for at in range(1, len(places) + 1):
        bench.state = bench.folder / f"{at}.db"
        runs.clear()
        survive(bench, at)
        assert bench.status()["output"] == end_of_journey(), places[at - 1]
        scheduled = [e for e in bench.history() if e["EventType"] in (4, 7, 10)]
        assert [e["EventId"] for e in scheduled] == [0, 1, 2, 3, 4], places[at - 1]
        assert sum(runs.values()) - len(runs) <= 1, places[at - 1]
        bench.host.stop()


def survive(bench: "Bench", at: int) -> None:
    """Run the journey with a crash at one boundary, and finish it with a second host."""
    try:
        bench.start(boundary=Crash(at))
        bench.begin("journey")
        bench.host.wait_idle()
    except (HostKilled, AssertionError, OSError) as died:
        if not bench.host.killed.is_set():
            raise AssertionError("the host should have died") from died
    bench.host.stop()
    bench.start()
    if bench.call("GET", "instances/i1").status_code == 404:
        bench.begin("journey")  # the start itself was lost, and its caller was told so
    bench.host.wait_idle()


@pytest.mark.case(48)
def test_kill_drops_what_was_not_committed_and_the_next_host_goes_on(bench: "Bench") -> None:
    entered, leave = threading.Event(), threading.Event()
    runs: list[str] = []

    def slow(name: str) -> str:
        runs.append(name)
        entered.set()
        leave.wait(20)
        return name

    def flow(context: Context) -> Steps:
        return (yield context.call_activity("slow", "x"))

    bench.start(flow, slow)
    bench.begin("flow")
    assert entered.wait(20)
    bench.host.kill()
    leave.set()
    bench.start()
    assert bench.finish()["output"] == "x"
    assert runs == ["x", "x"]


@pytest.mark.case(49)
def test_a_restart_continues_with_overdue_timers_queued_events_and_half_done_work(
    bench: "Bench",
) -> None:
    def flow(context: Context) -> Steps:
        timers = [after(context, minutes=m) for m in (1, 2, 3)]
        event = context.wait_for_external_event("go")
        results = yield context.task_all([*timers, event, context.call_activity("echo", 1)])
        return results[3:]

    bench.start(flow, echo, jumps=False)
    bench.begin("flow")
    bench.host.wait_idle()
    bench.raise_event("go", "early")
    bench.host.stop()
    bench.clock.advance(timedelta(hours=1))
    bench.start(jumps=False)
    assert bench.finish()["output"] == ['"early"', 1]
    fired = [e for e in bench.history() if e["EventType"] == 11]
    assert len(fired) == 3


@pytest.mark.case(50)
def test_a_second_completion_of_a_task_is_ignored(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        first = yield context.call_activity("echo", 1)
        yield context.wait_for_external_event("go")
        return first

    bench.start(flow, echo)
    bench.begin("flow")
    bench.host.wait_idle()
    bench.complete(0, 2)
    bench.raise_event("go")
    assert bench.finish()["output"] == 1
    assert [e["Result"] for e in bench.history() if e["EventType"] == 5] == ["1"]


def open_hub(bench: "Bench") -> TaskHub:
    store = Store(bench.state, lambda place: None)
    return TaskHub(store, bench.clock, lambda: f"{next(bench._numbers)}")


@pytest.mark.case(50, 53)
def test_an_expired_lease_lets_somebody_else_run_it_and_voids_the_first(bench: "Bench") -> None:
    hub = open_hub(bench)
    activities = ActivityQueue(hub.store, hub.clock, hub.new_id)
    started = hub.start("flow", "i1", None, "")
    with hub.store.transaction("test"):
        hub.store.add_activity(started, 0, "echo", "1")
    (seq,) = activities.queued()
    minutes = timedelta(minutes=5)
    first = activities.lease(seq, minutes)
    assert first is not None
    assert activities.lease(seq, minutes) is None
    bench.clock.advance(timedelta(minutes=4))
    activities.renew(first, minutes)
    bench.clock.advance(timedelta(minutes=4))
    assert activities.queued() == []
    bench.clock.advance(timedelta(minutes=2))
    second = activities.lease(seq, minutes)
    assert second is not None
    assert activities.complete(first, "1", None) is False
    assert activities.complete(second, "1", None) is True
    hub.store.close()


@pytest.mark.case(53)
def test_the_lease_of_a_long_activity_is_renewed_as_time_passes(bench: "Bench") -> None:
    entered, leave = threading.Event(), threading.Event()
    places: list[str] = []

    def slow(name: str) -> str:
        entered.set()
        leave.wait(20)
        return name

    def flow(context: Context) -> Steps:
        return (yield context.call_activity("slow", "x"))

    def note(place: str) -> None:
        if "renew" in place:
            renewed.set()
            places.append(place)

    renewed = threading.Event()
    bench.start(flow, slow, boundary=note, lease=timedelta(minutes=3))
    bench.begin("flow")
    assert entered.wait(20)
    bench.clock.advance(timedelta(minutes=1))
    assert renewed.wait(20)
    leave.set()
    assert bench.finish()["output"] == "x"
    assert places


@pytest.mark.case(51)
def test_an_orchestrator_that_ends_its_worker_does_not_block_the_others(
    bench: "Bench", caplog: pytest.LogCaptureFixture
) -> None:
    crashes = [0]

    def poisoned(context: Context) -> Any:
        crashes[0] += 1
        if crashes[0] <= 3:
            raise SystemExit(1)
        return "recovered"

    def healthy(context: Context) -> Any:
        return "fine"

    with caplog.at_level(logging.WARNING):
        bench.start(poisoned, healthy)
        bench.begin("poisoned", id="p")
        bench.begin("healthy", id="h")
        assert bench.finish("h")["output"] == "fine"
        assert bench.status("p")["runtimeStatus"] == "Pending"
        assert bench.history("p") == []
        bench.advance(minutes=5)
    assert bench.status("p")["output"] == "recovered"
    assert "is repeated" in caplog.text


def test_an_activity_that_ends_its_worker_is_run_again(bench: "Bench") -> None:
    runs = [0]

    def shaky(value: int) -> int:
        runs[0] += 1
        if runs[0] == 1:
            raise SystemExit(1)
        return value

    def flow(context: Context) -> Steps:
        return (yield context.call_activity("shaky", 7))

    bench.start(flow, shaky)
    bench.begin("flow")
    bench.host.wait_idle()
    bench.advance(minutes=1)
    assert bench.status()["output"] == 7


@pytest.mark.case(52)
def test_two_hundred_instances_of_twenty_activities_keep_their_order(bench: "Bench") -> None:
    running: set[str] = set()

    def one_at_a_time(place: str) -> None:
        if place.startswith("before call: episode"):
            name = place.split()[-1]
            assert name not in running
            running.add(name)
        elif place.startswith("after answer: episode"):
            running.remove(place.split()[-1])

    def flow(context: Context) -> Steps:
        results = yield context.task_all([context.call_activity("echo", n) for n in range(20)])
        return results == list(range(20))

    bench.start(flow, echo, strict=False, boundary=one_at_a_time)
    for number in range(200):
        bench.begin("flow", id=f"n{number}")
    bench.host.wait_idle()
    found = bench.call("GET", "instances/?top=300").json()
    assert Counter(i["runtimeStatus"] for i in found) == {"Completed": 200}
    assert all(i["output"] is True for i in found)
