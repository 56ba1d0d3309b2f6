"""The clocks that the stand-ins are given."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.clock import RunningClock, parse_clock
from local.kept_clock import BEAT, KeptClock


def test_the_text_of_a_running_clock_makes_an_equal_one() -> None:
    clock = RunningClock(80, anchor=1_795_421_302.5, shown=1_795_530_000.25)
    again = parse_clock(str(clock))
    assert isinstance(again, RunningClock)
    assert (again.speed, again.anchor, again.shown) == (80, 1_795_421_302.5, 1_795_530_000.25)


def test_a_clock_shows_at_its_anchor_what_it_was_told_to() -> None:
    shown = datetime(2030, 5, 1, tzinfo=UTC)
    ahead = RunningClock(1, shown=shown.timestamp()).now()
    assert shown <= ahead < shown + timedelta(minutes=1)


def test_a_stack_that_was_killed_goes_on_no_earlier_than_it_was(tmp_path: Path) -> None:
    first = KeptClock(tmp_path / "clock", speed=80)
    started = first.clock.now()
    first.start()  # a stack that is killed never stops it
    noted = datetime.fromisoformat((tmp_path / "clock").read_text(encoding="utf-8"))
    assert noted >= started + timedelta(seconds=80 * BEAT), "as far as the next note could be"
    assert KeptClock(tmp_path / "clock", speed=1).clock.now() >= noted
    first.stop()
