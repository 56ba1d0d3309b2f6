"""What a spec says of drift: which of it counts, what is done about it, what was accepted of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.deployment.specs.fields import Anything, Label
from shared.deployment.specs.part import Part

Pattern = Annotated[str, StringConstraints(min_length=1, max_length=256)]
MOST_ACCEPTED = 100  # exceptions of one spec; our own bound
Course = Literal["report", "repair", "accept", "ignore"]
"""What is done about a difference."""


class Policy(Part):
    """What is done about some differences; of several that fit, the first one holds."""

    resource: Pattern = "*"
    """Key of the resource; * stands for any text, ? for any letter."""
    path: Pattern = "*"
    """Path in its ARM body; * stands for any text, ? for any letter."""
    then: Course
    """Only told, put right by the scan itself, made part of the spec, or not told at all."""


class Undeclared(Part):
    """Whether what no spec declares counts, for some paths; of several, the first one holds."""

    resource: Pattern = "*"
    """Key of the resource; * stands for any text, ? for any letter."""
    path: Pattern = "*"
    """Path in its ARM body; * stands for any text, ? for any letter."""
    then: Literal["report", "ignore"]
    """Whether such a difference is told."""


class RepairWindow(Part):
    """Hours of the day, in UTC, in which a scan may repair what interrupts."""

    start: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    """When it opens, in UTC: 02:00."""
    hours: int = Field(default=2, ge=1, le=24)
    """How long it stays open."""

    def open_at(self, now: datetime) -> bool:
        """Whether a moment lies in it; it may reach over midnight."""
        hour, minute = map(int, self.start.split(":"))
        began = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        began -= timedelta(days=began > now)
        return now < began + timedelta(hours=self.hours)


class Accepted(Part):
    """A difference that somebody accepted and that no other field can say; made by accept alone."""

    resource: Label
    """Key of the resource."""
    path: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    """Path in its ARM body."""
    value: Anything = None
    """What may stand there; null: nothing."""
    by: Annotated[str, StringConstraints(max_length=256)]
    """Who accepted it."""
    at: Annotated[str, StringConstraints(max_length=40)]
    """When, in UTC."""
    comment: Annotated[str, StringConstraints(max_length=2000)] = ""
    """Why."""


class Drift(Part):
    """What is watched between changes, and what is done about it."""

    policies: list[Policy] = Field(default=[], max_length=50)
    """What is done about which difference; the first that fits holds, otherwise it is reported."""
    undeclared: Literal["report", "ignore"] | Annotated[list[Undeclared], Field(max_length=50)] = (
        "report"
    )
    """Whether what no field declares counts as drift, as a whole or by path."""
    on_update: Literal["overwrite", "ask", "keep"] = "overwrite"
    """What an update does with what somebody changed in Azure: undo it, ask first, or leave it."""
    repair_window: RepairWindow | None = None
    """When a scan may repair what interrupts; absent: it asks for approval each time."""
    accepted: list[Accepted] = Field(default=[], max_length=MOST_ACCEPTED)
    """What was accepted and no other field can say; accept writes it, a caller may drop it."""

    def course(self, resource: str, path: str, *, undeclared: bool) -> Course:
        """What is done about a difference at a path of a resource, by its key."""
        rules: Iterable[Policy | Undeclared] = self.policies
        if undeclared:
            whole = [Undeclared(then=self.undeclared)] if isinstance(self.undeclared, str) else []
            listed = [] if isinstance(self.undeclared, str) else self.undeclared
            rules = [*rules, *whole, *listed]
        fitting = (r.then for r in rules if fits(r.resource, resource) and fits(r.path, path))
        return next(fitting, "report")


def fits(pattern: str, text: str) -> bool:
    """Whether a text is of a pattern, whatever its case; in time bounded by their lengths."""
    pattern, text = pattern.casefold(), text.casefold()
    here = there = taken = 0
    star: int | None = None  # where the last * stands; it has `taken` the text up to there
    while there < len(text):
        if here < len(pattern) and pattern[here] == "*":
            star, taken = here, there
            here += 1
        elif here < len(pattern) and pattern[here] in {"?", text[there]}:
            here, there = here + 1, there + 1
        elif star is not None:
            here, taken = star + 1, taken + 1
            there = taken
        else:
            return False
    return not pattern[here:].strip("*")
