"""What a check has found."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check has found; `unproven` speaks neither for nor against."""

    state: Literal["passed", "failed", "unproven"]
    found: str
    caution: str = ""  # what is worth a thought although it passed


def judged(found: str, *, good: bool) -> Seen:
    """A finding that is good or bad."""
    return Seen("passed" if good else "failed", found)
