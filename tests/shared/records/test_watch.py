"""What is remembered of the watch over a deployment, on a real Azurite."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.azurite import Azurite
from shared.records.tables import open_tables
from shared.records.watch import REPORTS_KEPT, Watch

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def watch(storage: Azurite) -> Watch:
    (table,) = open_tables(storage.connection_string, None, "watch")
    return Watch(table)


def test_only_the_last_reports_are_kept_the_latest_first(watch: Watch) -> None:
    for hour in range(REPORTS_KEPT + 3):
        watch.keep_report("watched", report(hour))
    found = [kept["checkedAt"] for kept in watch.reports("watched")]
    assert found == [report(hour)["checkedAt"] for hour in range(REPORTS_KEPT + 2, 2, -1)]


def test_a_baseline_stays_until_another_one_is_kept(watch: Watch) -> None:
    watch.keep_baselines("based", {"/One": {"a": 1}, "/Two": {"b": 2}})
    watch.keep_baselines("based", {"/one": {"a": 3}})
    assert watch.baselines("based") == {"/one": {"a": 3}, "/two": {"b": 2}}


def test_what_is_forgotten_is_of_one_deployment(watch: Watch) -> None:
    for name in ("gone", "stays"):
        watch.keep_baselines(name, {"/One": {"a": 1}})
        watch.keep_report(name, report(0))
    watch.forget("gone")
    assert (watch.baselines("gone"), watch.reports("gone")) == ({}, [])
    assert [len(watch.baselines("stays")), len(watch.reports("stays"))] == [1, 1]


def report(hour: int) -> Any:
    at = (BEGAN + timedelta(hours=hour)).isoformat(timespec="seconds")
    return {"checkedAt": at, "status": "inSync", "changes": []}
