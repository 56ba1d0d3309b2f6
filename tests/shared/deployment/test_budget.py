"""What may still be read: set aside in order, learned from what Azure tells, half of it kept."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from shared.deployment.budget import Bucket, Told

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ARM = Bucket("reads", size=20, left=20, at=NOW)  # refilled by two a second


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_half_of_a_bucket_is_left_to_whoever_waits_for_an_answer() -> None:
    first, at_once = ARM.taken(10, NOW)
    _, later = first.taken(4, NOW)
    assert (at_once, later) == (timedelta(), timedelta(seconds=2))


def test_reads_are_made_in_the_order_in_which_they_were_asked_for() -> None:
    bucket, waits = ARM, []
    for _ in range(10):
        bucket, wait = bucket.taken(4, NOW)
        waits.append(wait.total_seconds())
    assert waits == [0, 0, 1, 3, 5, 7, 9, 11, 13, 15]


def test_a_bucket_fills_up_and_no_further() -> None:
    empty, _ = ARM.taken(20, NOW)
    assert empty.taken(0, after(5))[0].left == 10
    assert empty.taken(0, after(3600))[0].left == 20


def test_what_others_have_drawn_is_told_by_azure() -> None:
    bucket = ARM.told(Told(13), NOW)
    assert (bucket.size, bucket.taken(4, NOW)[1]) == (20, timedelta(seconds=0.5))


def test_a_bucket_that_is_larger_than_thought_is_known_by_what_is_told_to_be_left() -> None:
    bucket = ARM.told(Told(249), NOW)
    assert (bucket.size, bucket.taken(100, after(10))[1]) == (250, timedelta())


@pytest.mark.parametrize("believed", [20, 100, 250, 1000])
@pytest.mark.parametrize("real", [20, 100, 250])
def test_whatever_is_believed_of_a_bucket_no_scan_is_refused(believed: int, real: int) -> None:
    bucket = Bucket("reads", size=believed, left=believed, at=NOW)
    left, now = float(real), NOW
    for _ in range(500):
        bucket, wait = bucket.taken(4, now)
        now += wait
        left = min(real, left + wait.total_seconds() * real / 10) - 4
        assert left >= 0
        bucket = bucket.told(Told(int(left)), now)


def test_whoever_was_refused_leaves_the_bucket_alone_as_long_as_told() -> None:
    refused = ARM.told(Told(0, hold_seconds=30), NOW)
    assert refused.taken(1, after(29))[1] > timedelta()


def test_private_dns_is_asked_five_hundred_times_in_five_minutes_at_most() -> None:
    zone, now, windows = Bucket.unknown("dns", NOW), NOW, Counter[int]()
    for _ in range(2000):
        zone, wait = zone.taken(1, now)
        now += wait
        window = int(now.timestamp()) // 300
        windows[window] += 1
        zone = zone.told(Told(500 - windows[window]), now)
    assert max(windows.values()) <= 500
