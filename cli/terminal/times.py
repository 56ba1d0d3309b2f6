"""What the times of an operation say: how long it took, and how long its plan has to take."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from cli.errors import Json


def took(operation: Json) -> float:
    """Seconds from the first submit of an operation to its last settled step."""
    starts = [
        datetime.fromisoformat(s["startedAt"]) for s in operation["steps"] if s.get("startedAt")
    ]
    ends = [
        datetime.fromisoformat(s["settledAt"]) for s in operation["steps"] if s.get("settledAt")
    ]
    return (max(ends) - min(starts)).total_seconds() if starts and ends else 0.0


def critical_path(plan: Sequence[Json], seconds: Mapping[str, float]) -> float:
    """The longest chain of a plan whose steps take `seconds`; what is not there takes none."""
    start: dict[str, float] = {}
    end: dict[str, float] = {}
    for step in plan:  # in dependency order
        after = [end.get(key, 0.0) for key in step["dependsOn"]]
        gates = [start.get(key, 0.0) for key in step.get("startsAfter", [])]
        start[step["key"]] = max([0.0, *after, *gates])
        end[step["key"]] = start[step["key"]] + seconds.get(step["key"], 0.0)
    return max(end.values(), default=0.0)


def elapsed(step: Json, now: datetime) -> float:
    """Seconds that a step has taken so far, or took; 0 before its start."""
    if not step.get("startedAt"):
        return 0.0
    settled = step.get("settledAt")
    end = datetime.fromisoformat(settled) if settled else now
    return max(0.0, (end - datetime.fromisoformat(step["startedAt"])).total_seconds())


def latest(operation: Json) -> datetime:
    """The last moment that an operation tells of: the app's present, whatever its clock."""
    moments = [operation["startedAt"]]
    for step in [*operation.get("steps", []), *operation.get("checks", [])]:
        moments += [step[name] for name in ("startedAt", "settledAt") if step.get(name)]
    return max(map(datetime.fromisoformat, moments))
