"""The clock of a local stack, kept in its folder, so that a stack started again goes on in time.

Host and emulator are given the same clock, and both keep what is due by it: a host that began at
the present of the machine beside an emulator that went on where it was would wait for days. So the
stack writes down what its clock shows, a beat at a time, and the next one goes on from there.
"""

import threading
from datetime import datetime, timedelta
from pathlib import Path

from local.clock import RunningClock

BEAT = 0.5  # real seconds between two notes of the time


class KeptClock:
    """A running clock whose time is noted in `file` while the stack is up."""

    def __init__(self, file: Path, speed: float) -> None:
        self._file = file
        self._stopped = threading.Event()
        self._beats: threading.Thread | None = None
        self.clock = RunningClock(speed, shown=_left_at(file))

    def start(self) -> None:
        """Note the time from now on."""
        self._note()
        self._beats = threading.Thread(target=self._beat, daemon=True)
        self._beats.start()

    def stop(self) -> None:
        """Note the time once more; may be repeated."""
        self._stopped.set()
        if self._beats:
            self._beats.join()
            self._beats = None
            self._note()

    def _beat(self) -> None:
        while not self._stopped.wait(BEAT):
            self._note()

    def _note(self) -> None:
        """What the clock shows after one more beat: a stack that is killed never goes back."""
        shown = self.clock.now() + timedelta(seconds=BEAT * self.clock.speed)
        fresh = self._file.with_suffix(".new")
        fresh.write_text(shown.isoformat(), encoding="utf-8")
        fresh.replace(self._file)


def _left_at(file: Path) -> float | None:
    """The Unix time that an earlier stack had come to; None where there was none."""
    if not file.exists():
        return None
    return datetime.fromisoformat(file.read_text(encoding="utf-8")).timestamp()
