"""The seams for simulations: who runs next, where it crashes, how time moves."""

import json
import random
from collections.abc import Generator, Sequence
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from local.clock import VirtualClock
from local.functions_host.errors import HostKilled

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


def step(name: str) -> str:
    return name


def leg(context: Context) -> Steps:
    number = context.get_input()
    yield context.create_timer(context.current_utc_datetime + timedelta(minutes=number % 2))
    return (yield context.call_activity("step", f"leg {number}"))


def tour(context: Context) -> Steps:
    legs = [context.call_sub_orchestrator("leg", number) for number in range(4)]
    steps = [context.call_activity("step", f"step {number}") for number in range(4)]
    return (yield context.task_all([*legs, *steps]))


EXPECTED = [f"leg {n}" for n in range(4)] + [f"step {n}" for n in range(4)]


def seeded(bench: "Bench", seed: int, *functions: Any) -> tuple[str, list[str]]:
    """Run the tour with seeded choices: all histories as text, and the order of the work."""
    source, order = random.Random(seed), list[str]()  # noqa: S311

    def choose(names: Sequence[str]) -> int:
        index = source.randrange(len(names))
        order.append(names[index])
        return index

    bench.clock, bench._numbers = VirtualClock(), count()
    bench.state = bench.folder / f"{seed}-{len(bench._hosts)}.db"
    bench.start(*functions, choose=choose)
    bench.begin("tour")
    assert bench.finish()["output"] == EXPECTED
    ids = [i["instanceId"] for i in bench.call("GET", "instances/").json()]
    histories = json.dumps([bench.history(instance_id) for instance_id in ids])
    bench.host.stop()
    return histories, order


def test_the_same_seed_gives_the_same_run_and_another_one_another(bench: "Bench") -> None:
    first, first_order = seeded(bench, 1, tour, leg, step)
    again, again_order = seeded(bench, 1)
    other, other_order = seeded(bench, 2)
    assert (first, first_order) == (again, again_order)
    assert first_order != other_order
    assert first != other


def test_a_crash_at_a_seeded_place_ends_in_the_same_result(bench: "Bench") -> None:
    bench.add(tour, leg, step)
    for seed in range(10):
        left = [random.Random(seed).randrange(1, 60)]  # noqa: S311

        def boundary(place: str, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise HostKilled

        bench.clock, bench.state = VirtualClock(), bench.folder / f"{seed}.db"
        try:
            bench.start(boundary=boundary)
            bench.begin("tour")
            bench.host.wait_idle()
        except (HostKilled, AssertionError):
            assert bench.host.killed.is_set()
        bench.host.stop()
        bench.start()
        if bench.call("GET", "instances/i1").status_code == 404:
            bench.begin("tour")
        assert bench.finish()["output"] == EXPECTED
        bench.host.stop()


def test_a_dead_host_says_so(bench: "Bench") -> None:
    def boundary(place: str) -> None:
        if place.startswith("before call"):
            raise HostKilled

    bench.start(tour, leg, step, boundary=boundary)
    bench.begin("tour")
    with pytest.raises(HostKilled):
        bench.host.wait_idle()
    with pytest.raises(HostKilled):
        bench.host.wait_for("i1")


def test_without_jumps_time_moves_only_when_it_is_moved(bench: "Bench") -> None:
    bench.start(leg, step, jumps=False)
    bench.begin("leg", 1)
    bench.host.wait_idle()
    assert bench.clock.now() == bench.clock.START
    assert bench.host.wait_for("i1")["runtimeStatus"] == "Running"
    bench.advance(seconds=59)
    assert bench.status()["runtimeStatus"] == "Running"
    bench.advance(seconds=1)
    assert bench.status()["output"] == "leg 1"


def test_waiting_for_what_can_never_end_returns_on_virtual_time(bench: "Bench") -> None:
    def wait(context: Context) -> Steps:
        yield context.wait_for_external_event("go")

    bench.start(wait)
    bench.begin("wait")
    assert bench.host.wait_for("i1")["runtimeStatus"] == "Running"
    assert bench.host.wait_for("i1")["runtimeStatus"] == "Running"
    assert bench.host.wait_for("nobody") == {}


def test_an_instance_purged_while_its_orchestrator_runs_stays_purged(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        bench.call("DELETE", "instances/i1")
        yield context.call_activity("step", "x")

    bench.start(flow, step, strict=False)
    bench.begin("flow")
    bench.host.wait_idle()
    assert bench.call("GET", "instances/i1").status_code == 404
    bench.begin("flow", id="i2")
    assert bench.finish("i2")["runtimeStatus"] == "Completed"
