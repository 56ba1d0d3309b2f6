"""Time as an argument: real, sped up, or virtual.

The functions host and the ARM emulator never read the clock of the machine; they are given one of
these. Two processes on the same sped-up clock agree when they are started with the same text,
such as ``80@1795421302.5``: eighty times real time, counted from that Unix time. A clock that goes
on from an earlier process says what it shows at that moment: ``80@1795421302.5=1795530000``. A
virtual clock stands still until somebody moves it, so that a 33-minute deployment is replayed in a
second; host and emulator share one by living in one process.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the stand-ins need to know about time."""

    def now(self) -> datetime:
        """The present, in UTC."""

    def real_seconds_until(self, moment: datetime) -> float:
        """How long a real wait for `moment` takes; never negative, infinite where time stands."""


class RunningClock:
    """Time that passes by itself, `speed` times as fast as real time.

    Args:
        speed: times real time, above 0.
        anchor: the Unix time that it is counted from; the present unless given.
        shown: what it shows at `anchor`, as a Unix time; the same unless given.
    """

    def __init__(
        self, speed: float = 1.0, anchor: float | None = None, shown: float | None = None
    ) -> None:
        if speed <= 0:
            raise ValueError(f"a clock runs forward: speed {speed} should be above 0")
        self.speed = speed
        self.anchor = time.time() if anchor is None else anchor
        self.shown = self.anchor if shown is None else shown

    def now(self) -> datetime:
        """The present, in UTC."""
        elapsed = (time.time() - self.anchor) * self.speed
        return datetime.fromtimestamp(self.shown, UTC) + timedelta(seconds=elapsed)

    def real_seconds_until(self, moment: datetime) -> float:
        """How long a real wait for `moment` takes."""
        return max(0.0, (moment - self.now()).total_seconds() / self.speed)

    def __str__(self) -> str:
        """The text that makes an equal clock in another process."""
        return f"{self.speed:g}@{self.anchor!r}={self.shown!r}"


class VirtualClock:
    """Time that stands still until it is moved; safe to share between threads."""

    START = datetime(2026, 1, 1, tzinfo=UTC)

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._lock = threading.Lock()
        self._watchers: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """The present, in UTC."""
        return self._now

    def real_seconds_until(self, moment: datetime) -> float:
        """Zero for the past, infinite for the future: waiting does not move this clock."""
        return 0.0 if moment <= self._now else float("inf")

    def advance_to(self, moment: datetime) -> None:
        """Jump forward to `moment`; a moment already past changes nothing."""
        with self._lock:
            moved = moment > self._now
            self._now = max(self._now, moment)
        if moved:
            for notify in list(self._watchers):
                notify()

    def advance(self, by: timedelta) -> None:
        """Jump forward by a span."""
        self.advance_to(self._now + by)

    @contextmanager
    def watched(self, notify: Callable[[], None]) -> Iterator[None]:
        """Call `notify` after every move, on the thread of whoever moved the clock."""
        self._watchers.append(notify)
        try:
            yield
        finally:
            self._watchers.remove(notify)

    def __str__(self) -> str:
        """The word that names this clock on a command line."""
        return "virtual"


def parse_clock(text: str) -> RunningClock | VirtualClock:
    """The clock that a command line names: ``real``, ``virtual``, ``80``, ``80@<anchor>=<shown>``.

    Raises:
        ValueError: the text names no clock; the message says what would.
    """
    if text == "virtual":
        return VirtualClock()
    if text == "real":
        return RunningClock()
    speed, _, since = text.partition("@")
    anchor, _, shown = since.partition("=")
    try:
        return RunningClock(
            float(speed), float(anchor) if anchor else None, float(shown) if shown else None
        )
    except ValueError as error:
        message = f"{text!r} is no clock: say real, virtual, or a speed such as 80 ({error})"
        raise ValueError(message) from error
