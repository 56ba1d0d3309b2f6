"""One run without a crash, kept moment by moment; then one run from each of its moments.

A run that comes to a moment of the first one, later than its own, goes on as that one did: host
and app keep nothing in memory that decides anything, which is what a fresh host at every moment
shows. So a run ends there, and most end within a few changes.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice

from local.functions_host.errors import HostKilled
from simulations.crashes.endings import Json, differences
from simulations.crashes.moments import Moment
from simulations.crashes.scenarios import SCENARIOS, Scenario
from simulations.crashes.world import CrashingWorld


@dataclass(frozen=True, slots=True)
class Crash:
    """What came of a crash right after one event."""

    event: int
    what: str
    joined: int | None  # the event of the first run that it came to; None: it ran to its end
    differing: tuple[str, ...]


class Recording:
    """A scenario without a crash."""

    def __init__(self, world: CrashingWorld, scenario: Scenario) -> None:
        self.world, self.scenario = world, scenario
        world.empty()
        scenario.arrange(world)
        for fault in scenario.faults:
            world.azure.fail(**fault)
        world.look()
        self.moments: list[Moment] = []
        self.known: dict[str, int] = {}
        self._asked = beginning = world.moment("the beginning")
        self._keep(beginning)
        self.ending: Json = world.play(scenario, beginning.now, self._keep)

    def _keep(self, moment: Moment) -> bool:
        """Number a moment; then what it would be if no activity had answered since they were asked.

        One activity runs at a time here. Where many do, a crash may cut off all of them at once.
        """
        if moment.activities() - self._asked.activities():
            self._asked = moment
        kept = [moment]
        if moment.what.startswith(("Azure", "table")) and moment.activities():
            kept.append(replace(moment, what=f"{moment.what}, unanswered", hub=self._asked.hub))
        for each in kept:
            if self.known.setdefault(each.digest(), len(self.moments)) == len(self.moments):
                self.moments.append(each)
        return False

    def crash(self, event: int, *, whole: bool = False) -> Crash:
        """Crash right after an event, and let a fresh host go on; `whole` never stops early."""
        joined: list[int] = []

        def changed(moment: Moment) -> bool:
            if not whole and (known := self.known.get(moment.digest(), 0)) > event:
                joined.append(known)
            return bool(joined)

        moment = self.moments[event]
        self.world.go_back(moment)
        differing: tuple[str, ...] = ()
        try:
            ending = self.world.play(self.scenario, self.moments[0].now, changed)
            differing = tuple(differences(self.ending, ending))
        except HostKilled:
            if not joined:
                raise
        return Crash(event, moment.what, joined[0] if joined else None, differing)

    def crashes(self, *, first: int, every: int, whole: bool) -> Iterator[Crash]:
        """Crash at every so many events, from the first that is wanted."""
        for event in range(first, min(len(self.moments), self.scenario.events or 10**9), every):
            yield self.crash(event, whole=whole)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of the crashes in one scenario."""

    name: str
    ended: str  # without a crash
    events: int
    crashes: tuple[Crash, ...]
    seconds: float

    @property
    def differing(self) -> list[Crash]:
        """Those that ended otherwise."""
        return [crash for crash in self.crashes if crash.differing]

    def lines(self) -> Iterable[str]:
        """One line, and some more for each crash that made a difference."""
        runs, whole = len(self.crashes), sum(c.joined is None for c in self.crashes)
        yield (
            f"{self.name:16} {self.events:4} events {runs:4} runs, {whole:3} to the end, "
            f"{len(self.differing):3} differing {self.seconds:5.0f} s  {self.ended}"
        )
        for crash in self.differing:
            yield f"  event {crash.event}, after {crash.what}"
            yield from (f"    {difference}" for difference in crash.differing)


def explore(name: str, *, first: int, every: int, most: int | None, whole: bool) -> Report:
    """Run one scenario in a world of its own."""
    logging.disable()  # a dying host leaves requests that fail, and says so
    began = time.monotonic()
    with ExitStack() as stack:
        recording = Recording(CrashingWorld(stack), SCENARIOS[name])
        crashes = recording.crashes(first=first, every=every, whole=whole)
        done = tuple(islice(crashes, most))
    ended, seconds = _in_short(recording.ending), time.monotonic() - began
    return Report(name, ended, len(recording.moments), done, seconds)


def _in_short(ending: Json) -> str:
    operation = ending["operation"]
    why = (operation.get("failure") or {}).get("code", "")
    left = ", ".join(each["key"] for each in operation.get("residue", []))
    return " ".join(filter(None, [ending["instance"], why, f"(left: {left})" if left else ""]))
