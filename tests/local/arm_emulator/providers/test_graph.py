"""Resource Graph: where, project, order, limit; and a sentence for whatever else."""

from typing import Any

import pytest

URL = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"


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


def test_changes_hold_no_secrets(azure: Any, web: Any) -> None:
    properties = {"osProfile": {"adminPassword": "Never-Shown-1"}}
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
