"""Tags changed at a scope by the real SDK: they change alone, of whatever carries them."""

from collections.abc import Callable
from typing import Any

import pytest

Refusal = Callable[..., str]
TABLE = {"location": "eastus", "tags": {"Env": "prod", "team": "db"}}


def table(azure: Any) -> str:
    made = azure.network.route_tables.begin_create_or_update("rg", "a", TABLE)
    return str(made.result().id)


def change(azure: Any, scope: str, operation: str, **tags: str) -> Any:
    order = {"operation": operation, "properties": {"tags": tags}}
    return azure.resources.tags.begin_update_at_scope(scope, order).result().properties.tags


@pytest.mark.parametrize(
    ("operation", "tags", "left"),
    [
        ("Delete", {"env": "prod"}, {"team": "db"}),
        ("Delete", {"env": "PROD"}, {"Env": "prod", "team": "db"}),
        ("Merge", {"env": "test"}, {"team": "db", "env": "test"}),
        ("Replace", {"one": "1"}, {"one": "1"}),
    ],
)
def test_tags_change_by_name_without_case_and_by_value_with_it(
    azure: Any, operation: str, tags: dict[str, str], left: dict[str, str]
) -> None:
    assert change(azure, table(azure), operation, **tags) == left
    assert azure.network.route_tables.get("rg", "a").tags == left


def test_the_tags_of_a_group_change_likewise(azure: Any) -> None:
    scope = azure.resources.resource_groups.get("rg").id
    assert change(azure, scope, "Merge", team="db") == {"team": "db"}
    assert azure.resources.tags.get_at_scope(scope).properties.tags == {"team": "db"}


def test_tags_of_what_is_locked_or_absent_do_not_change(azure: Any, refusal: Refusal) -> None:
    scope, order = table(azure), {"operation": "Merge", "properties": {"tags": {"a": "b"}}}
    update = azure.resources.tags.begin_update_at_scope
    assert refusal(update, f"{scope}x", order) == "404 ResourceNotFound"
    assert refusal(update, scope, {**order, "operation": "Drop"}) == "400 InvalidRequestContent"
    lock = f"{scope}/providers/Microsoft.Authorization/locks/keep"
    azure.emulator.put(lock, {"properties": {"level": "ReadOnly"}})
    assert refusal(update, scope, order) == "409 ScopeLocked"
