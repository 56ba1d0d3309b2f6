"""When a running operation is looked at."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from shared.deployment.timing import Leg

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def looks(
    expected: float, *, slack: float = 0, retry_after: float = 10, until: float
) -> list[float]:
    """Seconds of all looks up to a moment, from the submit on."""
    leg = Leg(BEGAN, timedelta(seconds=expected), timedelta(seconds=slack))
    seconds, last = [], BEGAN
    while True:
        last = leg.next_look(last, timedelta(seconds=retry_after))
        seconds.append((last - BEGAN).total_seconds())
        if seconds[-1] > until:
            return seconds


@pytest.mark.parametrize("expected", [120, 180, 480, 1500])
def test_on_the_critical_path_one_look_falls_on_the_expected_end(expected: float) -> None:
    assert expected in looks(expected, until=expected)


def test_nothing_is_asked_before_three_quarters_of_the_expected_duration() -> None:
    assert looks(1500, until=1500)[0] >= 0.75 * 1500


def test_slack_makes_looks_rarer() -> None:
    assert len(looks(1500, slack=3000, until=1900)) < len(looks(1500, until=1900)) / 3


@pytest.mark.parametrize("retry_after", [1, 10, 37, 100, 600])
def test_retry_after_is_a_floor_everywhere(retry_after: float) -> None:
    times = [0.0, *looks(480, retry_after=retry_after, until=3000)]
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert min(gaps) >= retry_after


def test_an_operation_that_hangs_is_asked_ever_more_rarely() -> None:
    times = looks(300, until=5000)
    assert times[-1] - times[-2] > 5 * (times[6] - times[5])


def test_where_a_look_in_vain_would_cost_too_much_there_is_one_when_it_must_be_over() -> None:
    assert looks(40, retry_after=30, until=40)[0] == 50


def test_only_a_step_with_slack_may_wait_for_company() -> None:
    assert Leg(BEGAN, timedelta(minutes=8), timedelta()).tolerance == timedelta()
    assert Leg(BEGAN, timedelta(minutes=8), timedelta(minutes=12)).tolerance > timedelta(minutes=1)
