"""Resource Graph: where, project, order, limit; and a sentence for whatever else."""

from typing import Any

import pytest

URL = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"


@pytest.fixture(autouse=True)
def prompt(azure: Any) -> None:
    """An Azure that remembers at once, where a test does not say otherwise."""
    azure.emulator.settings({"activity_log_lag_seconds": 0, "resource_graph_lag_seconds": 0})


@pytest.fixture
def stocked(azure: Any) -> Any:
    """Two tables in two groups."""
    for name, group in (("one", "rg"), ("two", "other")):
        body = {"location": "eastus", "tags": {"deployment": name}}
        azure.emulator.put(azure.id(f"routeTables/{name}", group=group), body)
    return azure


def query(azure: Any, web: Any, text: str, **options: Any) -> Any:
    body = {"query": text, "options": {f"${key}": value for key, value in options.items()}}
    return web.post(f"{azure.emulator.url}{URL}", json=body)


def rows(azure: Any, web: Any, text: str) -> Any:
    answer = query(azure, web, text)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


@pytest.mark.parametrize(
    "condition",
    [
        "resourceGroup =~ 'RG'",
        "name == 'one'",
        "name != 'two'",
        "tags.deployment == 'one'",
        "tags['deployment'] in ('one', 'three')",
        "type contains 'routetables' and name startswith 'o'",
        "id has 'one'",
    ],
)
def test_rows_are_found_by_their_columns(stocked: Any, web: Any, condition: str) -> None:
    wanted = "type =~ 'Microsoft.Network/routeTables'"
    found = rows(stocked, web, f"resources | where {wanted} | where {condition}")
    assert [each["name"] for each in found] == ["one"]


def test_columns_are_chosen_renamed_ordered_and_limited(stocked: Any, web: Any) -> None:
    text = "resources | project name, tag = tags.deployment | order by name desc | limit 1"
    assert rows(stocked, web, text) == [{"name": "two", "tag": "two"}]


def test_many_rows_come_in_pages(stocked: Any, web: Any) -> None:
    first = query(stocked, web, "resources", top=1).json()
    assert (first["count"], first["totalRecords"]) == (1, 2)
    second = query(stocked, web, "resources", top=1, skipToken=first["$skipToken"]).json()
    assert "$skipToken" not in second


def test_a_change_tells_who_changed_what_from_what(stocked: Any, web: Any) -> None:
    table = stocked.id("routeTables/one")
    for state in (True, False):
        stocked.emulator.edit(
            table, {"properties": {"disableBgpRoutePropagation": state}}, caller="mallory"
        )
    text = f"resourcechanges | where properties.targetResourceId =~ '{table}'"
    latest = rows(stocked, web, text)[-1]["properties"]
    assert latest["changeType"] == "Update"
    assert latest["changeAttributes"]["changedBy"] == "mallory"
    change = latest["changes"]["properties.disableBgpRoutePropagation"]
    assert (change["previousValue"], change["newValue"]) == (True, False)


def test_changes_are_chosen_by_their_time_once_that_has_a_type(stocked: Any, web: Any) -> None:
    table = stocked.id("routeTables/one")
    stocked.emulator.edit(table, {"tags": {"a": "1"}})
    before = "2020-01-01T00:00:00+00:00"
    text = (
        "resourcechanges | extend at = todatetime(properties.changeAttributes.timestamp), "
        "target = tostring(properties.targetResourceId) | where at {} datetime("
        f"{before}) and resourceGroup in~ ('RG') | project target, at"
    )
    assert {row["target"] for row in rows(stocked, web, text.format(">="))} == {table}
    assert rows(stocked, web, text.format("<")) == []


def test_changes_of_groups_are_in_a_table_of_their_own(stocked: Any, web: Any) -> None:
    group = stocked.id("routeTables/one").partition("/providers")[0]
    stocked.emulator.edit(group, {"tags": {"a": "1"}})
    by_table = {
        table: [r["properties"]["targetResourceId"] for r in rows(stocked, web, table)]
        for table in ("resourcechanges", "resourcecontainerchanges")
    }
    assert by_table["resourcecontainerchanges"][-1] == group
    assert group not in by_table["resourcechanges"]


def test_a_stopped_server_shows_among_the_changes(azure: Any, web: Any) -> None:
    gateway = azure.id("applicationGateways/agw")
    azure.emulator.put(gateway, {"location": "eastus", "properties": {}})
    web.post(f"{azure.emulator.url}{gateway}/stop?api-version=2024-05-01")
    operations = [
        row["properties"]["changeAttributes"]["operation"]
        for row in rows(azure, web, "resourcechanges")
    ]
    assert operations == ["Microsoft.Network/applicationGateways/stop/action"]


def test_changes_hold_no_secrets(azure: Any, web: Any) -> None:
    properties = {"osProfile": {"adminUsername": "op", "adminPassword": "Never-Shown-1"}}
    machine = azure.id("Microsoft.Compute/virtualMachines/vm")
    body = {"location": "eastus", "properties": properties}
    url = f"{azure.emulator.url}{machine}?api-version=2025-04-01"
    size = {"hardwareProfile": {"vmSize": "Standard_B2s"}}
    web.put(url, json=body | {"properties": properties | size})
    text = query(azure, web, "resourcechanges").text
    assert machine in text
    assert "Never-Shown-1" not in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("resources | summarize count() by type", "'summarize'"),
        ("advisorresources", "the table"),
        ("resources | where a == 'b' or c == 'd'", "'or'"),
        ("resources | project tolower(name)", "the expression"),
        ("resources | where name", "the condition"),
    ],
)
def test_a_query_beyond_the_emulator_is_refused_with_a_sentence(
    azure: Any, web: Any, text: str, said: str
) -> None:
    answer = query(azure, web, text)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "InvalidQuery")
    assert error["message"].startswith("This emulator does not understand")
    assert said in error["message"]


def test_a_change_is_told_minutes_late_and_forgotten_after_two_weeks(azure: Any, web: Any) -> None:
    azure.emulator.settings({"resource_graph_lag_seconds": 300})
    table = azure.id("routeTables/one")
    azure.emulator.put(table, {"location": "eastus"})
    azure.emulator.edit(table, {"tags": {"a": "b"}}, caller="mallory")
    text = f"resourcechanges | where properties.targetResourceId =~ '{table}'"
    assert rows(azure, web, text) == []
    azure.advance(minutes=5)
    assert len(rows(azure, web, text)) == 1
    azure.advance(days=14)
    assert rows(azure, web, text) == []


def test_a_change_that_azure_makes_is_the_systems(azure: Any, web: Any) -> None:
    table = azure.id("routeTables/one")
    azure.emulator.put(table, {"location": "eastus"})
    azure.emulator.edit(table, {"tags": {"a": "b"}}, caller="System")
    text = f"resourcechanges | where properties.targetResourceId =~ '{table}'"
    made = rows(azure, web, text)[-1]["properties"]["changeAttributes"]
    assert (made["changedBy"], made["changedByType"]) == ("System", "System")


@pytest.mark.parametrize("kind", ["privateDnsZones/corp.example/A/www"])
def test_changes_of_some_types_are_not_held(azure: Any, web: Any, kind: str) -> None:
    zone = azure.id("privateDnsZones/corp.example")
    azure.emulator.put(zone, {"location": "global"})
    record = {"properties": {"ttl": 60, "aRecords": [{"ipv4Address": "10.0.0.4"}]}}
    azure.emulator.put(azure.id(kind), record)
    azure.emulator.edit(azure.id(kind), {"properties": {"ttl": 61}}, caller="mallory")
    text = f"resourcechanges | where properties.targetResourceId =~ '{azure.id(kind)}'"
    assert rows(azure, web, text) == []
