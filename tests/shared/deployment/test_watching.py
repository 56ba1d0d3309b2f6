"""What a spec says of drift: which rule holds, and when a window is open."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.deployment.changes.watching import Drift, RepairWindow, fits


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("*", ""),
        ("nsg-*", "NSG-database"),
        ("*rules[Let*", "properties.securityRules[LetMeIn]"),
        ("a?c", "abc"),
        ("a*b*c", "a.b.b.c"),
    ],
)
def test_a_pattern_fits_any_text_at_a_star_whatever_the_case(pattern: str, text: str) -> None:
    assert fits(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"), [("a?c", "ac"), ("a", "ab"), ("a*b", "abc"), ("[ab]", "a"), ("", "a")]
)
def test_a_pattern_fits_nothing_else(pattern: str, text: str) -> None:
    assert not fits(pattern, text)


def test_the_first_policy_that_fits_holds() -> None:
    drift = Drift.model_validate(
        {
            "policies": [
                {"resource": "nsg-*", "path": "tags*", "then": "ignore"},
                {"resource": "nsg-*", "then": "repair"},
            ]
        }
    )
    found = [drift.course("nsg-database", path, undeclared=False) for path in ("tags.a", "zones")]
    assert found == ["ignore", "repair"]
    assert drift.course("bastion", "tags.a", undeclared=False) == "report"


def test_what_is_undeclared_counts_by_path_and_only_there() -> None:
    drift = Drift.model_validate({"undeclared": [{"path": "*dhcp*", "then": "ignore"}]})
    path = "properties.dhcpOptions"
    assert drift.course("virtual-network", path, undeclared=True) == "ignore"
    assert drift.course("virtual-network", path, undeclared=False) == "report"
    assert drift.course("virtual-network", "zones", undeclared=True) == "report"


@pytest.mark.parametrize(
    ("start", "hours", "at", "open_"),
    [
        ("02:00", 2, "02:00", True),
        ("02:00", 2, "03:59", True),
        ("02:00", 2, "04:00", False),
        ("02:00", 2, "01:59", False),
        ("23:00", 3, "01:30", True),
        ("23:00", 3, "22:59", False),
        ("00:00", 24, "23:59", True),
    ],
)
def test_a_window_is_open_for_its_hours_and_over_midnight(
    start: str, hours: int, at: str, *, open_: bool
) -> None:
    hour, minute = map(int, at.split(":"))
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour, minutes=minute)
    assert RepairWindow(start=start, hours=hours).open_at(now) == open_
