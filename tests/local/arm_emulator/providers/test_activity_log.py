"""The Activity Log: every write with its caller, and how it ended."""

from datetime import timedelta
from typing import Any

import pytest

BODY = {"location": "eastus"}


@pytest.fixture(autouse=True)
def prompt(azure: Any) -> None:
    """An Azure that remembers at once, where a test does not say otherwise."""
    azure.emulator.settings({"activity_log_lag_seconds": 0, "resource_graph_lag_seconds": 0})


def log(azure: Any, web: Any, more: str = "", hours: float = 1, select: str = "") -> Any:
    since = (azure.clock.now() - timedelta(hours=hours)).isoformat()
    base = f"{azure.emulator.url}/subscriptions/{azure.emulator.cloud.settings.subscription_id}"
    query = {"api-version": "2015-04-01", "$filter": f"eventTimestamp ge '{since}'{more}"}
    if select:
        query["$select"] = select
    path = "/providers/Microsoft.Insights/eventtypes/management/values"
    return web.get(base + path, params=query).json()["value"]


def brief(events: Any) -> list[tuple[str, str]]:
    return [(e["operationName"]["value"], e["status"]["value"]) for e in reversed(events)]


def test_an_operation_is_accepted_and_then_ends(azure: Any, web: Any) -> None:
    azure.network.route_tables.begin_create_or_update("rg", "rt", BODY).result()
    write = "Microsoft.Network/routeTables/write"
    found = brief(log(azure, web, " and resourceGroupName eq 'rg'"))
    assert found[-2:] == [(write, "Accepted"), (write, "Succeeded")]


def test_a_refused_write_is_logged_with_its_code(azure: Any, web: Any) -> None:
    azure.emulator.put(azure.id("routeTables/rt"), BODY)
    url = f"{azure.emulator.url}{azure.id('routeTables/rt')}?api-version=2026-03-01"
    web.put(url, json={"location": "westeurope"})
    latest = log(azure, web)[0]
    assert latest["status"]["value"] == "Failed"
    assert latest["subStatus"]["value"] == "InvalidResourceLocation"


def test_an_app_is_logged_by_its_object_id_and_a_person_by_name(azure: Any, web: Any) -> None:
    azure.network.route_tables.begin_create_or_update("rg", "rt", BODY).result()
    azure.advance(seconds=5)
    azure.emulator.edit(azure.id("routeTables/rt"), {"tags": {"a": "b"}}, caller="mallory")
    callers = {each["caller"] for each in log(azure, web)}
    assert callers == {azure.emulator.cloud.identity.object_id, "mallory"}
    by_mallory = log(azure, web, " and caller eq 'mallory'")
    assert [each["resourceId"] for each in by_mallory] == [azure.id("routeTables/rt")]


def test_reads_are_not_logged(azure: Any, web: Any) -> None:
    before = len(log(azure, web))
    azure.resources.resource_groups.get("rg")
    assert len(log(azure, web)) == before


def test_only_events_of_the_group_and_since_the_time_are_listed(azure: Any, web: Any) -> None:
    azure.advance(hours=2)
    assert log(azure, web) == []
    azure.network.route_tables.begin_create_or_update("rg", "rt", BODY).result()
    assert log(azure, web, " and resourceGroupName eq 'other'") == []
    assert len(log(azure, web)) == 2


def test_chosen_fields_are_listed(azure: Any, web: Any) -> None:
    assert all(set(e) == {"caller", "status"} for e in log(azure, web, select="caller,status"))


def test_events_are_kept_for_90_days(azure: Any, web: Any) -> None:
    azure.advance(days=91)
    assert log(azure, web, hours=24 * 90) == []  # further back it may not be asked


@pytest.mark.parametrize("text", ["", "level eq 'x' and eventTimestamp ge '2026-01-01'"])
def test_a_filter_without_a_start_or_beyond_the_emulator_is_refused(
    azure: Any, web: Any, text: str
) -> None:
    base = f"{azure.emulator.url}/subscriptions/{azure.emulator.cloud.settings.subscription_id}"
    path = "/providers/Microsoft.Insights/eventtypes/management/values"
    query = {"api-version": "2015-04-01", "$filter": text}
    assert web.get(base + path, params=query).json()["error"]["code"] == "BadRequest"


def test_an_event_is_listed_minutes_after_it_happened(azure: Any, web: Any) -> None:
    azure.emulator.settings({"activity_log_lag_seconds": 180})
    azure.emulator.put(azure.id("routeTables/rt"), BODY)
    azure.emulator.edit(azure.id("routeTables/rt"), {"tags": {"a": "b"}}, caller="mallory")
    assert log(azure, web) == []
    azure.advance(minutes=3)
    assert log(azure, web)[0]["caller"] == "mallory"


def test_what_azure_does_by_itself_is_nobodys_event(azure: Any, web: Any) -> None:
    azure.emulator.put(azure.id("routeTables/rt"), BODY)
    azure.emulator.edit(azure.id("routeTables/rt"), {"tags": {"a": "b"}}, caller="System")
    assert "System" not in {each["caller"] for each in log(azure, web)}
