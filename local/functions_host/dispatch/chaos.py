"""Chaos from a seed: what a platform that restarts and repeats things does anyway, on purpose."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from local.functions_host.errors import HostKilled

SWITCHES = ("twice", "shuffle", "delay", "kill", "restart")
LATEST = 60  # seconds
LIFE = (20, 200)  # places of a crash that a host passes before it dies


class Chaos:
    """What the platform may do to an app at any time, done on purpose and from a seed.

    twice    every activity runs twice, the second result counts: activities run at least once
    shuffle  ready work items run one at a time, in any order
    delay    activities, children and timers are noticed up to a minute after they ended
    kill     the host dies at some of its commits and calls, and is started again
    restart  the host dies after every step of an orchestration, and is started again

    Each switch draws from a source of its own, so that adding one changes nothing for the others.
    With the time virtual and `shuffle` on, a seed decides the whole run.
    """

    def __init__(self, switches: Iterable[str], seed: int) -> None:
        self.switches = frozenset(switches)
        self._order, self._lateness, self._death = (
            Random(f"{name} {seed}")  # noqa: S311
            for name in ("shuffle", "delay", "kill")
        )
        self._left = self._death.randint(*LIFE)
        self.died_at: str | None = None

    def options(self) -> dict[str, Any]:
        """The arguments that a FunctionsHost takes for it."""
        seams: dict[str, tuple[str, Callable[..., Any] | int]] = {
            "twice": ("runs_per_activity", 2),
            "shuffle": ("choose", self.choose),
            "delay": ("lateness", self.lateness),
            "kill": ("boundary", self.boundary),
            "restart": ("boundary", self.boundary),
        }
        return dict(seams[switch] for switch in self.switches)

    def choose(self, names: Sequence[str]) -> int:
        """Which ready work item runs next."""
        return self._order.randrange(len(names))

    def lateness(self) -> timedelta:
        """How much later something is noticed."""
        return timedelta(seconds=self._lateness.randint(0, LATEST))

    def boundary(self, place: str) -> None:
        """Die here, if it is time."""
        after_a_step = "restart" in self.switches and place.startswith("after commit: episode")
        self._left -= "kill" in self.switches
        if after_a_step or self._left < 0:
            self._left = self._death.randint(*LIFE)
            self.died_at = place
            raise HostKilled
