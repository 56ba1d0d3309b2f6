"""Which changes of a drift report are meant: by path, or by the course that the spec says."""

from collections.abc import Iterable

from shared.deployment.changes.watching import Course, fits
from shared.deployment.errors import ExpectedError
from shared.deployment.messages import Json


class NothingChosen(ExpectedError):
    """Paths that fit no change of the last report."""

    def __init__(self, paths: Iterable[str]) -> None:
        super().__init__(
            f"the last drift report has nothing at {', '.join(list(paths)[:5]) or 'all'}: "
            "read it, or check for drift again"
        )


def chosen(change: Json, paths: Iterable[str] | None) -> bool:
    """Whether a change, {key, path?}, is meant by paths written key:path, or by key alone."""
    if paths is None:
        return True
    return any(
        fits(key, change["key"]) and fits(path or "*", change.get("path", ""))
        for key, _, path in (each.partition(":") for each in paths)
    )


def of_course(changes: Iterable[Json], course: Course) -> list[Json]:
    """The changes of a report with which the spec says that this is done."""
    return [change for change in changes if change["policy"] == course]
