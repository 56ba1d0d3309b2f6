"""An activity listens: many looks, each when it is due, until something is news."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.clock import VirtualClock
from local.functions_host.worker.clock_loop import ClockLoop
from shared.azure.listening import READS, listen
from shared.deployment.messages import Outcome, Step
from shared.deployment.operation import ListenAnswer, Watched


class Room:
    """Somebody who listens, on a clock that jumps to whatever is due."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.loop = ClockLoop(self.clock, self._jump)
        self.looks: list[tuple[str, float]] = []  # key, seconds since the beginning

    def _jump(self) -> None:
        if (moment := self.loop.wakes_at) is not None:
            self.clock.advance_to(moment)

    def listen(
        self, *steps: Watched, awaited: Any = (), canceled: Any = None, **ends: Any
    ) -> ListenAnswer:
        """Listen to steps, each of which ends after some seconds."""

        def look(step: Step, watched: Watched, at: float) -> Outcome:
            key = watched["key"]
            self.looks.append((key, round(at, 2)))
            end = ends.get(key, 1e9)
            if isinstance(end, Exception):
                raise end
            return Outcome(key=key, state="succeeded" if at >= end else "inProgress")

        planned: Any = {step["key"]: {"id": "/subscriptions/s"} for step in steps}
        score: Any = {"steps": list(steps), "awaited": list(awaited)}
        answer: ListenAnswer = self.loop.submit(listen(score, planned, look, canceled)).result(20)
        return answer

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.clock.now() - VirtualClock.START).total_seconds()


def watched(key: str, *looks: float) -> Watched:
    return Watched(
        key=key,
        operationUrl="https://arm/operation",
        elapsed=0,
        over=0,
        operationAfter=0,
        resourceAfter=0,
        looks=list(looks),
    )


@pytest.fixture
def room() -> Iterator[Room]:
    there = Room()
    yield there
    there.loop.stop()


def test_every_look_is_made_when_it_is_due(room: Room) -> None:
    room.listen(watched("a", 5, 20), watched("b", 12))
    assert room.looks == [("a", 5), ("b", 12), ("a", 20)]


def test_what_is_awaited_is_told_at_once(room: Room) -> None:
    answer = room.listen(watched("a", 5, 20, 40), awaited=[["a"]], a=18)
    assert answer["outcomes"]["a"]["state"] == "succeeded"
    assert room.seconds == pytest.approx(20, abs=0.1)


def test_of_what_waits_for_several_the_last_is_the_news(room: Room) -> None:
    room.listen(watched("a", 5, 50), watched("b", 20, 50), awaited=[["a", "b"]], a=1, b=1)
    assert room.seconds == pytest.approx(20, abs=0.1)


def test_an_end_that_nothing_waits_for_is_told_with_its_age_in_the_end(room: Room) -> None:
    answer = room.listen(watched("a", 5), watched("b", 50), awaited=[["b"]], a=1)
    assert answer["outcomes"]["a"]["secondsAgo"] == pytest.approx(45, abs=0.1)


def test_an_end_that_nothing_waits_for_is_told_within_a_minute(room: Room) -> None:
    room.listen(watched("a", 5), watched("b", 50, 80, 200), awaited=[["b"]], a=1)
    assert room.seconds == pytest.approx(50, abs=0.1)


def test_a_cancel_is_seen_within_ten_seconds(room: Room) -> None:
    answer = room.listen(watched("a", 60), canceled=lambda: room.seconds > 21)
    assert answer["cancelRequested"]
    assert room.seconds <= 31


def test_a_look_without_an_answer_says_nothing_and_is_made_again(room: Room) -> None:
    answer = room.listen(watched("a", 1, 2, 30), a=ConnectionError("gone"))
    assert answer["outcomes"]["a"]["state"] == "inProgress"
    assert room.looks == [("a", 1), ("a", 30)]  # left alone for ten seconds


def test_the_reads_of_a_subscription_are_kept_apart_by_all_who_listen(room: Room) -> None:
    room.listen(*(watched(f"s{number}", 1) for number in range(int(5 * READS))))
    assert room.seconds >= 4
