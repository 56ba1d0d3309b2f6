"""Chaos: an app that the platform may run has to end the same under all of it."""

import json
from collections import Counter
from collections.abc import Generator
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from local.clock import VirtualClock
from local.functions_host.dispatch.chaos import SWITCHES, Chaos
from local.functions_host.errors import HostKilled

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


def leg(context: Context) -> Steps:
    yield context.create_timer(context.current_utc_datetime + timedelta(minutes=1))
    return (yield context.call_activity("step", f"leg {context.get_input()}"))


def tour(context: Context) -> Steps:
    legs = [context.call_sub_orchestrator("leg", number) for number in range(3)]
    steps = [context.call_activity("step", f"step {number}") for number in range(3)]
    return (yield context.task_all([*legs, *steps]))


EXPECTED = [f"leg {n}" for n in range(3)] + [f"step {n}" for n in range(3)]


class Tour:
    """A tour under chaos, with as many hosts as it takes."""

    def __init__(self, bench: "Bench", seed: int, *switches: str) -> None:
        self.runs: list[str] = []
        self.deaths: list[str | None] = []
        bench.clock, bench._numbers = VirtualClock(), count()
        bench.state = bench.folder / f"{len(bench._hosts)}.db"
        bench._declarations.clear()
        bench.add(tour, leg, self.step)
        chaos = Chaos(switches, seed)
        while not self.ended(bench, chaos):
            self.deaths.append(chaos.died_at)
            bench.host.stop()
        self.status = bench.status()
        ids = [i["instanceId"] for i in bench.call("GET", "instances/").json()]
        self.histories = json.dumps([bench.history(instance_id) for instance_id in ids])
        self.took = bench.clock.now() - bench.clock.START
        bench.host.stop()

    def step(self, name: str) -> str:
        self.runs.append(name)
        return name

    def ended(self, bench: "Bench", chaos: Chaos) -> bool:
        try:
            bench.start(**chaos.options())
            if not self.deaths:
                bench.begin("tour")
            bench.host.wait_idle()
        except HostKilled:
            return False
        return not bench.host.killed.is_set()


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_sound_orchestration_ends_the_same_under_any_chaos(bench: "Bench", switch: str) -> None:
    assert Tour(bench, 7, switch).status["output"] == EXPECTED


def test_all_the_chaos_at_once_is_survived(bench: "Bench") -> None:
    assert Tour(bench, 7, *SWITCHES).status["output"] == EXPECTED


def test_every_activity_runs_twice(bench: "Bench") -> None:
    assert Counter(Tour(bench, 0, "twice").runs) == dict.fromkeys(EXPECTED, 2)


def test_completions_arrive_late(bench: "Bench") -> None:
    assert timedelta(minutes=1) < Tour(bench, 0, "delay").took < timedelta(minutes=7)


def test_a_host_restarts_after_every_step(bench: "Bench") -> None:
    under = Tour(bench, 0, "restart")
    episodes = under.histories.count('"EventType": 12')
    assert len(under.deaths) == episodes
    assert all(str(place).startswith("after commit: episode") for place in under.deaths)


def test_a_host_dies_at_different_places_by_seed(bench: "Bench") -> None:
    first, second = (Tour(bench, seed, "kill", "shuffle").deaths for seed in (1, 2))
    assert first
    assert first != second


def test_a_seed_decides_the_whole_run(bench: "Bench") -> None:
    first, again, other = (Tour(bench, seed, "shuffle", "delay") for seed in (1, 1, 2))
    assert (first.histories, first.runs) == (again.histories, again.runs)
    assert first.histories != other.histories
