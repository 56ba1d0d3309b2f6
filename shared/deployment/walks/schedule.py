"""The critical path of what is left to do, from plain numbers.

Seconds count from any fixed moment. An edge (a, b, 0) means that b starts once a has ended; a gate
means that b starts once a has started.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.deployment.errors import DependencyCycle


@dataclass(frozen=True, slots=True)
class Activity:
    """One bar of the chart: how long it takes, what it follows, and when it began if it has."""

    key: str
    seconds: float
    after_end: tuple[str, ...] = ()
    after_start: tuple[str, ...] = ()
    earliest: float = 0.0


@dataclass(slots=True)
class Schedule:
    """Earliest and latest times of every activity; `slack` is what lies between."""

    start: dict[str, float] = field(default_factory=dict)
    end: dict[str, float] = field(default_factory=dict)
    slack: dict[str, float] = field(default_factory=dict)
    makespan: float = 0.0
    critical: list[str] = field(default_factory=list)


def in_order(edges: Mapping[str, Iterable[str]]) -> list[str]:
    """The keys with every key after those it maps to; stable in the order given.

    Raises:
        DependencyCycle: the chain is named, from its first key in the order given.
    """
    done: dict[str, None] = {}
    for root in edges:
        _visit(root, edges, done, ())
    return list(done)


def _visit(
    key: str, edges: Mapping[str, Iterable[str]], done: dict[str, None], trail: tuple[str, ...]
) -> None:
    if key in done:
        return
    if key in trail:
        raise DependencyCycle((*trail[trail.index(key) :], key))
    for before in edges[key]:
        if before in edges:
            _visit(before, edges, done, (*trail, key))
    done[key] = None


def schedule(activities: Sequence[Activity]) -> Schedule:
    """Both passes of the critical path method; unknown predecessors count as done.

    Args:
        activities: every one after those that it follows.
    """
    chart = {activity.key: activity for activity in activities}
    result = Schedule()
    for key, bar in chart.items():
        ends = [result.end[k] for k in bar.after_end if k in chart]
        starts = [result.start[k] for k in bar.after_start if k in chart]
        result.start[key] = max([bar.earliest, *ends, *starts])
        result.end[key] = result.start[key] + bar.seconds
    result.makespan = max(result.end.values(), default=0.0)
    latest = dict.fromkeys(chart, result.makespan)
    for key, bar in reversed(chart.items()):
        latest_start = latest[key] - bar.seconds
        for before in bar.after_end:
            if before in chart:
                latest[before] = min(latest[before], latest_start)
        for gate in bar.after_start:
            if gate in chart:
                latest[gate] = min(latest[gate], latest_start + chart[gate].seconds)
        result.slack[key] = latest[key] - result.end[key]
    result.critical = [key for key in chart if result.slack[key] < 1e-6]
    return result
