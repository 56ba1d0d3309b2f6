"""When a running operation is looked at."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from shared.deployment.walks.timing import Evidence, Leg, evidence, trust

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def looks(expected: float, *, slack: float = 0, trusted: float = 0.5, until: float) -> list[float]:
    """Seconds of all looks up to a moment, from the submit on."""
    leg = Leg(BEGAN, seconds(expected), seconds(slack), trusted)
    times, last = [], BEGAN
    while True:
        last = leg.next_look(last)
        times.append((last - BEGAN).total_seconds())
        if times[-1] > until:
            return times


@pytest.mark.parametrize("expected", [40, 120, 180, 480, 1500])
def test_on_the_critical_path_one_look_falls_on_the_expected_end(expected: float) -> None:
    assert expected in looks(expected, until=expected)


def test_nothing_is_asked_before_half_of_the_expected_duration() -> None:
    assert looks(1500, until=1500)[0] >= 0.5 * 1500


def test_slack_makes_looks_rarer() -> None:
    assert len(looks(1500, slack=3000, until=1900)) < len(looks(1500, until=1900)) / 3


def test_a_step_with_slack_is_left_alone_until_it_should_long_be_over() -> None:
    assert looks(480, slack=1200, until=480)[0] > 480 + 60


def test_slack_that_the_expectations_may_use_up_is_none() -> None:
    assert looks(480, slack=100, until=480)[0] < 480


def test_company_is_used_from_the_expected_end_on() -> None:
    leg = Leg(BEGAN, seconds(480), seconds(1200))
    assert leg.next_in_company(BEGAN) == BEGAN + seconds(480)


def test_an_operation_that_hangs_is_asked_ever_more_rarely() -> None:
    times = looks(300, until=20000)
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert gaps[-1] > 5 * min(gaps)


def test_the_surer_the_expectation_the_fewer_looks_before_it() -> None:
    many, few = (len(looks(1500, trusted=share, until=1499)) for share in (0.2, 0.9))
    assert few < many / 2


def test_once_an_expectation_is_broken_trust_in_it_saves_no_look() -> None:
    overdue = seconds(1600)
    sure, unsure = (Leg(BEGAN, seconds(1500), seconds(0), share) for share in (0.9, 0.1))
    assert sure.gap(overdue) == unsure.gap(overdue)


def test_a_long_operation_is_looked_at_more_rarely_than_a_short_one_but_not_in_proportion() -> None:
    long, short = (Leg(BEGAN, seconds(t), seconds(0)).gap(seconds(t)) for t in (1600, 100))
    assert long / short == pytest.approx(4)


def test_kept_expectations_make_the_next_one_trusted() -> None:
    kept = evidence(seconds(100), seconds(90), seconds(100))
    assert trust([kept] * 5) > 0.8
    assert trust([]) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("since_noticed", [(0, 60), (110, 130)])
def test_broken_expectations_take_the_trust_away(since_noticed: tuple[float, float]) -> None:
    since, noticed = map(seconds, since_noticed)
    assert trust([evidence(seconds(100), since, noticed)] * 5) < 0.2


def test_a_look_that_came_much_too_late_says_next_to_nothing() -> None:
    late = evidence(seconds(100), seconds(0), seconds(2000))
    assert trust([late] * 5) == pytest.approx(trust([]), abs=0.01)


def test_impossible_evidence_is_no_error() -> None:
    assert trust([Evidence(False, 0.0)]) == 0.0
