"""How long ARM takes for a type."""

from dataclasses import dataclass
from datetime import timedelta


def seconds(number: float) -> timedelta:
    """Reads well in a `Timing`."""
    return timedelta(seconds=number)


def minutes(number: float) -> timedelta:
    """Reads well in a `Timing`."""
    return timedelta(minutes=number)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long ARM takes for a type, each number with its source where it is declared."""

    create: timedelta
    delete: timedelta
    timeout: timedelta = timedelta(minutes=30)
    update: timedelta | None = None  # where it differs from create
